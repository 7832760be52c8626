import { createHash } from 'node:crypto'
import type { Clock } from '../../../shared/clock.ts'
import { pause } from '../../../shared/pause.ts'
import type { TaskRef } from '../runtime.ts'
import type { LookupPods, PodName } from './lookup-pods.ts'
import { startError } from './start-failures.ts'
import type { AskedNames, FoundNames } from './user.ts'
import { lookedOf, notBegun, userLookupPod, type Looked, type UserQuestion } from './user-lookup-pod.ts'

export interface UserLookupsParts {
  readonly pods: LookupPods
  readonly instance: string
  readonly clock: Clock
  /** What a task waited for is there. */
  readonly changed: (task: TaskRef) => void
  readonly onProblem: (what: string, error: unknown) => void
}

/** What is known of names in an image; `lost` never is. */
export type Lookup = { readonly is: 'coming' } | Exclude<Looked, { readonly is: 'lost' }>

/** How often a pod may be lost until a container cannot start for it. */
const attempts = 4
/** How long a pod may take to be placed on a node and to begin there; pulling its image may take any time. Milliseconds. */
const beginLimitMs = 60_000
/** Milliseconds. */
const betweenAttemptsMs = 500
/**
 * For how long what was found counts for the next task: a name of an image may come to mean another image at any time, but
 * the name of a user another number hardly ever. An image by its digest stays what it is. Milliseconds.
 */
const keepMs = 60_000
/** How many answers are kept. */
const keptAnswers = 1_000

interface Running {
  readonly waiting: Map<string, TaskRef>
  readonly abort: AbortController
  outcome: Lookup | { readonly is: 'refused'; readonly error: unknown }
}

/**
 * Looks up users of images by name, beside the queue of tasks: an image that takes minutes to be pulled holds up nothing but
 * the tasks that wait for it, and those are named when it is over. One pod for all tasks that ask the same at once. A pod
 * goes when it has answered or nobody waits for it any more, and when this process ends without that, by `clear` in the next.
 */
export class UserLookups {
  readonly #parts: UserLookupsParts
  /** What is asked at the moment. */
  readonly #running = new Map<string, Running>()
  /** What each task asked, by its id: what came of it stays known to the task, whatever others ask. */
  readonly #tasks = new Map<string, Map<string, Running>>()
  readonly #kept = new Map<string, { readonly found: FoundNames; readonly until: number }>()
  #isStopped = false

  constructor(parts: UserLookupsParts) {
    this.#parts = parts
  }

