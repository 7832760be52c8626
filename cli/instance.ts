import { mkdir, readdir, readFile, rename, rm, rmdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseKeys, writeKeys } from '../shared/access-keys.ts'
import { CliError, isMissing, messageOf } from '../shared/errors.ts'
import { type DriverName, type Instance, type Legacy, driverNames } from './cluster/driver.ts'

/**
 * What is remembered of an instance, in KECS_HOME/NAME/instance.json. It is written before anything is made, so that
 * an interrupted `up` can be finished or removed, and stays after `down`, so that ports and data are found again.
 */
const fileName = 'instance.json'
/** Raised when a field changes its meaning; a newer file is refused, never rewritten. */
const schema = 1

export const instanceFolder = (home: string, name: string): string => join(home, name)
export const dataFolder = (home: string, name: string): string => join(home, name, 'data')

/** The instance of that name; undefined when there is none. Throws `CliError` for a file that cannot be understood. */
export const readInstance = async (home: string, name: string): Promise<Instance | undefined> => {
  const path = join(instanceFolder(home, name), fileName)
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
  return parseInstance(text, { path, home, name })
}

/** Like `readInstance`, for commands that need one. */
export const requireInstance = async (home: string, name: string): Promise<Instance> => {
  const instance = await readInstance(home, name)
  if (instance !== undefined) return instance
  const others = (await listInstances(home)).map(other => other.name)
  throw new CliError(
    `There is no instance ${name}.`,
    others.length === 0
      ? `Make it with: ${upCommand(name)}`
      : `Make it with: ${upCommand(name)}\nThere is: ${others.join(', ')} (choose with --name).`,
  )
}

/** The command that makes or mends the instance. */
export const upCommand = (name: string): string => `kecs ${withName('up', name)}`
export const withName = (command: string, name: string): string => (name === 'kecs' ? command : `${command} --name ${name}`)

/** All instances under `home`, by name. Files that cannot be understood are left out. */
export const listInstances = async (home: string): Promise<readonly Instance[]> => {
  const names = await readdir(home).catch(() => [])
  const found = await Promise.all(names.map(name => readInstance(home, name).catch(() => undefined)))
  return found.filter(instance => instance !== undefined).sort((a, b) => a.name.localeCompare(b.name))
}

/** Writes the instance's file as a whole or not at all. */
export const writeInstance = async (instance: Instance): Promise<void> => {
  await mkdir(instance.folder, { recursive: true })
  await mkdir(instance.dataDir, { recursive: true })
  const { folder: _folder, dataDir: _dataDir, keys, ...rest } = instance
  const kept = { ...rest, ...(keys === undefined ? {} : { keys: writeKeys(keys) }) }
  await writeAtomically(join(instance.folder, fileName), `${JSON.stringify({ schema, ...kept }, null, 2)}\n`)
}

/** Forgets the instance's settings; its data stays where there is any. */
export const forgetInstance = async (instance: Instance): Promise<void> => {
  await rm(join(instance.folder, fileName), { force: true })
  // Refused, rightly, for one that is not empty.
  await rmdir(instance.dataDir).catch(() => {})
}

/** Forgets the instance and deletes its data. */
export const deleteInstance = async (instance: Instance): Promise<void> => rm(instance.folder, { recursive: true, force: true })

/** Replaces a file so that a reader, and a crash, meet either the old or the new one. */
export const writeAtomically = async (path: string, text: string): Promise<void> => {
  const draft = `${path}.${process.pid}.tmp`
  await writeFile(draft, text, { mode: 0o600 })
  await rename(draft, path)
}

/** A range without a port in it. */
export const noPorts = { first: 1, last: 0 } as const

