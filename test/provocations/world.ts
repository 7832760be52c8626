// What provocations are made in: one of everything, so that what is refused is refused for the reason that is meant.
import type { Owners } from '../../server/backend/owners.ts'
import { trustStores } from '../../server/store/elbv2-tables.ts'
import { tasks } from '../../server/store/tables.ts'
import { ControlWorld } from '../support/control-world.ts'
import { type Answer, readAnswer, wireBody } from '../support/wire.ts'

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
    if (service === undefined) throw new Error(`there is no ${signingName}`)
    const { status, text } = await this.call(service, operation, wireBody(service.model, operation, input))
    return readAnswer(service.model, status, text)
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
