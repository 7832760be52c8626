import { isIP } from 'node:net'
import { CliError } from '../../shared/errors.ts'
import { doorPort, gatewayPort, images, unpublishedListenerPorts } from '../../shared/names.ts'
import type { DriverName, Instance } from '../cluster/driver.ts'
import { listenerProtocols } from '../cluster/ports.ts'
import type { Choices } from '../config-file.ts'
import { dataFolder, instanceFolder } from '../instance.ts'
import { noKeys, readKeysFile } from '../keys.ts'
import { freePort, freeRange } from '../ports.ts'

/** Ports of the first instance; another one takes the next free ones. */
export const defaultPorts = {
  door: 4566,
  api: 6550,
  published: { first: 9000, last: 9019 },
  listeners: { first: 9020, last: 9039 },
  /** How many of the last of them are published for UDP too: each published port costs Docker a process. */
  udpListeners: 5,
} as const

export interface InstanceRequest {
  readonly home: string
  readonly name: string
  readonly driver: DriverName
  readonly version: string
  /** What the user asks for, from flags and files. */
  readonly choices: Choices
  /** What is remembered; undefined for a new instance. */
  readonly remembered: Instance | undefined
  /** Whether its cluster is there, with the ports that it has; true where it is not said. */
  readonly isThere?: boolean
  /** All other instances, whose ports are theirs even while they are stopped. */
  readonly others: readonly Instance[]
}

/** The instance as asked for, else as remembered, else with defaults. Ports that nobody chose are free ones. */
export const settleInstance = async (request: InstanceRequest): Promise<Instance> => {
  const { choices, remembered, home, name } = request
  checkAddresses(choices)
  const bind = choices.bind ?? remembered?.bind ?? '127.0.0.1'
  const context = choices.context ?? remembered?.context
  const ports = await settlePorts(request, bind)
  return {
    name,
    driver: request.driver,
    folder: instanceFolder(home, name),
    dataDir: dataFolder(home, name),
    bind,
    ...ports,
    ...(context === undefined ? {} : { context }),
    ...(await legacyOf(request, ports)),
    backend: choices.backend ?? remembered?.backend ?? images.localstack,
    ...(await keysOf(choices, remembered)),
    ...((choices.allowReset ?? remembered?.allowReset) === true ? { allowReset: true } : {}),
    ...((choices.unknownRoles ?? remembered?.unknownRoles) === 'accept' ? { unknownRoles: 'accept' } : {}),
    ...tracesOf(choices, remembered),
    ...imagesFor(request),
    version: request.version,
  }
}

