import { readFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { CliError } from '../shared/errors.ts'
import type { DriverName } from './cluster/driver.ts'
import { parsePortRange } from './flags.ts'
import { isDriverName, isMissing } from './instance.ts'
import { closest } from './suggest.ts'

/** What may be chosen for an instance; what is absent is chosen by the next source. */
export interface Choices {
  readonly driver?: DriverName
  readonly image?: string
  readonly backend?: string
  readonly port?: number
  readonly apiPort?: number
  readonly bind?: string
  readonly publish?: { readonly first: number; readonly last: number }
  readonly context?: string
  /** Whether `POST /_kecs/reset` on the admin port may empty the instance. */
  readonly allowReset?: boolean
}

const keys = ['driver', 'image', 'backend', 'port', 'bind', 'publish', 'allow-reset'] as const

/** The folder's kecs.yaml, with what it leaves open taken from the user's own file. Throws `CliError` naming file and line. */
export const readConfigFiles = async (cwd: string, env: Readonly<Record<string, string | undefined>>): Promise<Choices> => {
  const user = join(env['XDG_CONFIG_HOME'] || join(env['HOME'] || homedir(), '.config'), 'kecs', 'config.yaml')
  const [ours, theirs] = await Promise.all([readConfigFile(join(cwd, 'kecs.yaml')), readConfigFile(user)])
  return { ...theirs, ...ours }
}

const readConfigFile = async (path: string): Promise<Choices> => {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    if (isMissing(error)) return {}
    throw error
  }
  return parseConfig(text, path)
}

/** The choices in a file's text. Throws `CliError`, with exit code 2, naming each line that cannot be used. */
export const parseConfig = async (text: string, path: string): Promise<Choices> => {
  const { LineCounter, isMap, isScalar, parseDocument } = await import('yaml')
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines })
  const wrong: string[] = document.errors.map(error => `line ${lines.linePos(error.pos[0]).line}: ${error.message.split('\n')[0]}`)
  const found: { -readonly [K in keyof Choices]: Choices[K] } = {}
  const read = (key: string, value: unknown, line: number) => {
    const refuse = (why: string) => wrong.push(`line ${line}: ${why}`)
    switch (key) {
      case 'driver':
        if (typeof value === 'string' && isDriverName(value)) found.driver = value
        else refuse(`driver is one of k3d, kind, context, simulated`)
        break
      case 'image':
      case 'backend':
      case 'bind':
        if (typeof value === 'string' && value !== '') found[key] = value
        else refuse(`${key} is a text`)
        break
      case 'port':
        if (typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= 65_535) found.port = value
        else refuse('port is a number from 1 to 65535')
        break
      case 'allow-reset':
        if (typeof value === 'boolean') found.allowReset = value
        else refuse('allow-reset is true or false')
        break
      case 'publish':
        try {
          found.publish = parsePortRange(String(value), 'publish')
        } catch (error) {
          if (!(error instanceof CliError)) throw error
          refuse(error.message)
        }
        break
      default: {
        const near = closest(key, keys)
        refuse(`there is no setting "${key}"${near === undefined ? '' : `; did you mean ${near}?`}`)
      }
    }
  }
  const { contents } = document
  if (isMap(contents)) {
    for (const { key, value } of contents.items) {
      if (!isScalar(key)) continue
      const line = lines.linePos(key.range?.[0] ?? 0).line
      read(String(key.value), isScalar(value) ? value.value : undefined, line)
    }
  } else if (contents !== null && wrong.length === 0) wrong.push('line 1: it is not a list of settings')
  if (wrong.length === 0) return found
  throw new CliError(`${path} cannot be used.`, `The settings are: ${keys.join(', ')}.`, { exitCode: 2, details: wrong })
}
