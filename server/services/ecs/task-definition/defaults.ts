import type { ContainerDefinition, NetworkMode, PortMapping, Volume } from '../../../aws/generated/ecs.ts'
import { networkModeOf } from './draft.ts'
import type { Draft } from './draft.ts'

/**
 * A task definition as ECS answers it: what the caller left out and ECS fills.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html
 */
export const withDefaults = (draft: Draft) => ({
  ...draft,
  containerDefinitions: draft.containerDefinitions.map(container => containerWithDefaults(container, networkModeOf(draft))),
  volumes: (draft.volumes ?? []).map(volumeWithDefaults),
  placementConstraints: draft.placementConstraints ?? [],
})

const containerWithDefaults = (container: ContainerDefinition, mode: NetworkMode): ContainerDefinition => ({
  ...container,
  cpu: container.cpu ?? 0,
  portMappings: (container.portMappings ?? []).map(mapping => portMappingWithDefaults(mapping, mode)),
  essential: container.essential ?? true,
  environment: container.environment ?? [],
  mountPoints: container.mountPoints ?? [],
  volumesFrom: container.volumesFrom ?? [],
  systemControls: container.systemControls ?? [],
  ...(container.healthCheck === undefined ? {} : { healthCheck: { interval: 30, timeout: 5, retries: 3, ...container.healthCheck } }),
})

function portMappingWithDefaults(mapping: PortMapping, mode: NetworkMode): PortMapping {
  const protocol = mapping.protocol ?? 'tcp'
  if (mapping.containerPortRange !== undefined) return { ...mapping, protocol }
  // With a network of its own or the host's, a port is the same on both sides; with bridge, 0 asks for any free one.
  const hostPort = mapping.hostPort ?? (mode === 'awsvpc' || mode === 'host' ? mapping.containerPort : 0)
  return { ...mapping, hostPort, protocol }
}

/** A volume that is nothing else is a folder on the host. */
function volumeWithDefaults(volume: Volume): Volume {
  const { name, ...kinds } = volume
  return Object.values(kinds).some(kind => kind !== undefined) ? volume : { name, host: {} }
}
