import { readFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { CliError, isMissing } from '../shared/errors.ts'
import { type UnknownRoles, isUnknownRoles } from '../shared/unknown-roles.ts'
import type { DriverName } from './cluster/driver.ts'
import { mostPorts, parsePortRange } from './flags.ts'
import { isDriverName } from './instance.ts'
import { type AuthMode, isAuthMode } from './keys.ts'
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
  readonly listeners?: { readonly first: number; readonly last: number }
  /** How many of the last of `listeners` are opened for UDP too. */
  readonly udpListeners?: number
  readonly context?: string
  /** `strict`: signatures are verified. */
  readonly auth?: AuthMode
  /** The file of the keys that they are verified with. */
  readonly keys?: string
  /** Whether `POST /_kecs/reset` on the admin port may empty the instance. */
  readonly allowReset?: boolean
  /** Whether the control plane runs on this machine, outside of the cluster. */
  readonly legacy?: boolean
  /** This machine's address as the cluster reaches it. */
  readonly hostAddress?: string
  /** What becomes of roles that the backend's IAM has not. */
  readonly unknownRoles?: UnknownRoles
  /** Where the control plane's spans go; empty: nowhere. */
  readonly traces?: string
  /** Images of the local Docker that are to be in the cluster. */
  readonly load?: readonly string[]
  /** The folder of fixtures. */
  readonly fixtures?: string
  /** Programs that are run once the endpoint answers, before the fixtures are made. */
  readonly prepare?: readonly string[]
  /** Programs that are run when the fixtures are there. */
  readonly init?: readonly string[]
}

/** What is to be there beside the instance itself. */
export interface Declared {
  readonly load: readonly string[]
  readonly prepare: readonly string[]
  readonly fixtures?: string
  readonly init: readonly string[]
}

/** Undefined where nothing is declared. */
export const declaredOf = ({ load = [], prepare = [], fixtures, init = [] }: Choices): Declared | undefined =>
  load.length + prepare.length + init.length === 0 && fixtures === undefined
    ? undefined
    : { load, prepare, init, ...(fixtures === undefined ? {} : { fixtures }) }

/** Settings of one source. */
export interface Source {
  /** Where they come from, such as a file's path. */
  readonly from: string
  readonly choices: Choices
}

/** The folder's kecs.yaml, then the user's own file: what the first leaves open the next says. Throws `CliError` naming file and line. */
export const configSources = async (cwd: string, env: Readonly<Record<string, string | undefined>>): Promise<readonly Source[]> => {
  const user = join(env['XDG_CONFIG_HOME'] || join(env['HOME'] || homedir(), '.config'), 'kecs', 'config.yaml')
  return Promise.all([join(cwd, 'kecs.yaml'), user].map(async from => ({ from, choices: await readConfigFile(from) })))
}

