import { doorPort } from '../../shared/names.ts'
import type { NetworkBinding, PortMapping, TaskDefinition } from '../aws/generated/ecs.ts'
import type { TaskRow } from '../store/tables.ts'
import { portsOfRange } from './host-ports-range.ts'

export type HostPorts = NonNullable<TaskRow['hostPorts']>

/** Inclusive. */
export interface PortRange {
  readonly first: number
  readonly last: number
}

/** The kernel's own range for ports that nobody asked for by number, from which ECS takes dynamic host ports. */
const dynamicRange: PortRange = { first: 32768, last: 60999 }

/** What ECS holds back on every container instance (SSH, Docker, the agent), and the door of this machine. */
export const reservedTcpPorts: readonly number[] = [22, 2375, 2376, 51678, 51679, doorPort]

type Protocol = 'tcp' | 'udp'

/** The host ports that are held, TCP and UDP apart. */
export class TakenPorts {
  readonly #ports: Readonly<Record<Protocol, Set<number>>> = { tcp: new Set(reservedTcpPorts), udp: new Set() }

  constructor(held: Iterable<HostPorts> = []) {
    for (const hostPorts of held) this.take(hostPorts)
  }

  take(hostPorts: HostPorts): void {
    for (const { networkBindings } of hostPorts) for (const binding of networkBindings) this.takeBinding(binding)
  }

  takeBinding(binding: NetworkBinding): void {
    for (const port of hostPortsOf(binding)) this.#ports[binding.protocol ?? 'tcp'].add(port)
  }

  has(protocol: Protocol, port: number): boolean {
    return this.#ports[protocol].has(port)
  }

  copy(): TakenPorts {
    const copy = new TakenPorts()
    for (const protocol of ['tcp', 'udp'] as const) for (const port of this.#ports[protocol]) copy.#ports[protocol].add(port)
    return copy
  }
}

/** The host's ports of a binding: a range has several. */
export const hostPortsOf = (binding: NetworkBinding): readonly number[] => {
  if (binding.hostPortRange !== undefined) return portsOfRange(binding.hostPortRange)
  return binding.hostPort === undefined ? [] : [binding.hostPort]
}

/** The bindings that a container of a task has once it runs; none in network modes without host ports. */
export const bindingsOf = (row: TaskRow, containerName: string): readonly NetworkBinding[] =>
  row.hostPorts?.find(each => each.containerName === containerName)?.networkBindings ?? []

/**
 * Host ports for one task: in network mode `host` the container ports themselves, in `bridge` the ones that the
 * definition fixes and free ones for the rest. Dynamic TCP ports come from `published` first, which can be reached
 * from outside the machine, then from 32768 to 60999, as on ECS; UDP ports and port ranges from the latter alone.
 * Each is the lowest that is free. Undefined when a fixed port is taken or none is left: ECS' RESOURCE:PORTS.
 * `taken` is left as it is.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_PortMapping.html
 */
export function allocateHostPorts(
  definition: Pick<TaskDefinition, 'networkMode' | 'containerDefinitions'>,
  taken: TakenPorts,
  published: PortRange | undefined,
): HostPorts | undefined {
  const networkMode = definition.networkMode ?? 'bridge'
  if (networkMode !== 'bridge' && networkMode !== 'host') return []
  const containers = (definition.containerDefinitions ?? []).filter(({ portMappings }) => (portMappings ?? []).length > 0)
  const requests = containers.flatMap(({ portMappings }) => (portMappings ?? []).map(mapping => requestOf(mapping, networkMode)))
  const held = taken.copy()
  const bindings = new Map<PortRequest, NetworkBinding>()
  // What is fixed goes first, so that no dynamic port takes what another container of the task asks for by number.
  for (const request of [...requests.filter(isFixed), ...requests.filter(each => !isFixed(each))]) {
    const first = isFixed(request) ? fixedPort(request, held) : freePort(request, held, published)
    if (first === undefined) return undefined
    const binding = bindingOf(request, first)
    held.takeBinding(binding)
    bindings.set(request, binding)
  }
  const allocated = requests.map(request => bindings.get(request) ?? {})
  let next = 0
  return containers.map(({ name, portMappings }) => {
    const from = next
    next += portMappings?.length ?? 0
    return { containerName: name ?? '', networkBindings: allocated.slice(from, next) }
  })
}

interface PortRequest {
  readonly protocol: Protocol
  readonly containerPort: number
  readonly containerPortRange: string | undefined
  /** How many ports in a row. */
  readonly count: number
  /** The first host port, where it is fixed. */
  readonly hostPort: number | undefined
}

const requestOf = (mapping: PortMapping, networkMode: 'bridge' | 'host'): PortRequest => {
  const range = mapping.containerPortRange === undefined ? [] : portsOfRange(mapping.containerPortRange)
  const containerPort = range[0] ?? mapping.containerPort ?? 0
  const asked = mapping.hostPort === 0 ? undefined : mapping.hostPort
  return {
    protocol: mapping.protocol ?? 'tcp',
    containerPort,
    containerPortRange: mapping.containerPortRange,
    count: Math.max(1, range.length),
    hostPort: networkMode === 'host' ? containerPort : asked,
  }
}

const isFixed = (request: PortRequest): boolean => request.hostPort !== undefined

const isFree = (request: PortRequest, first: number, held: TakenPorts): boolean => {
  for (let port = first; port < first + request.count; port++) if (held.has(request.protocol, port)) return false
  return true
}

const fixedPort = (request: PortRequest, held: TakenPorts): number | undefined =>
  request.hostPort !== undefined && isFree(request, request.hostPort, held) ? request.hostPort : undefined

const freePort = (request: PortRequest, held: TakenPorts, published: PortRange | undefined): number | undefined => {
  const isPublishable = request.protocol === 'tcp' && request.containerPortRange === undefined
  for (const range of [isPublishable ? published : undefined, dynamicRange]) {
    if (range === undefined) continue
    for (let port = range.first; port + request.count - 1 <= range.last; port++) if (isFree(request, port, held)) return port
  }
  return undefined
}

const bindingOf = ({ protocol, containerPort, containerPortRange, count }: PortRequest, hostPort: number): NetworkBinding =>
  containerPortRange === undefined
    ? { bindIP: '0.0.0.0', containerPort, hostPort, protocol }
    : { bindIP: '0.0.0.0', containerPortRange, hostPortRange: `${hostPort}-${hostPort + count - 1}`, protocol }
