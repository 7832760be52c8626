import { CliError } from '../../shared/errors.ts'
import { KubeError, kinds, type KubeClient, type Pod } from '../../shared/kube/index.ts'
import { labelPrefix, labels } from '../../shared/names.ts'
import type { Instance } from '../cluster/driver.ts'
import type { ComponentLogOptions } from './logs.ts'

export interface TaskLogOptions extends Omit<ComponentLogOptions, 'write'> {
  /** An id, the beginning of one, or an ARN. */
  readonly task: string
  /** As the task definition names it; all of the task's where absent. */
  readonly container?: string
  readonly write: (container: string, line: string) => void
}

/**
 * Writes what a task's containers wrote, by lines; with `follow` until they end or the signal, which ends it without an
 * error. @throws CliError when the task is not there any more, or has no such container
 */
export const taskLogs = async (kube: KubeClient, instance: Pick<Instance, 'name'>, options: TaskLogOptions): Promise<void> => {
  const { follow, tail, signal, write } = options
  const pod = await podOfTask(kube, instance, options)
  const where = { name: pod.metadata?.name ?? '', namespace: pod.metadata?.namespace ?? '' }
  const chosen = containersOf(pod, options.container)
  const print = async ({ podName, name }: ContainerName): Promise<void> => {
    try {
      const lines = kube.logs(where, { container: podName, follow, signal, ...(tail === undefined ? {} : { tail }) })
      for await (const line of lines) write(name, line)
    } catch (error) {
      if (follow && signal.aborted) return
      // It has not begun.
      if (!(error instanceof KubeError) || error.status !== 400) throw error
    }
  }
  if (follow) await Promise.all(chosen.map(print))
  else for (const each of chosen) await print(each)
}

const podOfTask = async (kube: KubeClient, instance: Pick<Instance, 'name'>, { task, signal }: TaskLogOptions): Promise<Pod> => {
  const id = task.slice(task.lastIndexOf('/') + 1)
  const { items } = await kube.list(kinds.pod, { labelSelector: `${labels.instance}=${instance.name},${labels.taskId}`, signal })
  const found = items.filter(({ metadata }) => metadata?.labels?.[labels.taskId]?.startsWith(id) === true)
  const [pod] = found
  if (pod !== undefined && found.length === 1 && id !== '') return pod
  if (found.length > 1) throw new CliError(`${found.length} tasks have an id that begins with "${id}".`, 'Give more of it.')
  throw new CliError(
    `There is no task "${id}" in the cluster.`,
    'A task that has stopped takes its own log with it: with the log driver awslogs it is in CloudWatch Logs (aws logs filter-log-events --log-group-name GROUP).',
  )
}

interface ContainerName {
  readonly name: string
  readonly podName: string
}

const containersOf = (pod: Pod, wanted: string | undefined): readonly ContainerName[] => {
  const names = namesOf(pod)
  const all = (pod.spec?.containers ?? []).map(({ name }) => ({ podName: name, name: names.get(name) ?? name }))
  const chosen = all.filter(({ name }) => wanted === undefined || name === wanted)
  if (chosen.length > 0) return chosen
  throw new CliError(`The task has no container "${wanted}".`, `Its containers are: ${all.map(({ name }) => name).join(', ')}.`)
}

/** Names in the task definition by those in the pod, which the runtime writes on it. */
const namesOf = (pod: Pod): ReadonlyMap<string, string> => {
  try {
    const names: Record<string, unknown> = JSON.parse(pod.metadata?.annotations?.[`${labelPrefix}/containers`] ?? '{}')
    return new Map(Object.entries(names).map(([podName, name]) => [podName, String(name)]))
  } catch {
    return new Map()
  }
}