  /**
   * What there is of an answer; begins to look when it is first asked. Throws what Kubernetes answered where no pod can be
   * made: the next call tries again.
   */
  of(task: TaskRef, question: UserQuestion): Lookup {
    const key = keyOf(task, question)
    const own = this.#tasks.get(task.taskId)?.get(key)
    if (own?.outcome.is === 'refused') {
      this.#tasks.get(task.taskId)?.delete(key)
      throw own.outcome.error
    }
    if (own !== undefined) return own.outcome
    const kept = this.#kept.get(answerKeyOf(question))
    if (kept !== undefined && this.#parts.clock.now() < kept.until) return { is: 'found', found: kept.found }
    const running = this.#running.get(key) ?? this.#begin(key, task, question)
    running.waiting.set(task.taskId, task)
    this.#tasks.set(task.taskId, (this.#tasks.get(task.taskId) ?? new Map<string, Running>()).set(key, running))
    return { is: 'coming' }
  }

  /** The task does not wait any more: it has started, or is to end. */
  forget(taskId: string): void {
    for (const [key, { waiting, abort }] of this.#tasks.get(taskId) ?? []) {
      waiting.delete(taskId)
      if (waiting.size > 0) continue
      if (this.#running.get(key)?.abort === abort) this.#running.delete(key)
      abort.abort()
    }
    this.#tasks.delete(taskId)
  }

  /** No task of the namespace waits any more. */
  forgetNamespace(namespace: string): void {
    for (const [taskId, asked] of this.#tasks) {
      if ([...asked.values()].some(({ waiting }) => waiting.get(taskId)?.namespace === namespace)) this.forget(taskId)
    }
  }

  /** Removes pods of a process before this one. To be called before anything is asked. */
  async clear(): Promise<void> {
    const left = await this.#parts.pods.list()
    await Promise.all(left.map(name => this.#remove(name)))
  }

  /** Ends all that is looked up; what there is of pods is removed. */
  stop(): void {
    this.#isStopped = true
    for (const { abort } of this.#running.values()) abort.abort()
    this.#running.clear()
    this.#tasks.clear()
  }

  #begin(key: string, task: TaskRef, question: UserQuestion): Running {
    const running: Running = { waiting: new Map(), abort: new AbortController(), outcome: { is: 'coming' } }
    this.#running.set(key, running)
    const { signal } = running.abort
    void this.#look(task, question, signal)
      .catch((error: unknown) => ({ is: 'refused' as const, error }))
      .then(outcome => {
        if (signal.aborted) return
        this.#running.delete(key)
        if (outcome.is === 'found') this.#keep(question, outcome.found)
        running.outcome = outcome
        for (const each of running.waiting.values()) this.#parts.changed(each)
      })
    return running
  }

  async #look(task: TaskRef, question: UserQuestion, signal: AbortSignal): Promise<Lookup> {
    const name = podNameOf(task, question)
    let why = ''
    for (let attempt = 1; attempt <= attempts; attempt++) {
      if (attempt > 1) await pause(this.#parts.clock, betweenAttemptsMs, signal)
      signal.throwIfAborted()
      const looked = await this.#ask({ name: `${name}-${attempt}`, namespace: question.namespace }, question, signal)
      if (looked.is !== 'lost') return looked
      why = looked.why
    }
    return { is: 'failed', failure: startError(`kecs could not look up ${wordsOf(question.names)} in the image: ${why}`) }
  }

  async #ask(name: PodName, question: UserQuestion, signal: AbortSignal): Promise<Looked> {
    const { pods, instance } = this.#parts
    try {
      await pods.create(userLookupPod(question, { name: name.name, instance }))
      return await this.#answer(name, signal)
    } finally {
      void this.#remove(name)
    }
  }

  /** Of the pod, or that it does not come to anything. Throws when the signal is aborted. */
  async #answer(name: PodName, signal: AbortSignal): Promise<Looked> {
    const { pods, clock } = this.#parts
    const giveUp = new AbortController()
    let why: string | undefined
    let looked: Looked | undefined
    const cancel = clock.after(beginLimitMs, () => why !== undefined && giveUp.abort())
    try {
      const isEnough = (pod: Parameters<typeof lookedOf>[0]): boolean => {
        why = notBegun(pod)
        looked = lookedOf(pod)
        return looked !== undefined
      }
      await pods.follow(name, isEnough, AbortSignal.any([signal, giveUp.signal]))
    } catch (error) {
      if (signal.aborted || !giveUp.signal.aborted) throw error
    } finally {
      cancel()
    }
    return looked ?? { is: 'failed', failure: startError(`kecs could not look up a user in the image: ${why}`) }
  }

  /** What cannot be removed now is removed by the next process. */
  async #remove(name: PodName): Promise<void> {
    await this.#parts.pods.remove(name).catch((error: unknown) => {
      if (!this.#isStopped) this.#parts.onProblem(`removing the pod ${name.namespace}/${name.name}`, error)
    })
  }

  #keep(question: UserQuestion, found: FoundNames): void {
    const until = lifeOf(question.image, found, question.names, this.#parts.clock.now())
    if (until === undefined) return
    const key = answerKeyOf(question)
    this.#kept.delete(key)
    this.#kept.set(key, { found, until })
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= keptAnswers) break
      this.#kept.delete(oldest)
    }
  }
}

/** Until when an answer counts; undefined: for those who asked alone. Whoever mends an image does so when a name is not found. */
const lifeOf = (image: string, found: FoundNames, names: AskedNames, now: number): number | undefined => {
  if (/@sha256:[0-9a-f]{64}$/.test(image)) return Infinity
  const hasAll = (names.user === undefined || found.user !== undefined) && (names.group === undefined || found.group !== undefined)
  return hasAll ? now + keepMs : undefined
}

const answerKeyOf = ({ image, names }: UserQuestion): string => JSON.stringify([image, names.user, names.group])

/** What is asked at once by several is asked once, but for images that a task's own credentials are for. */
const keyOf = ({ taskId }: TaskRef, question: UserQuestion): string => {
  const { namespace, placement, pullSecrets } = question
  const isOwn = pullSecrets.imagePullSecrets !== undefined
  return JSON.stringify([answerKeyOf(question), namespace, placement.nodeName, placement.adjustedOn, isOwn ? taskId : undefined])
}

/** Of the task that asked first. The same again after a restart, so that a pod is never made twice. */
const podNameOf = ({ taskId }: TaskRef, question: UserQuestion): string =>
  `user-${taskId}-${createHash('sha256').update(answerKeyOf(question)).digest('hex').slice(0, 8)}`

const wordsOf = ({ user, group }: AskedNames): string =>
  [user === undefined ? undefined : `user '${user}'`, group === undefined ? undefined : `group '${group}'`]
    .filter(words => words !== undefined)
    .join(' and ')
