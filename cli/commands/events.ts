import { withChannel } from '../admin-channel.ts'
import { defineCommand } from '../command.ts'
import { commonFlags } from '../flags.ts'
import { Columns } from '../output/columns.ts'
import type { Paint } from '../output/paint.ts'
import { runningTargetOf } from '../target.ts'

const most = 1000

export const events = defineCommand({
  name: 'events',
  summary: 'Show the API calls that were answered.',
  description:
    'Calls of ECS, ELBv2, Cloud Map, Application Auto Scaling and ECR since the control plane started, the last thousand at\n' +
    "most; those of other services go to the backend, and are seen in its log. With --json each is a line with CloudTrail's names.",
  args: {
    ...commonFlags,
    json: { type: 'boolean', description: 'print each call as a line of JSON' },
    follow: { type: 'boolean', alias: 'f', description: 'go on as more come, until Ctrl-C' },
    tail: { type: 'string', alias: 'n', description: `only this many of the last ones (default ${most})`, valueHint: 'CALLS' },
    errors: { type: 'boolean', description: 'only those that were refused or failed' },
    operation: { type: 'string', description: 'only those of an operation, such as RunTask', valueHint: 'OPERATION' },
  },
  examples: [
    ['kecs events -f', 'what Terraform or an SDK calls, as it does'],
    ['kecs events --errors --tail 20', 'what was refused lately, and why'],
  ],
  run: async (given, host) => {
    const follow = given.flag('follow') === true
    const target = await runningTargetOf(given, host, follow ? undefined : '1m')
    const tail = given.number('tail', 0, most) ?? most
    const isWanted = (event: Event): boolean =>
      (given.flag('errors') !== true || event.status >= 400) &&
      (given.text('operation') === undefined || event.eventName.toLowerCase() === given.text('operation')?.toLowerCase())
    const columns = new Columns()
    const show = (line: string, event: Event): void =>
      target.output.print(target.asJson ? line : eventLine(event, columns, target.output.paintResult))
    const wanted: [string, Event][] = []
    try {
      await withChannel(target, async channel => {
        for await (const line of channel.lines(`/events?tail=${follow ? tail : most}&follow=${follow}`)) {
          const event = readEvent(line)
          if (event === undefined || !isWanted(event)) continue
          if (follow) show(line, event)
          else wanted.push([line, event])
        }
      })
    } catch (error) {
      // Ctrl-C is how following ends.
      if (!(follow && host.signal.aborted)) throw error
    }
    const shown = tail === 0 ? [] : wanted.slice(-tail)
    if (!follow && shown.length === 0 && !target.asJson) target.output.note('None since the control plane started.')
    for (const [, event] of shown) columns.measure(cellsOf(event))
    for (const [line, event] of shown) show(line, event)
  },
})

interface Event {
  readonly eventTime: string
  readonly eventSource: string
  readonly eventName: string
  readonly status: number
  readonly milliseconds: number
  readonly recipientAccountId?: string
  readonly awsRegion?: string
  readonly errorCode?: string
  readonly errorMessage?: string
}

const isEvent = (value: unknown): value is Event =>
  typeof value === 'object' && value !== null && 'eventTime' in value && 'eventName' in value && 'status' in value

const readEvent = (line: string): Event | undefined => {
  if (line === '') return undefined
  const value: unknown = JSON.parse(line)
  return isEvent(value) ? value : undefined
}

/** What stands in columns of each line. */
const cellsOf = ({ eventTime, eventSource, eventName, status, milliseconds, recipientAccountId, awsRegion }: Event): readonly string[] => [
  eventTime,
  `${eventSource} ${eventName}`,
  String(status),
  `${milliseconds.toFixed(1)} ms`.padStart(9),
  recipientAccountId === undefined ? '' : `${recipientAccountId}/${awsRegion ?? ''}`,
]

const eventLine = (event: Event, columns: Columns, paint: Paint): string => {
  const [time = '', name = '', status = '', took = '', where = ''] = columns.padded(cellsOf(event))
  const { errorCode, errorMessage = '' } = event
  const told = [paint('dim', time), name, paint(event.status < 400 ? 'green' : 'red', status), took]
  if (errorCode === undefined) return [...told, paint('dim', where.trimEnd())].join('  ').trimEnd()
  return [...told, paint('dim', where), `${paint('red', errorCode)}: ${errorMessage}`].join('  ')
}
