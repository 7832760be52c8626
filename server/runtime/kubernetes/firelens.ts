import type { Pod } from '../../../shared/kube/index.ts'
import { agentFolder, labelPrefix, routerFolder } from '../../../shared/names.ts'
import { configPaths, firelensConfig, FirelensRefused } from '../../domain/firelens-config.ts'
import { routerOf } from '../../domain/firelens.ts'
import { TaskRefused, type TaskSpec } from '../runtime.ts'
import { configFileKey, taskSecretName } from './task-secret.ts'

type PodSpec = NonNullable<Pod['spec']>
type PodVolume = NonNullable<PodSpec['volumes']>[number]
type VolumeMount = NonNullable<PodSpec['containers'][number]['volumeMounts']>[number]

/** On pods: the configuration of the task's log router, which is mounted into it from here. */
const configAnnotation = `${labelPrefix}/firelens`

export interface RouterParts {
  readonly annotations: Readonly<Record<string, string>>
  readonly volumes: readonly PodVolume[]
  /** Of the router's container, by its name in the task definition. */
  readonly mounts: ReadonlyMap<string, readonly VolumeMount[]>
}

/**
 * What a task's log router is given, as ECS' agent gives it: its configuration as a file, and a folder for its socket
 * in the place of /var/run, in which the node's agent finds it. That folder is one of the agent's own, whose mode the
 * kubelet gives to the task's: a router of any user may make its socket there. Throws `TaskRefused`.
 */
export const routerPartsOf = (spec: TaskSpec, instance: string): RouterParts => {
  const router = routerOf(spec.containers)
  if (router === undefined) return { annotations: {}, volumes: [], mounts: new Map() }
  const { path, externalPath } = configPaths(router)
  const isExternal = spec.secrets?.[router.name]?.configFile !== undefined
  const mounts: VolumeMount[] = [
    { name: 'kecs-router', mountPath: path, subPath: 'fluent.conf', readOnly: true },
    ...(isExternal ? [{ name: 'kecs-router', mountPath: externalPath, subPath: 'external.conf', readOnly: true }] : []),
    { name: 'kecs-router-socket', mountPath: '/var/run', subPath: spec.taskId },
  ]
  const fieldPath = `metadata.annotations['${configAnnotation}']`
  const items = [{ key: configFileKey, path: 'external.conf' }]
  // One volume for both: fluent-bit takes files of one inode number for the same, whatever file system they are of.
  const sources = [
    { downwardAPI: { items: [{ path: 'fluent.conf', fieldRef: { fieldPath } }] } },
    ...(isExternal ? [{ secret: { name: taskSecretName(spec.taskId), items } }] : []),
  ]
  const volumes: PodVolume[] = [
    { name: 'kecs-router', projected: { sources } },
    { name: 'kecs-router-socket', hostPath: { path: `${agentFolder(instance)}/${routerFolder}`, type: 'Directory' } },
  ]
  return { annotations: { [configAnnotation]: configOf(spec, router) }, volumes, mounts: new Map([[router.name, mounts]]) }
}

const configOf = (spec: TaskSpec, router: Parameters<typeof firelensConfig>[1]): string => {
  try {
    return firelensConfig(spec, router)
  } catch (error) {
    if (error instanceof FirelensRefused)
      throw new TaskRefused(`ResourceInitializationError: unable to generate firelens config: ${error.message}`)
    throw error
  }
}
