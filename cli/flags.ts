import { CliError } from '../shared/errors.ts'
import { withName } from './instance.ts'

/** Flags that several commands share. */
export const nameFlag = { type: 'string', description: 'the instance (default kecs, or KECS_NAME)', valueHint: 'NAME' } as const
export const jsonFlag = { type: 'boolean', description: 'print one JSON document on stdout' } as const
export const quietFlag = { type: 'boolean', alias: 'q', description: 'print no progress' } as const
export const timeoutFlag = { type: 'string', description: 'give up after this long, such as 90s or 5m', valueHint: 'TIME' } as const
export const commonFlags = { name: nameFlag, json: jsonFlag, quiet: quietFlag, timeout: timeoutFlag } as const

const units = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 } as const
const isUnit = (text: string): text is keyof typeof units => text in units

/** Milliseconds of `90s`, `5m`, `1h`, `500ms` or `30` (seconds). Throws a usage error for anything else. */
export const parseDuration = (text: string): number => {
  const [, number, unit = 's'] = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(text) ?? []
  if (number === undefined || !isUnit(unit) || Number(number) === 0) {
    throw new CliError(`"${text}" is not a length of time.`, 'Write it as 90s, 5m or 1h.', { exitCode: 2 })
  }
  return Number(number) * units[unit]
}

/** Of a range that is published: each port costs Docker a process. */
export const mostPorts = 200

/** The first and last port of `9000-9019`. Throws a usage error for anything else. */
export const parsePortRange = (text: string, flag = '--publish'): { first: number; last: number } => {
  const [, first, last] = /^(\d+)-(\d+)$/.exec(text) ?? []
  const range = { first: Number(first), last: Number(last) }
  if (range.first >= 1 && range.first <= range.last && range.last <= 65_535) {
    if (range.last - range.first < mostPorts) return range
    throw new CliError(`${flag} ${text} is more than ${mostPorts} ports.`, 'Each published port costs a process in Docker: choose fewer.', {
      exitCode: 2,
    })
  }
  throw new CliError(`${flag} ${text} is not a range of ports.`, 'Write it as FIRST-LAST, such as 9000-9019.', { exitCode: 2 })
}

/** The reason of a signal that came because a command's time is over. */
export class OutOfTime extends CliError {}

/** The signal of a command: the user's interrupt, and the end of its time. */
export const withTimeout = (
  signal: AbortSignal,
  { timeout, fallback, name = 'kecs' }: { timeout: string | undefined; fallback?: string | undefined; name?: string },
): AbortSignal => {
  const length = timeout ?? fallback
  if (length === undefined) return signal
  const controller = new AbortController()
  const timer = setTimeout(
    () =>
      controller.abort(
        new OutOfTime(
          `This took longer than ${length}.`,
          timeout === undefined
            ? `Give it more time with --timeout, or see what hinders it: ${withName('kecs status', name)}, ${withName('kecs logs', name)}.`
            : 'Give it more time with a longer --timeout.',
        ),
      ),
    parseDuration(length),
  )
  timer.unref()
  return AbortSignal.any([signal, controller.signal])
}

/** Beside the instances' folders lies that of the programs which kecs fetched. */
const toolsFolder = 'bin'

/** The instance that a command is about: `--name`, else KECS_NAME, else `kecs`. Throws a usage error for an unusable name. */
export const instanceName = (flag: string | undefined, env: Readonly<Record<string, string | undefined>>): string => {
  const name = flag ?? (env['KECS_NAME'] || 'kecs')
  // Names of clusters, containers and folders are made of it: k3d takes 32 characters, five of which are "kecs-".
  if (/^[a-z0-9]([a-z0-9-]{0,25}[a-z0-9])?$/.test(name) && name !== toolsFolder) return name
  throw new CliError(`"${name}" cannot name an instance.`, `Use up to 27 lower-case letters, digits and dashes; not ${toolsFolder}.`, {
    exitCode: 2,
  })
}