/** What both files say together. */
export const readConfigFiles = async (cwd: string, env: Readonly<Record<string, string | undefined>>): Promise<Choices> => {
  const [ours, theirs] = await configSources(cwd, env)
  return { ...theirs?.choices, ...ours?.choices }
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

/** Reads a setting's value as it stands in the file `path`: the choice, or what it should have been. */
type ReadSetting = (value: unknown, path: string) => Choices | string

const isTexts = (value: unknown): value is readonly string[] => Array.isArray(value) && value.every(isText)
const isText = (value: unknown): value is string => typeof value === 'string' && value !== ''

const settings: Readonly<Record<string, ReadSetting>> = {
  driver: value => (isText(value) && isDriverName(value) ? { driver: value } : 'driver is one of k3d, kind, context, simulated'),
  image: value => (isText(value) ? { image: value } : 'image is a text'),
  backend: value => (isText(value) ? { backend: value } : 'backend is a text'),
  port: value => (isPort(value) ? { port: value } : 'port is a number from 1 to 65535'),
  'api-port': value => (isPort(value) ? { apiPort: value } : 'api-port is a number from 1 to 65535'),
  context: value => (isText(value) ? { context: value } : 'context is a text'),
  bind: value => (isText(value) ? { bind: value } : 'bind is a text'),
  legacy: value => (typeof value === 'boolean' ? { legacy: value } : 'legacy is true or false'),
  'host-address': value => (isText(value) ? { hostAddress: value } : 'host-address is an address'),
  publish: value => readRange(value, 'publish'),
  listeners: value => readRange(value, 'listeners'),
  'udp-listeners': value =>
    typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= mostPorts
      ? { udpListeners: value }
      : `udp-listeners is a number from 0 to ${mostPorts}`,
  auth: value => (isText(value) && isAuthMode(value) ? { auth: value } : 'auth is open or strict'),
  keys: (value, path) => (isText(value) ? { keys: resolve(dirname(path), value) } : 'keys is the path of a file'),
  load: value => (isTexts(value) ? { load: value } : 'load is a list of images'),
  fixtures: (value, path) => (isText(value) ? { fixtures: resolve(dirname(path), value) } : 'fixtures is the path of a folder'),
  prepare: value => (isTexts(value) ? { prepare: value } : 'prepare is a list of commands'),
  init: value => (isTexts(value) ? { init: value } : 'init is a list of commands'),
  'unknown-roles': value => (isText(value) && isUnknownRoles(value) ? { unknownRoles: value } : 'unknown-roles is refuse or accept'),
  'allow-reset': value => (typeof value === 'boolean' ? { allowReset: value } : 'allow-reset is true or false'),
}

const isPort = (value: unknown): value is number => typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= 65_535

/** What is declared beside settings has no variable: it is more than a word. */
const declared: readonly string[] = ['load', 'prepare', 'fixtures', 'init']

/** `KECS_API_PORT` of `api-port`; of `keys` it is KECS_KEYS_FILE, as `kecs serve` takes keys themselves in KECS_KEYS. */
const variableOf = (setting: string): string =>
  setting === 'keys' ? 'KECS_KEYS_FILE' : `KECS_${setting.toUpperCase().replaceAll('-', '_')}`

/**
 * Settings among environment variables, as the files have them; paths are relative to `cwd`. Throws `CliError`, with exit
 * code 2, naming each variable that cannot be used.
 */
export const environmentSettings = (env: Readonly<Record<string, string | undefined>>, cwd: string): Choices => {
  const wrong: string[] = []
  let found: Choices = {}
  for (const [setting, read] of Object.entries(settings)) {
    const variable = variableOf(setting)
    const text = env[variable]
    if (text === undefined || text === '' || declared.includes(setting)) continue
    // A variable is a text, whatever it is of.
    const first = read(text, resolve(cwd, 'kecs.yaml'))
    const reading = typeof first === 'string' ? read(asScalar(text), cwd) : first
    if (typeof reading === 'string') wrong.push(`${variable}=${text}: ${reading}`)
    else found = { ...found, ...reading }
  }
  if (wrong.length === 0) return found
  throw new CliError('The environment has settings that cannot be used.', 'Change them, or unset them.', { exitCode: 2, details: wrong })
}

const asScalar = (text: string): unknown =>
  /^\d+$/.test(text) ? Number(text) : text === 'true' || text === 'false' ? text === 'true' : text

const readRange = (value: unknown, key: 'publish' | 'listeners'): Choices | string => {
  try {
    return { [key]: parsePortRange(String(value), key) }
  } catch (error) {
    if (error instanceof CliError) return error.message
    throw error
  }
}

/** The choices in a file's text. Throws `CliError`, with exit code 2, naming each line that cannot be used. */
export const parseConfig = async (text: string, path: string): Promise<Choices> => {
  const { LineCounter, isMap, isNode, isScalar, parseDocument } = await import('yaml')
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines })
  const wrong: string[] = document.errors.map(error => `line ${lines.linePos(error.pos[0]).line}: ${error.message.split('\n')[0]}`)
  let found: Choices = {}
  const { contents } = document
  if (isMap(contents)) {
    for (const { key, value } of contents.items) {
      if (!isScalar(key)) continue
      const read = readSetting(String(key.value), isNode(value) ? value.toJSON() : undefined, path)
      if (typeof read === 'string') wrong.push(`line ${lines.linePos(key.range?.[0] ?? 0).line}: ${read}`)
      else found = { ...found, ...read }
    }
  } else if (contents !== null && wrong.length === 0) wrong.push('line 1: it is not a list of settings')
  if (wrong.length === 0) return found
  throw new CliError(`${path} cannot be used.`, `The settings are: ${Object.keys(settings).join(', ')}.`, { exitCode: 2, details: wrong })
}

const readSetting = (key: string, value: unknown, path: string): Choices | string => {
  const read = Object.hasOwn(settings, key) ? settings[key] : undefined
  if (read !== undefined) return read(value, path)
  const near = closest(key, Object.keys(settings))
  return `there is no setting "${key}"${near === undefined ? '' : `; did you mean ${near}?`}`
}
