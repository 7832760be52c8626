import type { Pod, WatchEvent } from '../../../shared/kube/index.ts'
import type { TaskObservation, TaskRef } from '../runtime.ts'
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
  readonly #now: () => number

  constructor(now: () => number) {
    this.#now = now
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
    if (taskId !== undefined && uidOf(this.#pods.get(taskId)?.pod) === uidOf(pod)) this.#pods.delete(taskId)
  }

  /** Takes a pod in unless a newer state of it is known; the task when something changed. */
  note(pod: Pod): readonly TaskRef[] {
    const seen = observationOf(pod)
    if (seen === undefined || this.#released.has(uidOf(pod))) return []
    const known = this.#pods.get(seen.taskId)
    if (known !== undefined && isOlder(pod, known.pod)) return []
    this.#pods.set(seen.taskId, { pod: withoutMemo(pod), observation: sharpen(seen, known?.observation, this.#now()) })
    return [seen]
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
    for (const taskId of gone.keys()) this.#pods.delete(taskId)
    return [...changed, ...gone.values()]
  }

  /** A pod that was there before under the same task leaves the newer one alone. */
  #forget(pod: Pod): readonly TaskRef[] {
    this.#released.delete(uidOf(pod))
    const seen = observationOf(pod)
    if (seen === undefined || uidOf(this.#pods.get(seen.taskId)?.pod) !== uidOf(pod)) return []
    this.#pods.delete(seen.taskId)
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