/** Throws `CliError` for what nobody could listen on or call. */
const checkAddresses = ({ bind, backend }: Choices): void => {
  const notAsIs = { exitCode: 2 } as const
  if (bind !== undefined && isIP(bind) === 0)
    throw new CliError(`bind is an IP address, which ${bind} is not.`, 'Such as 127.0.0.1, or 0.0.0.0 for all networks.', notAsIs)
  if (backend?.includes('://') === true && !/^https?:\/\//.test(backend))
    throw new CliError(`backend ${backend} is no address of HTTP.`, 'Write it as http://HOST:PORT, name an image, or none.', notAsIs)
}

/** Ports that only the cluster and this machine reach; counted among the instance's own. */
const legacyPorts = { first: 9200, count: 5 } as const

/** Five in a row that no instance has, and nobody else on any address: which one they are opened on the cluster's network says. */
export const freeLegacyPorts = (own: Ports, others: readonly Instance[]): Promise<{ readonly first: number; readonly last: number }> =>
  freeRange('everywhere', legacyPorts.first, legacyPorts.count, new Set([...others.flatMap(portsOf), ...portsOf(own)]))

const legacyOf = async (request: InstanceRequest, ports: Ports): Promise<Pick<Instance, 'legacy'>> => {
  const { choices, remembered, driver, others } = request
  if (!(choices.legacy ?? remembered?.legacy !== undefined)) return {}
  if (driver === 'simulated') {
    if (choices.legacy !== true) return {}
    throw new CliError('A simulated instance has no cluster that its control plane could be outside of.', 'Leave --legacy out.', {
      exitCode: 2,
    })
  }
  const range = remembered?.legacy?.ports ?? (await freeLegacyPorts(ports, others))
  const address = choices.hostAddress ?? remembered?.legacy?.address
  return { legacy: { ports: range, ...(address === undefined ? {} : { address }) } }
}

type Ports = Pick<Instance, 'port' | 'apiPort' | 'publishedPorts' | 'listenerPorts' | 'udpListeners'>

const settlePorts = async ({ choices, remembered, isThere, name, others }: InstanceRequest, bind: string): Promise<Ports> => {
  const isFirst = name === 'kecs'
  // The default instance's ports are left to it, also before it exists.
  const taken = new Set([
    ...others.flatMap(portsOf),
    ...(isFirst ? [] : [defaultPorts.door, defaultPorts.api, ...portsIn(defaultPorts.published), ...portsIn(defaultPorts.listeners)]),
  ])
  // The default instance's ports are part of what users learn: when they are taken, that is said, not evaded.
  const pick = async (wanted: number) => (isFirst ? wanted : freePort(bind, wanted, taken))
  const port = choices.port ?? remembered?.port ?? (await pick(defaultPorts.door))
  taken.add(port)
  const apiPort = choices.apiPort ?? remembered?.apiPort ?? (await pick(defaultPorts.api))
  taken.add(apiPort)
  // What was chosen for the one range may be what the other has by default.
  const isOpen = (range: PortRange) => portsIn(range).every(each => !taken.has(each))
  const pickRange = async (range: PortRange) =>
    isFirst && isOpen(range) ? range : freeRange(bind, range.first, range.last - range.first + 1, taken)
  const publishedPorts = choices.publish ?? remembered?.publishedPorts ?? (await pickRange(defaultPorts.published))
  for (const each of portsIn(publishedPorts)) taken.add(each)
  // One from before there was such a range gets it with its next cluster.
  const lacksListeners = isThere === false && remembered !== undefined && isNone(remembered.listenerPorts)
  const kept = lacksListeners ? undefined : remembered?.listenerPorts
  const listenerPorts = choices.listeners ?? kept ?? (await pickRange(defaultPorts.listeners))
  const ports = { port, apiPort, publishedPorts, listenerPorts, ...udpListenersOf(choices, remembered) }
  checkRanges(ports)
  checkUdpListeners(choices, listenerPorts)
  return ports
}

/** A range that is remembered without a number was made before there was one, and is published for UDP as a whole. */
const udpListenersOf = (choices: Choices, remembered: Instance | undefined): Pick<Instance, 'udpListeners'> => {
  const isKept = remembered !== undefined && !isNone(remembered.listenerPorts)
  const udpListeners = choices.udpListeners ?? (isKept ? remembered.udpListeners : defaultPorts.udpListeners)
  return udpListeners === undefined ? {} : { udpListeners }
}

/** Throws a usage error for more of them than there are listeners' ports. The default and what is remembered follow the range. */
const checkUdpListeners = ({ udpListeners = 0 }: Choices, range: PortRange): void => {
  const most = portsIn(range).length
  if (isNone(range) || udpListeners <= most) return
  throw new CliError(
    `udp-listeners is ${udpListeners}, but listeners have only ${most} ports: ${range.first}-${range.last}.`,
    `Choose from 0 to ${most} with --udp-listeners, or more ports with --listeners, such as ${range.first}-${range.first + udpListeners - 1}.`,
    { exitCode: 2 },
  )
}

/** Keys are read when they are asked for, and remembered: their file may be elsewhere by the next `up`. */
const keysOf = async (choices: Choices, remembered: Instance | undefined): Promise<Pick<Instance, 'keys'>> => {
  const mode = choices.auth ?? (remembered?.keys === undefined ? 'open' : 'strict')
  if (mode === 'open') return {}
  const keys = choices.keys === undefined ? remembered?.keys : await readKeysFile(choices.keys)
  if (keys === undefined) throw noKeys()
  return { keys }
}

/** An empty one ends it. */
const tracesOf = (choices: Choices, remembered: Instance | undefined): Pick<Instance, 'traces'> => {
  const traces = choices.traces ?? remembered?.traces ?? ''
  return traces === '' ? {} : { traces }
}

/** The image asked for; else one remembered that was asked for; else the one of this version, which follows the program. */
const imageFor = ({ choices, remembered, version }: InstanceRequest): string => {
  if (choices.image !== undefined) return choices.image
  const isOwnChoice = remembered !== undefined && remembered.image !== defaultImage(remembered.version)
  return isOwnChoice ? remembered.image : defaultImage(version)
}

/** The image, and the one before it where it is another one now. */
const imagesFor = (request: InstanceRequest): Pick<Instance, 'image' | 'previousImage'> => {
  const image = imageFor(request)
  const { remembered } = request
  const previous = remembered === undefined || remembered.image === image ? remembered?.previousImage : remembered.image
  return { image, ...(previous === undefined ? {} : { previousImage: previous }) }
}

export const defaultImage = (version: string): string => `${images.controlPlane}:${version}`

/** Every host port of an instance. */
export const portsOf = (instance: Ports & Pick<Instance, 'legacy'>): readonly number[] => [
  instance.port,
  instance.apiPort,
  ...portsIn(instance.publishedPorts),
  ...portsIn(instance.listenerPorts),
  ...(instance.legacy === undefined ? [] : portsIn(instance.legacy.ports)),
]

type PortRange = Instance['publishedPorts']

const isNone = ({ first, last }: PortRange): boolean => last < first

const portsIn = ({ first, last }: PortRange): readonly number[] =>
  Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => first + index)

