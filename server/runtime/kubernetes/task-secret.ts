import { kinds, type KubeClient, type Manifest, type Pod, type Secret } from '../../../shared/kube/index.ts'
import { annotations, labelPrefix, labels } from '../../../shared/names.ts'
import type { ContainerSecrets, TaskRef, TaskSpec } from '../runtime.ts'
import { dnsLabelOf } from './names.ts'
import { imageRepository } from './registry-auth.ts'

type PodSpec = NonNullable<Pod['spec']>
type Variable = NonNullable<PodSpec['containers'][number]['env']>[number]

/** On pods: the name of the Secret that was made for it. */
export const secretAnnotation = `${labelPrefix}/secret`

/** What an object of the type must have, and kubelets pull images with. */
const registriesKey = '.dockerconfigjson'
/** What a log router's configuration includes. No container's variable has it: their keys have a dot behind the container's name. */
export const configFileKey = 'router-config'

/** Without the family, so that it can be removed when nothing else of the task is known any more. */
export const taskSecretName = (taskId: string): string => `task-${taskId}`

/**
 * One Secret for all that a task's containers are given in secret: pods hold references alone, so that whoever may read
 * pods does not read these. Undefined for a task without any.
 * https://kubernetes.io/docs/concepts/configuration/secret/
 */
export const taskSecretOf = (spec: TaskSpec, instance: string): (Secret & Manifest) | undefined => {
  if (spec.secrets === undefined) return undefined
  const registries = registriesOf(spec)
  const variables = Object.entries(spec.secrets).flatMap(([container, { environment }]) =>
    Object.entries(environment).map(([name, value], index) => [variableKey(container, name, index), base64(value)] as const),
  )
  const configFile = Object.values(spec.secrets).find(each => each.configFile !== undefined)?.configFile
  if (registries === undefined && variables.length === 0 && configFile === undefined) return undefined
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      name: taskSecretName(spec.taskId),
      namespace: spec.namespace,
      labels: { [labels.instance]: instance, [labels.taskId]: spec.taskId },
      annotations: { [annotations.taskArn]: spec.taskArn },
    },
    type: registries === undefined ? 'Opaque' : 'kubernetes.io/dockerconfigjson',
    data: {
      ...Object.fromEntries(variables),
      ...(configFile !== undefined && { [configFileKey]: base64(configFile) }),
      ...(registries !== undefined && { [registriesKey]: base64(JSON.stringify(registries)) }),
    },
  }
}

/** A container's variables that are in the task's Secret. */
export const secretVariables = (
  container: string,
  { taskId, secrets }: { readonly taskId: string; readonly secrets: ContainerSecrets | undefined },
): readonly Variable[] =>
  Object.keys(secrets?.environment ?? {}).map((name, index) => ({
    name,
    valueFrom: { secretKeyRef: { name: taskSecretName(taskId), key: variableKey(container, name, index) } },
  }))

/** Where a container's image asks for credentials of its own. */
export const pullSecrets = (spec: TaskSpec): Pick<PodSpec, 'imagePullSecrets'> =>
  registriesOf(spec) === undefined ? {} : { imagePullSecrets: [{ name: taskSecretName(spec.taskId) }] }

/** Of one container: whether its own image asks for credentials. */
export const pullSecretsFor = (spec: TaskSpec, container: string): Pick<PodSpec, 'imagePullSecrets'> =>
  spec.secrets?.[container]?.registry === undefined ? {} : pullSecrets(spec)

export const hasTaskSecret = ({ metadata }: Pod): boolean => metadata?.annotations?.[secretAnnotation] !== undefined

/** Idempotent. */
export const removeTaskSecret = async (client: KubeClient, { taskId, namespace }: TaskRef): Promise<void> => {
  await client.remove(kinds.secret, { name: taskSecretName(taskId), namespace })
}

/** Keys have letters, digits, `-`, `_` and `.`; variables may have any name. */
const variableKey = (container: string, name: string, index: number): string =>
  `${dnsLabelOf(container)}.${/^[\w.-]{1,150}$/.test(name) ? name : `-${index}`}`

/** As Docker keeps them: by repository, since containers of one registry may have different ones. */
const registriesOf = ({ containers, secrets = {} }: TaskSpec): { readonly auths: Readonly<Record<string, object>> } | undefined => {
  const auths = containers.flatMap(({ name = '', image = '' }) => {
    const registry = secrets[name]?.registry
    if (registry === undefined) return []
    const { username, password } = registry
    return [[imageRepository(image), { username, password, auth: base64(`${username}:${password}`) }] as const]
  })
  return auths.length === 0 ? undefined : { auths: Object.fromEntries(auths) }
}

const base64 = (text: string): string => Buffer.from(text, 'utf8').toString('base64')
