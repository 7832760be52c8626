import type { Pod } from '../../../shared/kube/index.ts'
import type { ContainerDefinition, PortMapping } from '../../aws/generated/ecs.ts'
import type { ContainerSecrets, TaskSpec } from '../runtime.ts'
import { firstImageOf } from './held.ts'
import { dnsLabelOf } from './names.ts'
import { pullPolicyOf } from './own-images.ts'
import { probeOf } from './probe.ts'
import type { ResourceRequirements } from './resources.ts'
import { restartsOf } from './restarts.ts'
import { secretVariables } from './task-secret.ts'
import { userOf } from './user.ts'

type PodContainer = NonNullable<Pod['spec']>['containers'][number]
type ContainerPort = NonNullable<PodContainer['ports']>[number]
type SecurityContext = NonNullable<PodContainer['securityContext']>

/** A container definition as a container of a pod. Throws `TaskRefused`. */
export function containerOf(
  container: ContainerDefinition,
  given: {
    readonly networkMode: TaskSpec['networkMode']
    readonly resources: ResourceRequirements
    readonly containerRestarts: boolean
    readonly volumeMounts: NonNullable<PodContainer['volumeMounts']>
    /** It starts when the task's network was taken away. */
    readonly isHeld: boolean
    readonly taskId: string
    readonly secrets: ContainerSecrets | undefined
  },
): PodContainer {
  const { entryPoint = [], command = [], workingDirectory } = container
  const security = securityOf(container)
  const ports = portsOf(container.portMappings ?? [], given.networkMode)
  const environment = withoutKubernetes([...environmentOf(container), ...secretVariables(container.name ?? '', given)])
  const readinessProbe = probeOf(container, literal)
  return {
    name: dnsLabelOf(container.name ?? ''),
    image: firstImageOf(container, given.isHeld),
    imagePullPolicy: pullPolicyOf(container.image ?? ''),
    // Empty lists say nothing in ECS: the image's own stay.
    ...(entryPoint.length > 0 && { command: entryPoint.map(literal) }),
    ...(command.length > 0 && { args: command.map(literal) }),
    ...(workingDirectory && { workingDir: workingDirectory }),
    ...(environment.length > 0 && { env: environment }),
    ...(ports.length > 0 && { ports }),
    ...(Object.keys(given.resources).length > 0 && { resources: given.resources }),
    ...(given.volumeMounts.length > 0 && { volumeMounts: given.volumeMounts }),
    ...restartsOf(container, given),
    ...(readinessProbe !== undefined && { readinessProbe }),
    ...(Object.keys(security).length > 0 && { securityContext: security }),
    ...(container.interactive === true && { stdin: true }),
    ...(container.pseudoTerminal === true && { tty: true }),
  }
}

/**
 * Kubernetes replaces `$(NAME)` and reduces `$$` to `$` in commands and environment; ECS replaces nothing.
 * https://kubernetes.io/docs/tasks/inject-data-application/define-interdependent-environment-variables/
 */
export const literal = (text: string): string => text.replaceAll('$', '$$$$')

/** One entry a name, the last value given for it, as Docker has it. */
function environmentOf({ environment = [] }: ContainerDefinition): { name: string; value: string }[] {
  const values = new Map<string, string>()
  for (const { name = '', value = '' } of environment) values.set(name, literal(value))
  return [...values].map(([name, value]) => ({ name, value }))
}

/**
 * Programs that find these take themselves to be in Kubernetes, and call its API. The kubelet adds them to whatever
 * container has no variable of the name, so they can be emptied and not be left out.
 */
const ofTheCluster = [
  'KUBERNETES_SERVICE_HOST',
  'KUBERNETES_SERVICE_PORT',
  'KUBERNETES_SERVICE_PORT_HTTPS',
  'KUBERNETES_PORT',
  ...['', '_PROTO', '_PORT', '_ADDR'].map(member => `KUBERNETES_PORT_443_TCP${member}`),
]

function withoutKubernetes<Variable extends { readonly name: string }>(
  variables: readonly Variable[],
): (Variable | { name: string; value: string })[] {
  const given = new Set(variables.map(({ name }) => name))
  return [...variables, ...ofTheCluster.filter(name => !given.has(name)).map(name => ({ name, value: '' }))]
}

/** Bridge and host mode are reached on the node's ports; awsvpc on the task's own address. */
function portsOf(mappings: readonly PortMapping[], networkMode: TaskSpec['networkMode']): ContainerPort[] {
  const published = networkMode === 'bridge' || networkMode === 'host'
  const ports = new Map<string, ContainerPort>()
  for (const { containerPort, hostPort, protocol = 'tcp' } of mappings) {
    if (containerPort === undefined) continue
    const onHost = networkMode === 'host' ? containerPort : hostPort
    const port = {
      containerPort,
      protocol: protocol.toUpperCase(),
      ...(published && onHost !== undefined && onHost > 0 && { hostPort: onHost }),
    }
    ports.set(`${containerPort}/${port.protocol}/${port.hostPort ?? ''}`, port)
  }
  return [...ports.values()]
}

/** As Docker takes it. https://docs.docker.com/reference/cli/docker/container/run/#security-opt */
export const isNoNewPrivileges = (option: string): boolean => /^no-new-privileges([:=]true)?$/.test(option)

function securityOf(container: ContainerDefinition): SecurityContext {
  const { add = [], drop = [] } = container.linuxParameters?.capabilities ?? {}
  const capabilities = { ...(add.length > 0 && { add: [...add] }), ...(drop.length > 0 && { drop: [...drop] }) }
  return {
    ...userOf(container.user, container.name ?? ''),
    ...(container.privileged === true && { privileged: true }),
    ...(container.readonlyRootFilesystem === true && { readOnlyRootFilesystem: true }),
    ...(container.dockerSecurityOptions?.some(isNoNewPrivileges) === true && { allowPrivilegeEscalation: false }),
    ...(Object.keys(capabilities).length > 0 && { capabilities }),
  }
}
