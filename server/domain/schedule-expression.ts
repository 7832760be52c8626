// When a scheduled action runs: at(), rate() and cron() expressions of Application Auto Scaling.
// https://docs.aws.amazon.com/autoscaling/application/userguide/scheduled-scaling-using-cron-expressions.html

const syntax = String.raw`Invalid schedule expression. Details: Schedule expressions must have the following syntax: rate(<number>\s?(minutes?|hours?|days?)), cron(<cron_expression>) or at(yyyy-MM-dd'T'HH:mm:ss).`
const tooFrequent =
  "Invalid schedule frequency. Run for '1970-01-01T00:00:00.000Z' and '1970-01-01T00:00:00.000Z' are less than 60 seconds apart"

/** What is wrong with a schedule, in AWS's words where they were recorded; undefined when nothing is. */
export function problemWithSchedule(expression: string): string | undefined {
  const rate = /^rate\((\d+)\s?(?:minutes?|hours?|days?)\)$/.exec(expression)
  if (rate) return Number(rate[1]) === 0 ? tooFrequent : undefined
  const [, form, body = ''] = /^(at|cron)\((.*)\)$/.exec(expression) ?? []
  if (form === 'at') return problemWithTime(body)
  if (form === 'cron') return problemWithCron(body)
  return syntax
}

/** A date and time without a zone. AWS answers with the words of its date library. */
function problemWithTime(text: string): string | undefined {
  const wrong = (details: string): string => `Invalid schedule expression. Details: Invalid schedule at DateTime expression: ${details}`
  const form = '0000-00-00T00:00:00'
  const fits = (length: number): boolean => text.slice(0, length).replaceAll(/\d/g, '0') === form.slice(0, length)
  let length = Math.min(text.length, form.length)
  while (!fits(length)) length -= 1
  if (length < text.length) return wrong(`Invalid format: "${text}"${length > 0 ? ` is malformed at "${text.slice(length)}"` : ''}`)
  if (length < form.length) return wrong(`Invalid format: "${text}" is too short`)
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = text.split(/[-T:]/).map(Number)
  const fields: readonly (readonly [string, number, number, number])[] = [
    ['monthOfYear', month, 1, 12],
    ['dayOfMonth', day, 1, new Date(Date.UTC(year, month, 0)).getUTCDate()],
    ['hourOfDay', hour, 0, 23],
    ['minuteOfHour', minute, 0, 59],
    ['secondOfMinute', second, 0, 59],
  ]
  const outside = fields.find(([, value, from, to]) => value < from || value > to)
  if (outside === undefined) return undefined
  const [name, value, from, to] = outside
  return wrong(`Cannot parse "${text}": Value ${value} for ${name} must be in the range [${from},${to}]`)
}

interface CronField {
  readonly name: string
  readonly from: number
  readonly to: number
  readonly names?: readonly string[]
  /** What may stand for a whole value beside numbers, names and the star. */
  readonly special?: RegExp
}

const months = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC']
const days = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT']
const cronFields: readonly CronField[] = [
  { name: 'Minutes', from: 0, to: 59 },
  { name: 'Hours', from: 0, to: 23 },
  { name: 'Day-of-Month', from: 1, to: 31, special: /^(\?|LW?|([1-9]|[12]\d|3[01])W)$/ },
  { name: 'Month', from: 1, to: 12, names: months },
  { name: 'Day-of-Week', from: 1, to: 7, names: days, special: /^(\?|L|([1-7]|SUN|MON|TUE|WED|THU|FRI|SAT)(L|#[1-5]))$/ },
  { name: 'Year', from: 1970, to: 2199 },
]

function problemWithCron(body: string): string | undefined {
  const wrong = (position: number, details: string): string =>
    `Invalid schedule expression. Details: Invalid CRON expression: error at position ${position}, details: ${details}`
  const fields = body.trim().split(/\s+/)
  if (fields.length !== cronFields.length) return wrong(0, `expected ${cronFields.length} fields, but found ${fields.length}.`)
  const [, , dayOfMonth, , dayOfWeek] = fields
  if ((dayOfMonth === '?') === (dayOfWeek === '?')) return wrong(1, "'?' can only be specified for Day-of-Month or Day-of-Week.")
  const position = cronFields.findIndex((field, index) => !isField(fields[index] ?? '', field))
  if (position === -1) return undefined
  return wrong(position, `'${fields[position]}' is not valid for ${cronFields[position]?.name}.`)
}

const isField = (text: string, field: CronField): boolean =>
  text.split(',').every(part => field.special?.test(part.toUpperCase()) === true || isRange(part.toUpperCase(), field))

/** `*`, `5`, `5-9` and each of these with a step: `5-9/2`. */
function isRange(text: string, field: CronField): boolean {
  const [, range = '', step] = /^([^/]+)(?:\/(\d+))?$/.exec(text) ?? []
  if (range === '' || (step !== undefined && Number(step) === 0)) return false
  if (range === '*') return true
  const bounds = range.split('-').map(bound => valueOf(bound, field))
  return bounds.length <= 2 && bounds.every(bound => bound !== undefined && bound >= field.from && bound <= field.to)
}

function valueOf(text: string, { from, names = [] }: CronField): number | undefined {
  if (/^\d+$/.test(text)) return Number(text)
  const index = names.indexOf(text)
  return index === -1 ? undefined : index + from
}

/** Names that JavaScript knows and AWS does not: abbreviations that mean several zones. */
const ambiguous: ReadonlySet<string> = new Set(
  'ACT AET AGT ART AST BET BST CAT CNT CST CTT EAT ECT IET IST JST MIT NET NST PLT PNT PRT PST SST VST'.split(' '),
)

/** Whether a name is one of the IANA time zone database, old names included. */
export function isTimezone(name: string): boolean {
  if (ambiguous.has(name) || /^[+-]/.test(name) || /^(GMT|UTC)[+-](?!0$)/.test(name)) return false
  try {
    new Intl.DateTimeFormat('en', { timeZone: name }).format(0)
    return true
  } catch {
    return false
  }
}