/** The instance in a file's text. Throws `CliError`. */
export const parseInstance = (text: string, at: { path: string; home: string; name: string }): Instance => {
  const broken = (why: string) =>
    new CliError(`${at.path} cannot be understood: ${why}.`, `Mend it, or remove it and run: ${upCommand(at.name)}`)
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw broken('it is not JSON')
  }
  if (typeof value !== 'object' || value === null) throw broken('it is not an object')
  const fields = new Map<string, unknown>(Object.entries(value))
  const version = fields.get('schema')
  if (typeof version === 'number' && version > schema) {
    throw new CliError(`${at.path} was written by a newer kecs.`, 'Use that version of kecs, or a newer one.')
  }
  const string = (key: string): string => {
    const field = fields.get(key)
    if (typeof field === 'string') return field
    throw broken(`"${key}" is not a text`)
  }
  const number = (field: unknown, key: string): number => {
    if (typeof field === 'number' && Number.isInteger(field) && field >= 0 && field <= 65_535) return field
    throw broken(`"${key}" is not a port`)
  }
  const range = (key: string) => {
    const field = fields.get(key)
    const ends = new Map<string, unknown>(typeof field === 'object' && field !== null ? Object.entries(field) : [])
    return { first: number(ends.get('first'), `${key}.first`), last: number(ends.get('last'), `${key}.last`) }
  }
  const driver = string('driver')
  if (!isDriverName(driver)) throw broken(`there is no driver "${driver}"`)
  const context = fields.get('context')
  const program = fields.get('program')
  return {
    name: at.name,
    driver,
    folder: instanceFolder(at.home, at.name),
    dataDir: dataFolder(at.home, at.name),
    bind: string('bind'),
    port: number(fields.get('port'), 'port'),
    apiPort: number(fields.get('apiPort'), 'apiPort'),
    publishedPorts: range('publishedPorts'),
    // A cluster from before there was such a range has none of it.
    listenerPorts: fields.has('listenerPorts') ? range('listenerPorts') : noPorts,
    ...(fields.has('udpListeners') ? { udpListeners: number(fields.get('udpListeners'), 'udpListeners') } : {}),
    ...(typeof context === 'string' ? { context } : {}),
    ...(typeof program === 'string' ? { program } : {}),
    ...(fields.has('legacy') ? { legacy: legacyOf(fields.get('legacy'), broken) } : {}),
    backend: string('backend'),
    ...keysOf(fields.get('keys'), broken),
    ...(fields.get('allowReset') === true ? { allowReset: true } : {}),
    ...(fields.get('unknownRoles') === 'accept' ? { unknownRoles: 'accept' } : {}),
    ...(fields.has('endpoint') ? { endpoint: string('endpoint') } : {}),
    ...(fields.has('traces') ? { traces: string('traces') } : {}),
    image: string('image'),
    version: string('version'),
    ...(fields.has('previousImage') ? { previousImage: string('previousImage') } : {}),
  }
}

const legacyOf = (field: unknown, broken: (why: string) => CliError): Legacy => {
  const fields = new Map<string, unknown>(typeof field === 'object' && field !== null ? Object.entries(field) : [])
  const [ports, address] = [fields.get('ports'), fields.get('address')]
  const ends = new Map<string, unknown>(typeof ports === 'object' && ports !== null ? Object.entries(ports) : [])
  const [first, last] = [ends.get('first'), ends.get('last')]
  if (typeof first !== 'number' || typeof last !== 'number') throw broken('"legacy" has no ports')
  return { ports: { first, last }, ...(typeof address === 'string' ? { address } : {}) }
}

/** The file keeps them as the lines that a file of keys has. */
const keysOf = (field: unknown, broken: (why: string) => CliError): Pick<Instance, 'keys'> => {
  if (field === undefined) return {}
  try {
    if (typeof field === 'string') return { keys: parseKeys(field) }
  } catch (error) {
    throw broken(`"keys" ${messageOf(error)}`)
  }
  throw broken('"keys" is not a text')
}

export const isDriverName = (text: string): text is DriverName => driverNames.some(name => name === text)
