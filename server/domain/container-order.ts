import type { ContainerCondition, ContainerDefinition, NetworkMode } from '../aws/generated/ecs.ts'

/** What a container waits for before it starts. */
export interface Dependency {
  readonly containerName: string
  readonly condition: ContainerCondition
}

/**
 * What a container waits for: its `dependsOn`, and its `links`, for which ECS waits until the linked container runs.
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDependency.html
 */
export const dependenciesOf = ({ dependsOn = [], links = [] }: ContainerDefinition): readonly Dependency[] => {
  const linked = links.map(link => link.split(':')[0] ?? '').filter(name => !dependsOn.some(({ containerName }) => containerName === name))
  return [...dependsOn, ...linked.map(containerName => ({ containerName, condition: 'START' as const }))]
}

/**
 * Whether a task is to have no network. Containers share what network there is, so they have to agree on having none.
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html
 */
export const isIsolated = (containers: readonly ContainerDefinition[], networkMode: NetworkMode): boolean =>
  networkMode === 'none' || (containers.length > 0 && containers.every(({ disableNetworking }) => disableNetworking === true))

/** Whether a container starts only when it is let go: something has to happen to others first. */
export const isHeldAtFirst = (container: ContainerDefinition): boolean => dependenciesOf(container).length > 0
