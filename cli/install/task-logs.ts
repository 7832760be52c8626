import { CliError } from '../../shared/errors.ts'
import { KubeError, kinds, type KubeClient, type Pod } from '../../shared/kube/index.ts'
import { labelPrefix, labels } from '../../shared/names.ts'
import type { Instance } from '../cluster/driver.ts'
import { poll } from '../wait.ts'
import type { ComponentLogOptions } from './logs.ts'

export interface TaskLogOptions extends Omit<ComponentLogOptions, 'write'> {
  /** An id, the beginning of one, or an ARN. */
  readonly task: string
  /** As the task definition names it; all of the task's where absent. */
  readonly container?: string
  readonly write: (container: string, line: string) => void
}

/** How often what has not begun is looked for again, and how long a pod that may still come, in milliseconds. */
const againMs = 250
const patienceMs = 5_000

export interface PodReader {
  list(labelSelector: string, signal: AbortSignal): Promise<readonly Pod[]>
  find(name: PodName, signal: AbortSignal): Promise<Pod | undefined>
  readonly logs: KubeClient['logs']
}

interface PodName {
  readonly name: string
  readonly namespace: string
}

export const podReader = (kube: KubeClient): PodReader => ({
  list: async (labelSelector, signal) => (await kube.list(kinds.pod, { labelSelector, signal })).items,
  find: (name, signal) => kube.find(kinds.pod, name, { signal }),
  logs: (name, options) => kube.logs(name, options),
})

/**
 * Writes what a task's containers wrote, by lines; with `follow` from when they begin until they end, or until the signal,
 * which ends it without an error. @throws CliError when the task is not there, or has no such container
 */
export const taskLogs = async (pods: PodReader, instance: Pick<Instance, 'name'>, options: TaskLogOptions): Promise<void> => {
  const { follow, tail, signal, write } = options
  const pod = await podOfTask(pods, instance, options)
  const where = { name: pod.metadata?.name ?? '', namespace: pod.metadata?.namespace ?? '' }
  const chosen = containersOf(pod, options.container)
  const mayBegin = async (): Promise<boolean> => {
    const now = await pods.find(where, signal)
    return now !== undefined && now.metadata?.deletionTimestamp === undefined && !isOver(now)
  }
  /** Undefined: what follows is to be asked for again. */
  const print = async ({ podName, name }: ContainerName): Promise<true | undefined> => {
    try {
      const lines = pods.logs(where, { container: podName, follow, signal, ...(tail === undefined ? {} : { tail }) })
      for await (const line of lines) write(name, line)
      return true
    } catch (error) {
      const hasNotBegun = error instanceof KubeError && error.status === 400
      if (!hasNotBegun) throw error
      return follow && (await mayBegin()) ? undefined : true
    }
  }
  const printed = (each: ContainerName) => poll(() => print(each), { every: againMs, deadline: Infinity, signal })
  try {
    if (follow) await Promise.all(chosen.map(printed))
    else for (const each of chosen) await printed(each)
  } catch (error) {
    if (!(follow && signal.aborted)) throw error
  }
}

const isOver = ({ status }: Pod): boolean => status?.phase === 'Succeeded' || status?.phase === 'Failed'

const podOfTask = async (pods: PodReader, instance: Pick<Instance, 'name'>, { task, follow, signal }: TaskLogOptions): Promise<Pod> => {
  const id = task.slice(task.lastIndexOf('/') + 1)
  const labelSelector = `${labels.instance}=${instance.name},${labels.taskId}`
  const look = async (): Promise<Pod | undefined> => {
    const found = (await pods.list(labelSelector, signal)).filter(
      ({ metadata }) => metadata?.labels?.[labels.taskId]?.startsWith(id) === true,
    )
    if (found.length > 1) throw new CliError(`${found.length} tasks have an id that begins with "${id}".`, 'Give more of it.')
    return id === '' ? undefined : found[0]
  }
  // A task that was just run has its pod a moment later.
  const pod = await poll(look, { every: againMs, deadline: follow ? patienceMs : 0, signal })
  if (pod !== undefined) return pod
  throw new CliError(
    `Nothing of a task "${id}" is in the cluster: it has not begun, it has stopped, or there is none.`,
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
