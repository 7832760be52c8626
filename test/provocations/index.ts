// By service: what provokes its errors, and what becomes of each error that its model lists for an operation.
import { model as autoscaling } from '../../server/aws/generated/application-autoscaling.ts'
import { model as ecs } from '../../server/aws/generated/ecs.ts'
import { model as elbv2 } from '../../server/aws/generated/elbv2.ts'
import { model as discovery } from '../../server/aws/generated/servicediscovery.ts'
import type { ServiceModel } from '../../server/aws/service.ts'
import { scalingFixture, scalingProvocations } from './application-autoscaling.ts'
import { ecsFixture } from './ecs-fixture.ts'
import { ecsTexts } from './ecs-texts.ts'
import { ecsProvocations } from './ecs.ts'
import { elbFixture } from './elbv2-fixture.ts'
import { elbGroupTexts } from './elbv2-group-texts.ts'
import { elbTexts } from './elbv2-texts.ts'
import { elbProvocations } from './elbv2.ts'
import { elsewhere, reasons } from './reasons.ts'
import { discoveryFixture, discoveryProvocations } from './servicediscovery.ts'
import type { Made, Provocations, Text } from './world.ts'

export interface ServiceProvocations {
  /** Of the service's code. */
  readonly folder: string
  readonly model: ServiceModel
  readonly provocations: (of: (name: string) => string) => Provocations
  /** What AWS was recorded to say of more inputs than one for each error. */
  readonly texts?: (of: (name: string) => string) => readonly Text[]
}

export const services: readonly ServiceProvocations[] = [
  { folder: 'ecs', model: ecs, provocations: ecsProvocations, texts: ecsTexts },
  { folder: 'elbv2', model: elbv2, provocations: elbProvocations, texts: of => [...elbTexts(of), ...elbGroupTexts(of)] },
  { folder: 'servicediscovery', model: discovery, provocations: discoveryProvocations },
  { folder: 'application-autoscaling', model: autoscaling, provocations: scalingProvocations },
]

/** All that the tables refer to, in the order in which it is made. */
export const fixture = (of: (name: string) => string): readonly Made[] => [
  ...ecsFixture(of),
  ...discoveryFixture(of),
  ...scalingFixture(),
  ...elbFixture(of),
]

/** What becomes of an error that an operation's model lists. */
export interface Accounted {
  readonly operation: string
  readonly error: string
  /** By a table or by another test. */
  readonly provoked: boolean
  /** Why it cannot arise; undefined where it is provoked, and where nobody has said. */
  readonly why: string | undefined
}

/** The SDKs' base classes are in their models, and on no wire. */
const isBase = (name: string): boolean =>
  /^(ECS|ElasticLoadBalancingV2|ServiceDiscovery|ApplicationAutoScaling)ServiceException$/.test(name)

export function accountOf({ folder, model, provocations }: ServiceProvocations): readonly Accounted[] {
  const table = provocations(() => '')
  const given = reasons[folder] ?? []
  return Object.entries(model.operations).flatMap(([operation, { errors }]) =>
    errors
      .filter(error => !isBase(error))
      .map(error => {
        const provoked = table[operation]?.[error] !== undefined || elsewhere[folder]?.[operation]?.[error] !== undefined
        const of = given.filter(([name, , only]) => name === error && (only?.includes(operation) ?? true))
        const reason = of.find(([, , only]) => only !== undefined) ?? of[0]
        return { operation, error, provoked, why: provoked ? undefined : reason?.[1] }
      }),
  )
}
