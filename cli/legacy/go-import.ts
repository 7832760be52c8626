import type { Answer, AwsApi } from '../apply/api.ts'
import { AwsRefusal } from '../apply/api.ts'
import type { GoPlan, Left, PlannedCall } from './go-plan.ts'

export interface Imported {
  readonly what: string
  /** What is otherwise than it was. */
  readonly notes: readonly string[]
}

/** What came of importing the Go implementation's state. */
export interface GoReport {
  readonly imported: readonly Imported[]
  readonly left: readonly Left[]
}

export interface GoImportParts {
  /** The services as an account calls them in a region. */
  readonly apiOf: (account: string, region: string) => AwsApi
  /** Told of each that is about to be made. */
  readonly progress: (what: string) => void
}

/** Which member of an operation's answer is the ARN of what it made. */
const arnMembers: Readonly<Record<string, string>> = {
  CreateCluster: 'clusterArn',
  RegisterTaskDefinition: 'taskDefinitionArn',
  CreateService: 'serviceArn',
  CreateTargetGroup: 'TargetGroupArn',
  CreateLoadBalancer: 'LoadBalancerArn',
  CreateListener: 'ListenerArn',
  CreateRule: 'RuleArn',
}

/**
 * Makes what was planned, one after the other, each with the ARNs that those before it got. What is refused is left out,
 * and what needs it too; the rest is made. Throws what is no refusal, such as an endpoint that does not answer.
 */
export const importGo = async ({ calls, left }: GoPlan, { apiOf, progress }: GoImportParts): Promise<GoReport> => {
  const known = new Set(calls.flatMap(({ arn }) => arn ?? []))
  const made = new Map<string, string>()
  const imported: Imported[] = []
  const refused: Left[] = []
  for (const call of calls) {
    const missing = [...textsIn(call.input)].find(text => known.has(text) && !made.has(text))
    if (missing !== undefined) {
      refused.push({ what: call.what, why: `it needs ${missing}, which could not be made` })
      continue
    }
    progress(call.what)
    try {
      const answer = await send(call, apiOf(call.account, call.region), made)
      const arn = memberIn(answer, arnMembers[call.operation] ?? '')
      if (call.arn !== undefined && arn !== undefined) made.set(call.arn, arn)
      imported.push({ what: call.what, notes: [...call.notes, ...renumbered(call, arn)] })
    } catch (error) {
      if (!(error instanceof AwsRefusal)) throw error
      refused.push({ what: call.what, why: `${error.code}: ${error.message}` })
    }
  }
  return { imported, left: [...left, ...refused] }
}

const send = ({ service, operation, input }: PlannedCall, api: AwsApi, made: ReadonlyMap<string, string>): Promise<Answer> => {
  const mapped = withArns(input, made)
  const members = typeof mapped === 'object' && mapped !== null ? mapped : {}
  return service === 'ecs' ? api.json('ecs', operation, members) : api.query('elasticloadbalancing', operation, members)
}

const renumbered = ({ operation, arn }: PlannedCall, now: string | undefined): readonly string[] =>
  operation === 'RegisterTaskDefinition' && arn !== undefined && now !== undefined && now !== arn
    ? [`now ${now.slice(now.indexOf('/') + 1)}: revisions are numbered without gaps`]
    : []

const withArns = (value: unknown, made: ReadonlyMap<string, string>): unknown => {
  if (typeof value === 'string') return made.get(value) ?? value
  if (Array.isArray(value)) return value.map(each => withArns(each, made))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, withArns(member, made)]))
}

function* textsIn(value: unknown): Generator<string> {
  if (typeof value === 'string') yield value
  else if (typeof value === 'object' && value !== null) for (const member of Object.values(value)) yield* textsIn(member)
}

/** The first text of that name, however deep. */
const memberIn = (value: unknown, name: string): string | undefined => {
  if (typeof value !== 'object' || value === null) return undefined
  for (const [key, member] of Object.entries(value)) {
    const found = key === name && typeof member === 'string' ? member : memberIn(member, name)
    if (found !== undefined) return found
  }
  return undefined
}
