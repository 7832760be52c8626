import type { ContainerDefinition, PortMapping, TransportProtocol } from '../../../aws/generated/ecs.ts'
import { nameOf, networkModeOf } from './draft.ts'
import type { Draft, Problems } from './draft.ts'

interface PortRange {
  readonly first: number
  readonly last: number
}

/** Reads `8000-8010`; undefined when it is no range of ports. */
export function readPortRange(text: string): PortRange | undefined {
  const match = /^(\d{1,5})-(\d{1,5})$/.exec(text)
  const first = Number(match?.[1])
  const last = Number(match?.[2])
  return match !== null && first >= 1 && first < last && last <= 65_535 ? { first, last } : undefined
}

export function* portProblems(draft: Draft): Problems {
  const mode = networkModeOf(draft)
  const isShared = mode === 'awsvpc' || mode === 'host'
  const names = new Set<string>()
  for (const container of draft.containerDefinitions) {
    for (const mapping of container.portMappings ?? []) {
      yield* mappingProblems(container, mapping)
      if (isShared && (mapping.hostPort ?? mapping.containerPort) !== mapping.containerPort) {
        yield `When networkMode=${mode}, the host ports and container ports in port mappings must match.`
      }
      if (mapping.name === undefined) continue
      if (names.has(mapping.name)) yield `When networkMode=${mode}, port mapping name is already used`
      names.add(mapping.name)
    }
  }
  // With one network for all containers a port can be only one's; with bridge each container has its own.
  const groups = isShared ? [draft.containerDefinitions] : draft.containerDefinitions.map(container => [container])
  for (const { protocol, port } of groups.flatMap(portsUsedTwice)) {
    yield `${protocol.toUpperCase()} container port '${port}' is used multiple times in task when networkMode=${mode}.`
  }
}

function* mappingProblems(container: ContainerDefinition, mapping: PortMapping): Problems {
  const { containerPort, hostPort, containerPortRange } = mapping
  if (containerPortRange !== undefined) {
    if (containerPort !== undefined || hostPort !== undefined) {
      yield `Invalid port mapping for container '${nameOf(container)}', cannot specify both single port and port range.`
    }
    if (readPortRange(containerPortRange) === undefined) {
      yield `Invalid 'containerPortRange' setting for container '${nameOf(container)}'.`
    }
    return
  }
  if (containerPort === undefined || containerPort < 1 || containerPort > 65_535) {
    yield `Invalid 'containerPort' setting for container '${nameOf(container)}'.`
  }
  if (hostPort !== undefined && (hostPort < 0 || hostPort > 65_535))
    yield `Invalid 'hostPort' setting for container '${nameOf(container)}'.`
}

/** The first port that is used again, of each protocol. */
function portsUsedTwice(
  containers: readonly ContainerDefinition[],
): readonly { readonly protocol: TransportProtocol; readonly port: number }[] {
  const mappings = containers.flatMap(container => container.portMappings ?? [])
  return (['tcp', 'udp'] as const).flatMap(protocol => {
    const ranges = mappings.filter(mapping => (mapping.protocol ?? 'tcp') === protocol).flatMap(rangeOf)
    ranges.sort((a, b) => a.first - b.first)
    const again = ranges.find((range, index) => range.first <= (ranges[index - 1]?.last ?? 0))
    return again === undefined ? [] : [{ protocol, port: again.first }]
  })
}

function rangeOf({ containerPort, containerPortRange }: PortMapping): readonly PortRange[] {
  if (containerPort !== undefined) return [{ first: containerPort, last: containerPort }]
  const range = readPortRange(containerPortRange ?? '')
  return range === undefined ? [] : [range]
}
