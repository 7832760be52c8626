import type { Resource } from '../../../aws/generated/ecs.ts'
import { hostPortsOf, reservedTcpPorts } from '../../../domain/host-ports.ts'
import type { RuntimeNode } from '../../../runtime/runtime.ts'
import type { TaskRow } from '../../../store/tables.ts'

const integer = (name: string, value: number): Resource => ({ name, type: 'INTEGER', doubleValue: 0, longValue: 0, integerValue: value })

const ports = (name: string, values: Iterable<number>): Resource => ({
  name,
  type: 'STRINGSET',
  doubleValue: 0,
  longValue: 0,
  integerValue: 0,
  stringSetValue: [...new Set(values)].sort((one, other) => one - other).map(String),
})

/** What a node has for tasks, in CPU units and MiB. Ports are those that are taken: ECS' own, before any task's. */
export const nodeResources = (node: RuntimeNode): readonly Resource[] => [
  integer('CPU', node.cpu),
  integer('MEMORY', node.memory),
  ports('PORTS', reservedTcpPorts),
  ports('PORTS_UDP', []),
]

/** What is left of `registered` beside tasks: sizes shrink, taken ports add up. Tasks that are STOPPED hold nothing. */
export function remainingResources(registered: readonly Resource[], tasks: readonly TaskRow[]): readonly Resource[] {
  const active = tasks.filter(({ task }) => task.lastStatus !== 'STOPPED')
  const taken = (size: 'cpu' | 'memory'): number => active.reduce((sum, { task }) => sum + (Number(task[size]) || 0), 0)
  const shrink = (resource: Resource, by: number): Resource => integer(resource.name ?? '', (resource.integerValue ?? 0) - by)
  const fill = (resource: Resource, protocol: string): Resource =>
    ports(resource.name ?? '', [...(resource.stringSetValue ?? []).map(Number), ...active.flatMap(row => portsOf(row, protocol))])
  return registered.map(resource => {
    if (resource.name === 'CPU') return shrink(resource, taken('cpu'))
    if (resource.name === 'MEMORY') return shrink(resource, taken('memory'))
    if (resource.name === 'PORTS') return fill(resource, 'tcp')
    return resource.name === 'PORTS_UDP' ? fill(resource, 'udp') : resource
  })
}

const portsOf = ({ hostPorts = [] }: TaskRow, protocol: string): readonly number[] =>
  hostPorts
    .flatMap(({ networkBindings }) => networkBindings)
    .flatMap(binding => ((binding.protocol ?? 'tcp') === protocol ? hostPortsOf(binding) : []))
