import type { ContainerDefinition, FirelensConfiguration, KeyValuePair, NetworkMode } from '../aws/generated/ecs.ts'

/** The container that takes what others write. https://docs.aws.amazon.com/AmazonECS/latest/developerguide/using_firelens.html */
export interface LogRouter {
  /** In the task definition. */
  readonly name: string
  readonly configuration: FirelensConfiguration
  readonly container: ContainerDefinition
}

/** Where a router listens in network modes `awsvpc` and `bridge`. */
export const fluentPort = 24_224
/** Of a router's socket, in the folder that it has to itself. */
export const fluentSocket = 'fluent.sock'

/** A task's log router; undefined where it has none. */
export const routerOf = (containers: readonly ContainerDefinition[]): LogRouter | undefined => {
  for (const container of containers) {
    const { name = '', firelensConfiguration } = container
    if (firelensConfiguration !== undefined) return { name, configuration: firelensConfiguration, container }
  }
  return undefined
}

/** Whether a task's router takes what the container writes. */
export const isRouted = ({ logConfiguration }: ContainerDefinition): boolean => logConfiguration?.logDriver === 'awsfirelens'

/** With what a container's lines come to the router, and what its output is for. */
export const fluentTag = (container: string, taskId: string): string => `${container}-firelens-${taskId}`

/** An object of S3 that a router's configuration includes. */
export const configObject = (router: LogRouter | undefined): { readonly bucket: string; readonly key: string } | undefined => {
  const { 'config-file-type': type, 'config-file-value': arn } = router?.configuration.options ?? {}
  const [, bucket, key] = /^arn:[^:]*:s3:::([^/]+)\/(.+)$/.exec(type === 's3' ? (arn ?? '') : '') ?? []
  return bucket === undefined || key === undefined ? undefined : { bucket, key }
}

/** The router's variable that has a secret log option of a container's: options of several meet in one file. */
export const optionVariable = (option: string, container: string, containers: readonly ContainerDefinition[]): string =>
  `${option}_${containers.findIndex(({ name }) => name === container)}`

/**
 * The containers of a task with what a router among them brings: those that it takes lines of wait until it started,
 * unless it waits for others itself, and are told where it listens.
 */
export const routedContainers = (containers: readonly ContainerDefinition[], networkMode: NetworkMode): readonly ContainerDefinition[] => {
  const router = routerOf(containers)
  if (router === undefined) return containers
  const waitsItself = (router.container.dependsOn ?? []).length > 0 || (router.container.links ?? []).length > 0
  return containers.map(container => {
    if (container === router.container)
      return router.configuration.type === 'fluentd' ? withVariables(container, { FLUENT_UID: '0' }) : container
    if (!isRouted(container)) return container
    const { dependsOn = [] } = container
    const mayWait = !waitsItself && !dependsOn.some(({ containerName }) => containerName === router.name)
    const waiting = mayWait
      ? { ...container, dependsOn: [...dependsOn, { containerName: router.name, condition: 'START' as const }] }
      : container
    const listens = networkMode === 'awsvpc' || networkMode === 'bridge'
    // Containers of a task share a network, in bridge mode too.
    return listens ? withVariables(waiting, { FLUENT_HOST: '127.0.0.1', FLUENT_PORT: String(fluentPort) }) : waiting
  })
}

/** These come before what the definition sets, as on ECS. */
const withVariables = (container: ContainerDefinition, variables: Readonly<Record<string, string>>): ContainerDefinition => {
  const others: readonly KeyValuePair[] = (container.environment ?? []).filter(({ name = '' }) => !Object.hasOwn(variables, name))
  return { ...container, environment: [...others, ...Object.entries(variables).map(([name, value]) => ({ name, value }))] }
}
