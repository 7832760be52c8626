import { homedir } from 'node:os'
import { images } from '../../shared/names.ts'
import type { DriverName, Instance } from '../cluster/driver.ts'
import type { Choices } from '../config-file.ts'
import { dataFolder, instanceFolder } from '../instance.ts'
import { noKeys, readKeysFile } from '../keys.ts'
import { freePort, freeRange } from '../ports.ts'

/** Ports of the first instance; another one takes the next free ones. */
export const defaultPorts = { door: 4566, api: 6550, published: { first: 9000, last: 9019 } } as const

export interface InstanceRequest {
  readonly home: string
  readonly name: string
  readonly driver: DriverName
  readonly version: string
  /** What the user asks for, from flags and files. */
  readonly choices: Choices
  /** What is remembered; undefined for a new instance. */
  readonly remembered: Instance | undefined
  /** All other instances, whose ports are theirs even while they are stopped. */
  readonly others: readonly Instance[]
}

/** The instance as asked for, else as remembered, else with defaults. Ports that nobody chose are free ones. */
export const settleInstance = async (request: InstanceRequest): Promise<Instance> => {
  const { choices, remembered, home, name } = request
  const bind = choices.bind ?? remembered?.bind ?? '127.0.0.1'
  const isFirst = name === 'kecs'
  // The default instance's ports are left to it, also before it exists.
  const taken = new Set([
    ...request.others.flatMap(portsOf),
    ...(isFirst ? [] : allPorts(defaultPorts.door, defaultPorts.api, defaultPorts.published)),
  ])
  // The default instance's ports are part of what users learn: when they are taken, that is said, not evaded.
  const pick = async (wanted: number) => (isFirst ? wanted : freePort(bind, wanted, taken))
  const port = choices.port ?? remembered?.port ?? (await pick(defaultPorts.door))
  taken.add(port)
  const apiPort = choices.apiPort ?? remembered?.apiPort ?? (await pick(defaultPorts.api))
  taken.add(apiPort)
  const { first, last } = defaultPorts.published
  const publishedPorts =
    choices.publish ?? remembered?.publishedPorts ?? (isFirst ? { first, last } : await freeRange(bind, first, last - first + 1, taken))
  const context = choices.context ?? remembered?.context
  return {
    name,
    driver: request.driver,
    folder: instanceFolder(home, name),
    dataDir: dataFolder(home, name),
    bind,
    port,
    apiPort,
    publishedPorts,
    ...(context === undefined ? {} : { context }),
    backend: choices.backend ?? remembered?.backend ?? images.localstack,
    ...(await keysOf(choices, remembered)),
    ...((choices.allowReset ?? remembered?.allowReset) === true ? { allowReset: true } : {}),
    image: imageFor(request),
    version: request.version,
  }
}

/** Keys are read when they are asked for, and remembered: their file may be elsewhere by the next `up`. */
const keysOf = async (choices: Choices, remembered: Instance | undefined): Promise<Pick<Instance, 'keys'>> => {
  const mode = choices.auth ?? (remembered?.keys === undefined ? 'open' : 'strict')
  if (mode === 'open') return {}
  const keys = choices.keys === undefined ? remembered?.keys : await readKeysFile(choices.keys)
  if (keys === undefined) throw noKeys()
  return { keys }
}

/** The image asked for; else one remembered that was asked for; else the one of this version, which follows the program. */
const imageFor = ({ choices, remembered, version }: InstanceRequest): string => {
  if (choices.image !== undefined) return choices.image
  const isOwnChoice = remembered !== undefined && remembered.image !== defaultImage(remembered.version)
  return isOwnChoice ? remembered.image : defaultImage(version)
}

export const defaultImage = (version: string): string => `${images.controlPlane}:${version}`

/** Every host port of an instance. */
export const portsOf = (instance: Instance): readonly number[] => allPorts(instance.port, instance.apiPort, instance.publishedPorts)

const allPorts = (door: number, api: number, { first, last }: Instance['publishedPorts']): readonly number[] => [
  door,
  api,
  ...Array.from({ length: last - first + 1 }, (_, index) => first + index),
]

/** What cannot be changed while the cluster exists, as pairs of what is there and what is asked for. */
export const conflicts = (there: Instance, wanted: Instance): readonly string[] => {
  const range = ({ publishedPorts: { first, last } }: Instance) => `${first}-${last}`
  const pairs: readonly (readonly [string, string, string])[] = [
    ['driver', there.driver, wanted.driver],
    ['bind', there.bind, wanted.bind],
    ['port', String(there.port), String(wanted.port)],
    ['api-port', String(there.apiPort), String(wanted.apiPort)],
    ['publish', range(there), range(wanted)],
    ['context', there.context ?? '', wanted.context ?? ''],
  ]
  return pairs.filter(([, before, after]) => before !== after).map(([what, before, after]) => `${what} is ${before}, asked for is ${after}`)
}

/** The folder of all instances as a person writes it. */
export const shortPath = (path: string): string => {
  const home = homedir()
  return path.startsWith(`${home}/`) ? `~${path.slice(home.length)}` : path
}
