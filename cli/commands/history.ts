import { CliError } from '../../shared/errors.ts'
import { notUnderstood, withChannel } from '../admin-channel.ts'
import { defineCommand } from '../command.ts'
import { commonFlags } from '../flags.ts'
import { memberChanges } from '../output/changes.ts'
import { Columns } from '../output/columns.ts'
import type { Paint } from '../output/paint.ts'
import { runningTargetOf } from '../target.ts'

const defaultLimit = 100

export const history = defineCommand({
  name: 'history',
  summary: 'Show how a resource came to be what it is.',
  description: 'Every change of it that was committed, the oldest first, with what it changed. Times are UTC.',
  args: {
    ...commonFlags,
    resource: { type: 'positional', description: "an ARN, a name, a task's id, or FAMILY:REVISION" },
    limit: { type: 'string', description: `the newest changes to show (default ${defaultLimit})`, valueHint: 'CHANGES' },
  },
  examples: [
    ['kecs history web', 'all that is called web: its service, its load balancer, …'],
    ['kecs history arn:aws:ecs:us-east-1:000000000000:service/demo/web --limit 5', 'the last five changes'],
  ],
  run: async (given, host) => {
    const target = await runningTargetOf(given, host, '2m')
    const resource = given.text('resource') ?? ''
    const limit = given.number('limit', 1, 10_000) ?? defaultLimit
    await withChannel(target, async channel => {
      // One more, which tells what the oldest one shown has changed.
      const answer = await channel.json({ method: 'POST', path: '/history', body: { resource, limit: Math.min(limit + 1, 10_000) } })
      const steps = stepsOf(readEntries(answer)).slice(-limit)
      if (target.asJson) return target.output.json(steps)
      if (steps.length === 0) {
        throw new CliError(
          `Nothing is known of ${resource}.`,
          "Name it by its ARN, its name or a task's whole id; what is older than the history is not shown.",
        )
      }
      const columns = new Columns()
      for (const step of steps) columns.measure(cellsOf(step))
      for (const line of steps.flatMap(step => stepLines(step, columns, target.output.paintResult))) target.output.print(line)
    })
  },
})

interface Entry {
  readonly revision: number
  readonly time: number
  readonly table: string
  readonly key: string
  /** Absent where the row was removed. */
  readonly row?: unknown
}

interface Step {
  readonly time: string
  readonly revision: number
  readonly table: string
  readonly key: string
  /** `first`: how it was when history begins, or when it was made. */
  readonly change: 'first' | 'changed' | 'removed'
  readonly members: ReturnType<typeof memberChanges>
}

const readEntries = (value: unknown): readonly Entry[] => {
  if (typeof value === 'object' && value !== null && 'entries' in value && Array.isArray(value.entries)) return value.entries
  throw notUnderstood()
}

/** The oldest first, each with what it changed of the one before of the same row. */
const stepsOf = (entries: readonly Entry[]): readonly Step[] => {
  const known = new Map<string, Entry>()
  return entries.toReversed().map(entry => {
    const id = `${entry.table} ${entry.key}`
    const before = known.get(id)?.row
    known.set(id, entry)
    const { revision, table, key, row } = entry
    const change = row === undefined ? 'removed' : before === undefined ? 'first' : 'changed'
    const members = change === 'changed' ? memberChanges(before, row) : []
    return { time: new Date(entry.time).toISOString(), revision, table, key, change, members }
  })
}

/** What stands in columns of each line. */
const cellsOf = ({ time, change, table }: Step): readonly string[] => [time, change, table]

const stepLines = (step: Step, columns: Columns, paint: Paint): readonly string[] => {
  const [time = '', change = '', table = ''] = columns.padded(cellsOf(step))
  return [
    `${paint('dim', time)}  ${paint('bold', change)}  ${table}  ${step.key}`,
    ...step.members.map(({ path, before, after }) => `    ${path}: ${shown(before)} → ${shown(after)}`),
  ]
}

const longest = 200

const shown = (value: unknown): string => {
  const text = value === undefined ? '(none)' : JSON.stringify(value)
  return text.length <= longest ? text : `${text.slice(0, longest)}…`
}
