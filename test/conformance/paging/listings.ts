// What is said of every operation that answers in pages: what there is to list, how it is made and taken away, and AWS'
// sizes of a page.
import type { ServiceModel } from '../../../server/aws/service.ts'
import { textIn } from '../../support/wire.ts'

/** Calls an operation that must not be refused, and gives its answer's text. */
export type Do = (model: ServiceModel, operation: string, input: object) => Promise<string>

export interface Listing {
  readonly model: ServiceModel
  /** What chooses what is listed, beside page size and token. */
  readonly input: object
  /** Finds what names an item in an answer. */
  readonly items: RegExp
  /** What a page has where the call says nothing, and the most that it may ask for. */
  readonly standard: number
  readonly most: number
  /** How many are made: more than a page, but where a quota forbids. 0 where what is listed is there already. */
  readonly count: number
  /** Makes one, with a name of its own; gives what `remove` wants to know of it where that is not the name. */
  readonly make?: (name: string) => Promise<string | undefined>
  readonly remove?: (made: string) => Promise<unknown>
}

/** Ways to call what must not be refused. */
export interface Calls {
  readonly done: Do
  /** For what is taken away by its name. */
  readonly does: (model: ServiceModel, operation: string, input: object) => Promise<undefined>
  /** The first text of a member of the answer: an ARN, or an id. */
  readonly arnOf: (model: ServiceModel, operation: string, input: object, member: string) => Promise<string>
}

export const callsOf = (done: Do): Calls => ({
  done,
  does: async (model, operation, input) => {
    await done(model, operation, input)
  },
  arnOf: async (model, operation, input, member) => {
    const text = await done(model, operation, input)
    return textIn(text, member) ?? new RegExp(`"${member}":"(.*?)"`).exec(text)?.[1] ?? ''
  },
})

export type Listings = Readonly<Record<string, Listing>>

/** Operations that page, of which there is nothing to list here, and why. */
export const nothingListed: Readonly<Record<string, string>> = {
  DescribeGatewayResources: 'a gateway manages no load balancers',
  DescribeScalingActivities:
    'scaling takes minutes: server/services/application-autoscaling/operations/describe-scaling-activities.test.ts',
  GetPredictiveScalingForecast: 'a forecast is one page',
}

/** A name for two operations of one name in two services. */
export const operationOf = (name: string): string => (name === 'ListServicesOfMap' ? 'ListServices' : name)