/** Throws a usage error for listeners' ports that something else of the instance or of the gateway's pod has. */
const checkRanges = (asked: Ports): void => {
  const { first, last } = unpublishedListenerPorts
  const held = new Map([
    [doorPort, 'the AWS endpoint inside the cluster'],
    [gatewayPort, "the gateway's own"],
    ...portsIn({ first, last }).map(each => [each, "the gateway's own"] as const),
    ...portsIn(asked.publishedPorts).map(each => [each, "of tasks' host ports (--publish)"] as const),
    [asked.port, 'the AWS endpoint (--port)'],
    [asked.apiPort, 'the Kubernetes API (--api-port)'],
  ])
  for (const each of portsIn(asked.listenerPorts)) {
    const holder = held.get(each)
    if (holder === undefined) continue
    throw new CliError(`Port ${each} of the load balancers' listeners is ${holder}.`, 'Choose another range with --listeners.', {
      exitCode: 2,
    })
  }
}

/** What cannot be changed while the cluster exists, as pairs of what is there and what is asked for. */
export const conflicts = (there: Instance, wanted: Instance): readonly string[] => {
  const range = (ports: PortRange) => (isNone(ports) ? 'none' : `${ports.first}-${ports.last}`)
  // Of the range that is there: what is all of one may be a part of another.
  const udpPorts = ({ udpListeners }: Instance): string => {
    const all = listenerProtocols({ listenerPorts: there.listenerPorts, ...(udpListeners === undefined ? {} : { udpListeners }) })
    return String(all.filter(({ protocol }) => protocol === 'UDP').length)
  }
  const pairs: readonly (readonly [string, string, string])[] = [
    ['driver', there.driver, wanted.driver],
    ['bind', there.bind, wanted.bind],
    ['port', String(there.port), String(wanted.port)],
    ['api-port', String(there.apiPort), String(wanted.apiPort)],
    ['publish', range(there.publishedPorts), range(wanted.publishedPorts)],
    ['listeners', range(there.listenerPorts), range(wanted.listenerPorts)],
    ['udp-listeners', udpPorts(there), udpPorts(wanted)],
    ['context', there.context ?? '', wanted.context ?? ''],
  ]
  return pairs.filter(([, before, after]) => before !== after).map(([what, before, after]) => `${what} is ${before}, asked for is ${after}`)
}
