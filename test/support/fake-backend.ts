// A backend whose services are functions of a test.
import { type Backend, BackendError, type BackendPlace, BackendUnreachable, type CallOptions } from '../../server/backend/backend.ts'

export interface Invoked {
  readonly functionName: string
  readonly event: unknown
}

/** What a test says of the backend; may be changed at any time. */
export class FakeBackend implements Backend {
  readonly url = 'http://backend.test'
  /** Lambda functions by the last part of their ARN: what each call answers. */
  readonly functions = new Map<string, (event: unknown) => unknown>()
  readonly invoked: Invoked[] = []
  /** Alarms in ALARM. */
  alarms: readonly string[] = []
  /** Events that were put, in order. */
  readonly events: { readonly DetailType: string; readonly Resources: readonly string[]; readonly Detail: unknown }[] = []
  isAway = false
  /** How many calls were made of it. */
  calls = 0

  #count(): void {
    this.calls += 1
    if (this.isAway) throw new BackendUnreachable('The backend http://backend.test does not answer: away')
  }

  async json(_service: string, target: string, input: object): Promise<unknown> {
    this.#count()
    if (target !== 'AWSEvents.PutEvents') throw new BackendError('UnknownOperation', 400, target)
    const { Entries } = Object.fromEntries(Object.entries(input))
    for (const { DetailType, Resources, Detail } of Entries) this.events.push({ DetailType, Resources, Detail: JSON.parse(Detail) })
    return { FailedEntryCount: 0, Entries: Entries.map(() => ({ EventId: 'e' })) }
  }

  /** Alarms in ALARM that have a scaling policy as their action. */
  policyAlarms: readonly { readonly AlarmName: string; readonly policyArn: string; readonly threshold: number; readonly value: number }[] =
    []

  async query({ parameters }: { readonly parameters: Readonly<Record<string, string>> }): Promise<unknown> {
    this.#count()
    if (parameters['StateValue'] === 'ALARM') return this.#ofPolicies()
    const member = this.alarms.map(AlarmName => ({ AlarmName, StateValue: 'ALARM' }))
    const MetricAlarms = member.length === 0 ? '' : { member: member.length === 1 ? member[0] : member }
    return { DescribeAlarmsResponse: { DescribeAlarmsResult: { MetricAlarms, CompositeAlarms: '' } } }
  }

  #ofPolicies(): unknown {
    const member = this.policyAlarms.map(({ AlarmName, policyArn, threshold, value }) => ({
      AlarmName,
      StateValue: 'ALARM',
      ActionsEnabled: 'true',
      AlarmActions: { member: policyArn },
      Threshold: String(threshold),
      StateReasonData: JSON.stringify({ recentDatapoints: [value] }),
    }))
    return { DescribeAlarmsResponse: { DescribeAlarmsResult: { MetricAlarms: member.length === 0 ? '' : { member } } } }
  }

  async rest(
    { path, body }: { readonly path: string; readonly body?: unknown },
    _place: BackendPlace,
    { signal }: CallOptions = {},
  ): Promise<Response> {
    this.#count()
    const functionName =
      decodeURIComponent(path.split('/')[3] ?? '')
        .split(':')
        .at(-1) ?? ''
    const event: unknown = JSON.parse(String(body))
    this.invoked.push({ functionName, event })
    const made = this.functions.get(functionName)
    if (made === undefined) throw new BackendError('ResourceNotFoundException', 404, `Function not found: ${functionName}`)
    const { promise: ended, reject } = Promise.withResolvers<never>()
    signal?.addEventListener('abort', () => reject(signal.reason))
    const answer = await Promise.race([made(event), ended])
    return answer instanceof Error
      ? Response.json({ errorMessage: answer.message }, { headers: { 'x-amz-function-error': 'Unhandled' } })
      : Response.json(answer)
  }
}
