import { CliError } from '../../shared/errors.ts'
import { notUnderstood, withChannel } from '../admin-channel.ts'
import { defineCommand } from '../command.ts'
import { commonFlags } from '../flags.ts'
import { parseMoment } from '../moment.ts'
import { csvLines, tableLines } from '../output/table.ts'
import { runningTargetOf } from '../target.ts'

const formats = ['table', 'json', 'csv'] as const

export const query = defineCommand({
  name: 'query',
  summary: 'Ask the state and its history with SQL.',
  description:
    'The views: clusters, task_definitions, tasks, services, service_deployments, load_balancers, listeners, rules, target_groups,\n' +
    'targets, target_health; state has every row of every table, history every change. `DESCRIBE tasks` names columns; docs/state.md\n' +
    "explains them. The SQL is DuckDB's, one statement that reads; times are UTC.",
  args: {
    ...commonFlags,
    sql: { type: 'positional', description: 'a SELECT' },
    at: { type: 'string', description: 'the state as it was then, such as 2026-01-31T12:00:00Z or 15m (ago)', valueHint: 'TIME' },
    format: { type: 'enum', options: [...formats], description: 'how rows are printed (default table)', valueHint: formats.join('|') },
    limit: { type: 'string', description: 'rows to print at most (default 10000)', valueHint: 'ROWS' },
  },
  examples: [
    [`kecs query "SELECT last_status, count(*) FROM tasks GROUP BY ALL"`, 'tasks by status'],
    [`kecs query "SELECT name, desired_count FROM services" --at 15m`, 'services a quarter of an hour ago'],
    [`kecs query "SELECT body->>'$.task.startedBy' AS by, count(*) FROM tasks GROUP BY 1" --format csv`, 'what has no column is in body'],
  ],
  run: async (given, host) => {
    const asked = given.text('format')
    if (given.flag('json') === true && asked !== undefined && asked !== 'json')
      throw new CliError(`--json and --format ${asked} ask for two things.`, 'Leave one of them out.', { exitCode: 2 })
    const target = await runningTargetOf(given, host, '2m')
    const at = given.text('at')
    const limit = given.number('limit', 1, 1_000_000)
    await withChannel(target, async channel => {
      const body = {
        sql: given.text('sql'),
        ...(at === undefined ? {} : { at: parseMoment(at, host.clock.now()) }),
        ...(limit === undefined ? {} : { limit }),
      }
      const answer = readAnswer(await channel.json({ method: 'POST', path: '/query', body }))
      const names = answer.columns.map(({ name }) => name)
      const format = target.asJson ? 'json' : asked
      if (format === 'json') target.output.json(answer.rows.map(row => Object.fromEntries(names.map((name, index) => [name, row[index]]))))
      else for (const line of (format === 'csv' ? csvLines : tableLines)(names, answer.rows)) target.output.print(line)
      if (answer.isCut) target.output.warn(`These are the first ${answer.rows.length} rows: --limit asks for more.`)
    })
  },
})

interface Answer {
  readonly columns: readonly { readonly name: string }[]
  readonly rows: readonly (readonly unknown[])[]
  readonly isCut: boolean
}

const readAnswer = (value: unknown): Answer => {
  if (typeof value === 'object' && value !== null && 'columns' in value && 'rows' in value && 'isCut' in value) {
    const { columns, rows, isCut } = value
    if (Array.isArray(columns) && Array.isArray(rows) && typeof isCut === 'boolean') return { columns, rows, isCut }
  }
  throw notUnderstood()
}
