import type { LogConfiguration } from '../aws/generated/ecs.ts'
import type { AwsLogs } from '../agent/protocol.ts'

/** Log options that cannot be carried out, in the words of the driver. */
export class LogOptionsRefused extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'LogOptionsRefused'
  }
}

interface Writer {
  readonly containerName: string
  /** 32 hexadecimal digits. */
  readonly taskId: string
  readonly region: string
}

/**
 * What the log driver awslogs is to do for a container; undefined for another driver. With a prefix its stream is
 * `PREFIX/CONTAINER/TASK-ID` on every launch type, without one the container's runtime id. Throws `LogOptionsRefused`.
 *
 * Where it differs from ECS: a container never waits for its log, in mode `blocking` either: the node's disk is the
 * buffer. Mode `non-blocking` loses what does not fit `max-buffer-size` while nothing is delivered, where the container
 * asks for that mode; it is not the default.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/specify-log-config.html
 * @see https://docs.docker.com/engine/logging/drivers/awslogs/
 */
export const awsLogsOf = (configuration: LogConfiguration | undefined, writer: Writer): AwsLogs | undefined => {
  if (configuration?.logDriver !== 'awslogs') return undefined
  const { options = {} } = configuration
  const group = options['awslogs-group']
  if (group === undefined || group === '') throw new LogOptionsRefused("missing required option 'awslogs-group'")
  const prefix = options['awslogs-stream-prefix']
  const stream = prefix ? `${prefix}/${writer.containerName}/${writer.taskId}` : options['awslogs-stream']
  const eventStart = eventStartOf(options)
  const bufferBytes = bufferOf(options)
  return {
    group,
    ...(stream === undefined ? {} : { stream }),
    region: options['awslogs-region'] || writer.region,
    createGroup: isTrue('awslogs-create-group', options['awslogs-create-group']),
    ...(eventStart === undefined ? {} : { eventStart }),
    ...(bufferBytes === undefined ? {} : { bufferBytes }),
  }
}

const isTrue = (name: string, value: string | undefined): boolean => {
  if (value === undefined || value === '') return false
  if (/^(1|t|true)$/i.test(value)) return true
  if (/^(0|f|false)$/i.test(value)) return false
  throw new LogOptionsRefused(`must specify valid value for log opt '${name}': ${value}`)
}

/** ECS' default of mode `non-blocking`. Bytes. */
const defaultBuffer = 10 * 1024 * 1024

/** What is kept while nothing is delivered, in bytes; undefined for all. */
const bufferOf = ({ mode, 'max-buffer-size': size }: Readonly<Record<string, string>>): number | undefined => {
  if (mode !== undefined && mode !== '' && mode !== 'blocking' && mode !== 'non-blocking') {
    throw new LogOptionsRefused(`logger: logging mode not supported: ${mode}`)
  }
  if (size === undefined) return mode === 'non-blocking' ? defaultBuffer : undefined
  if (mode !== 'non-blocking') throw new LogOptionsRefused("logger: max-buffer-size option is only supported with 'mode=non-blocking'")
  // Units of 1024, with or without an i, as Docker reads them.
  const [, amount, unit = ''] = /^(\d+(?:\.\d+)?) ?([kmgtp]?)(?:i?b)?$/i.exec(size) ?? []
  if (amount === undefined) throw new LogOptionsRefused(`error parsing option max-buffer-size: invalid size: '${size}'`)
  return Math.floor(Number(amount) * 1024 ** (unit === '' ? 0 : 'kmgtp'.indexOf(unit.toLowerCase()) + 1))
}

const eventStartOf = (options: Readonly<Record<string, string>>): string | undefined => {
  const format = options['awslogs-datetime-format']
  const pattern = options['awslogs-multiline-pattern']
  if (format && pattern) {
    throw new LogOptionsRefused("you cannot configure log opt 'awslogs-datetime-format' and 'awslogs-multiline-pattern' at the same time")
  }
  if (format) return datetimePattern(format)
  if (!pattern) return undefined
  try {
    return eventStartPattern(pattern).source
  } catch {
    throw new LogOptionsRefused(`awslogs could not parse multiline pattern key ${JSON.stringify(pattern)}`)
  }
}

/** A pattern as Go has it: flags may stand at its beginning, as in `(?i)error`. Throws SyntaxError. */
const eventStartPattern = (pattern: string): RegExp => {
  const flags = /^\(\?([ims]+)\)/.exec(pattern)
  return flags === null ? new RegExp(pattern) : new RegExp(`(?${flags[1] ?? ''}:${pattern.slice(flags[0].length)})`)
}

const oneOf = (...names: readonly string[]): string => `(?:${names.join('|')})`
const weekdays = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday']
const months = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December']
const short = (name: string): string => name.slice(0, 3)

/** strftime's letters that the driver knows. https://docs.docker.com/engine/logging/drivers/awslogs/#awslogs-datetime-format */
const datetimeParts: Readonly<Record<string, string>> = {
  a: oneOf(...weekdays.map(short)),
  A: oneOf(...weekdays),
  w: '[0-6]',
  d: '(?:0[1-9]|[12]\\d|3[01])',
  b: oneOf(...months.map(short)),
  B: oneOf(...months),
  m: '(?:0[1-9]|1[0-2])',
  Y: '\\d{4}',
  y: '\\d{2}',
  H: '(?:[01]\\d|2[0-3])',
  I: '(?:0[1-9]|1[0-2])',
  p: '[AP]M',
  M: '[0-5]\\d',
  S: '[0-5]\\d',
  f: '\\d{6}',
  L: '\\.\\d{3}',
  z: '[+-]\\d{4}',
  Z: '[A-Z]{1,4}T',
  j: '(?:0\\d[1-9]|0[1-9]0|[12]\\d{2}|3[0-5]\\d|36[0-6])',
}

const datetimePattern = (format: string): string =>
  format.replaceAll(/%(.)|([\\^$.*+?()[\]{}|/])/g, (found: string, letter: string | undefined, special: string | undefined) => {
    if (special !== undefined) return `\\${special}`
    return letter === '%' ? '%' : (datetimeParts[letter ?? ''] ?? found)
  })
