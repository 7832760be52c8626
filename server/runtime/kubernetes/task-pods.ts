import type { Pod, WatchEvent } from '../../../shared/kube/index.ts'
import { labels } from '../../../shared/names.ts'
import type { TaskObservation, TaskRef } from '../runtime.ts'
import { type Ending, killedIn, unexplainedIn } from './endings.ts'
import { memoAnnotation } from './names.ts'
import { observationOf } from './observe.ts'
import { sharpen } from './sharpen.ts'

interface Known {
  readonly pod: Pod
  readonly observation: TaskObservation
}

/** The pods of tasks as they were last seen, by task id, from a watch and from answers to our own calls. */
export class TaskPods {
  readonly #pods = new Map<string, Known>()
  /** Uids of pods that were let go, whose last events are still to come. */
  readonly #released = new Set<string>()
  readonly #endings = new Map<string, Ending>()
  readonly #now: () => number
  readonly #ask: ((node: string, runtimeId: string) => void) | undefined

  /** `ask` finds out why a container was killed and says so to `explained`; without it nobody does. */
  constructor(now: () => number, ask?: (node: string, runtimeId: string) => void) {
    this.#now = now
    this.#ask = ask
  }

  pod(taskId: string): Pod | undefined {
    return this.#pods.get(taskId)?.pod
  }

  observation(taskId: string): TaskObservation | undefined {
    return this.#pods.get(taskId)?.observation
  }

  *observations(): Iterable<TaskObservation> {
    for (const { observation } of this.#pods.values()) yield observation
  }

  /** Takes an event in; the tasks to look at again. */
  accept(event: WatchEvent<Pod>): readonly TaskRef[] {
    if (event.is === 'listed') return this.#replace(event.items)
    return event.is === 'deleted' ? this.#forget(event.object) : this.note(event.object)
  }

  /** Forgets a pod that was let go; what is still told of it is passed over. */
  release(pod: Pod): void {
    this.#released.add(uidOf(pod))
    const taskId = observationOf(pod)?.taskId
    if (taskId !== undefined && uidOf(this.#pods.get(taskId)?.pod) === uidOf(pod)) this.#drop(taskId)
  }

  /** Takes in whether the kernel killed a container for memory; the task when its pod is still known. */
  explained(runtimeId: string, wasKilledForMemory: boolean): readonly TaskRef[] {
    if (!this.#endings.has(runtimeId)) return []
    this.#endings.set(runtimeId, wasKilledForMemory ? 'memory' : 'other')
    for (const { pod } of this.#pods.values()) if (killedIn(pod).includes(runtimeId)) return this.note(pod)
    return []
  }

  /** Takes a pod in unless a newer state of it is known; the task when something changed. */
  note(pod: Pod): readonly TaskRef[] {
    const taskId = pod.metadata?.labels?.[labels.taskId]
    const known = taskId === undefined ? undefined : this.#pods.get(taskId)
    if (this.#released.has(uidOf(pod)) || (known !== undefined && isOlder(pod, known.pod))) return []
    this.#askOf(pod)
    const seen = observationOf(pod, this.#endings)
    if (seen === undefined) return []
    this.#pods.set(seen.taskId, { pod: withoutMemo(pod), observation: sharpen(seen, known?.observation, this.#now()) })
    return [seen]
  }

  #askOf(pod: Pod): void {
    const { nodeName } = pod.spec ?? {}
    if (this.#ask === undefined || nodeName === undefined) return
    for (const runtimeId of unexplainedIn(pod)) {
      if (this.#endings.has(runtimeId)) continue
      this.#endings.set(runtimeId, 'asked')
      this.#ask(nodeName, runtimeId)
    }
  }

  #drop(taskId: string): void {
    const known = this.#pods.get(taskId)
    if (known !== undefined) for (const runtimeId of killedIn(known.pod)) this.#endings.delete(runtimeId)
    this.#pods.delete(taskId)
  }

  #replace(pods: readonly Pod[]): readonly TaskRef[] {
    const uids = new Set(pods.map(uidOf))
    for (const uid of this.#released) if (!uids.has(uid)) this.#released.delete(uid)
    const gone = new Map([...this.#pods.values()].map(({ observation }) => [observation.taskId, observation]))
    const changed = pods.flatMap(pod => {
      const seen = this.note(pod)
      const taskId = observationOf(pod)?.taskId
      if (taskId !== undefined) gone.delete(taskId)
      return seen
    })
    for (const taskId of gone.keys()) this.#drop(taskId)
    return [...changed, ...gone.values()]
  }

  /** A pod that was there before under the same task leaves the newer one alone. */
  #forget(pod: Pod): readonly TaskRef[] {
    this.#released.delete(uidOf(pod))
    const seen = observationOf(pod)
    if (seen === undefined || uidOf(this.#pods.get(seen.taskId)?.pod) !== uidOf(pod)) return []
    this.#drop(seen.taskId)
    return [seen]
  }
}

/** Kilobytes that are needed at most once, and then asked for. */
const withoutMemo = (pod: Pod): Pod => {
  const { [memoAnnotation]: memo, ...annotations } = pod.metadata?.annotations ?? {}
  return memo === undefined ? pod : { ...pod, metadata: { ...pod.metadata, annotations } }
}

const uidOf = (pod: Pod | undefined): string => pod?.metadata?.uid ?? ''

/** Versions of one object are numbers that grow. https://kubernetes.io/docs/reference/using-api/api-concepts/#resource-versions */
function isOlder(pod: Pod, known: Pod): boolean {
  if (uidOf(pod) !== uidOf(known)) return false
  return Number(pod.metadata?.resourceVersion ?? 0) < Number(known.metadata?.resourceVersion ?? 0)
}
