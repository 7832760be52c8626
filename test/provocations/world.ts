// What provocations are made in: one of everything, so that what is refused is refused for the reason that is meant.
import type { Owners } from '../../server/backend/owners.ts'
import { shapeOf } from '../../server/aws/shape.ts'
import { trustStores } from '../../server/store/elbv2-tables.ts'
import { tasks } from '../../server/store/tables.ts'
import { ControlWorld } from '../support/control-world.ts'
import { formOf } from '../support/model-inputs.ts'

/** What a call answered: the wire's error code and message where it was refused. */
export interface Answer {
  readonly code: string | undefined
  readonly message: string | undefined
  readonly text: string
}

/** What the other services have: whatever is not called `missing`, and a bundle that is none by the key `broken`. */
const owners: Owners = {
  subnets: async ids =>
    ids
      .filter(id => !id.includes('missing'))
      .map((subnetId, index) => ({
        subnetId,
        vpcId: subnetId.includes('far') ? 'vpc-far' : 'vpc-1',
        availabilityZone: `us-east-1${'abcdef'[subnetId.includes('twin') ? 0 : index] ?? 'a'}`,
        availabilityZoneId: '',
      })),
  defaultSubnets: async () => undefined,
  securityGroups: async ids =>
    ids
      .filter(id => !id.includes('missing'))
      .map(groupId => ({ groupId, vpcId: groupId.includes('far') ? 'vpc-far' : 'vpc-1', groupName: groupId })),
  hasVpc: async id => !id.includes('missing'),
  hasCertificate: async arn => !arn.includes('missing'),
  hasFunction: async arn => !arn.includes('missing'),
  hasRole: async role => !role.includes('missing'),
  object: async ({ key }) => (key.includes('missing') ? null : key.includes('broken') ? 'none' : undefined),
}

export class ProvocationWorld extends ControlWorld {
  readonly #made = new Map<string, string>()

  constructor() {
    super({ owners })
  }

  /** The ARN or id that the fixture made under a name. */
  readonly of = (name: string): string => {
    const found = this.#made.get(name)
    if (found === undefined) throw new Error(`the fixture has no ${name}`)
    return found
  }

  async ask(signingName: string, operation: string, input: object): Promise<Answer> {
    const service = this.services.find(({ model }) => model.signingName === signingName)
    const model = service?.model.operations[operation]
    if (service === undefined || model === undefined) throw new Error(`${signingName} has no ${operation}`)
    const isQuery = service.model.protocol === 'aws-query'
    const body = isQuery ? formOf(operation, service.model.apiVersion, shapeOf(model.input), input) : JSON.stringify(input)
    const { status, text } = await this.call(service, operation, body)
    if (status < 400) return { code: undefined, message: undefined, text }
    if (isQuery) return { code: textIn(text, 'Code') ?? text, message: textIn(text, 'Message'), text }
    const { __type, message, Message } = JSON.parse(text)
    return { code: String(__type), message: message ?? Message, text }
  }

  /** Makes what the tables refer to. `name` is what `of` is asked for; `member` where its value is in the answer. */
  async make(name: string, member: string, [signingName, operation, input]: Step): Promise<void> {
    const { code, text } = await this.ask(signingName, operation, input)
    if (code !== undefined) throw new Error(`${operation}: ${text}`)
    const found = new RegExp(`"${member}":\\[?"(.*?)"|<${member}>(.*?)</${member}>`).exec(text)
    this.#made.set(name, found?.[1] ?? found?.[2] ?? '')
  }

  /** Whether ECS Exec reaches a task's containers. */
  canExecute(taskArn: string): boolean {
    const containers = this.store.table(tasks).get(taskArn)?.task.containers ?? []
    return containers.some(({ managedAgents = [] }) => managedAgents.some(({ lastStatus }) => lastStatus === 'RUNNING'))
  }

  /** Takes a trust store's bundle as being read still. */
  async unready(arn: string): Promise<void> {
    const row = this.store.table(trustStores).get(arn)
    if (row === undefined) throw new Error(`no trust store ${arn}`)
    await this.store.commit(transaction => transaction.put(trustStores, { ...row, trustStore: { ...row.trustStore, Status: 'CREATING' } }))
  }
}

const textIn = (xml: string, element: string): string | undefined =>
  new RegExp(`<${element}>([^]*?)</${element}>`)
    .exec(xml)?.[1]
    ?.replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&apos;', "'")
    .replaceAll('&amp;', '&')

/** A text of AWS': the input that is refused with the error in these words. `{}` stands for what is named. */
export type Text = readonly [operation: string, error: string, text: string, input: object]

/** What a fixture makes: the name that `of` knows it by, the member of the answer that it is, and the call. */
export type Made = () => readonly [name: string, member: string, step: Step]

export type Step = readonly [service: string, operation: string, input: object]

/** By operation and error: an input that is refused so. */
export type Provocations = Readonly<Record<string, Readonly<Record<string, object>>>>

/** Fills `operations` with one input for an error each. */
export const each = (
  error: string,
  operations: readonly string[],
  input: (operation: string) => object,
): readonly (readonly [operation: string, error: string, input: object])[] => operations.map(name => [name, error, input(name)])

export const tableOf = (...groups: readonly (readonly (readonly [operation: string, error: string, input: object])[])[]): Provocations => {
  const table: Record<string, Record<string, object>> = {}
  for (const [operation, error, input] of groups.flat()) (table[operation] ??= {})[error] = input
  return table
}
