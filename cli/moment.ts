import { CliError } from '../shared/errors.ts'
import { parseDuration } from './flags.ts'

/**
 * Milliseconds since the epoch of what a person types for a time: `2026-01-31T12:00:00Z`, a date and time without a zone
 * (UTC, as all times of the state are shown), or how long ago, such as `15m`. Throws a usage error for anything else.
 */
export const parseMoment = (text: string, now: number, flag = '--at'): number => {
  if (/^\d+(\.\d+)?(ms|s|m|h)$/.test(text)) return now - parseDuration(text)
  const stated = /^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?)?(Z|[+-]\d{2}:\d{2})?$/.exec(text)
  const time =
    stated === null ? Number.NaN : Date.parse(text.replace(' ', 'T') + (stated[1] === undefined || stated[4] !== undefined ? '' : 'Z'))
  if (!Number.isNaN(time)) return time
  throw new CliError(`${flag} ${text} is not a time.`, 'Write it as 2026-01-31T12:00:00Z, or as how long ago: 15m.', { exitCode: 2 })
}
