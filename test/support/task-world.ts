import type { ContainerObservation, TaskObservation } from '../../server/runtime/runtime.ts'
import { aTask } from './task-fixture.ts'

/** What happens to a task of containers `app` and `side`, in ticks since its start. */
export interface Fate {
  readonly appExits?: { readonly atTick: number; readonly code: number }
  readonly sideExitsAtTick?: number | undefined
  readonly fails?: 'ErrImagePull' | 'CreateContainerError' | 'Unschedulable'
  /** Somebody else deletes it. */
  readonly isDeletedAtTick?: number
}

type State = ContainerObservation['state']
const tickMs = 1_000
const scheduledTick = 1
const runningTick = 3

/** A runtime with one task, whose truth moves on by ticks. Keeps what could be seen before. */
export class TaskWorld {
  /** Starts that made something, not those that found it there. */
  starts = 0
  now: number
  readonly #fate: Fate
  readonly #seen: TaskObservation[] = []
  #age: number | undefined
  #states: Readonly<Record<string, State>> = {}
  #stoppingSince: number | undefined
  #killAt = Infinity
  #scheduledAt: number | undefined

  constructor(fate: Fate, now: number) {
    this.#fate = fate
    this.now = now
  }

  start(): void {
    if (this.#age !== undefined) return
    this.starts += 1
    this.#age = 0
    this.#states = { app: { is: 'waiting' }, side: { is: 'waiting' } }
    this.#remember()
  }

  stop(graceSeconds: number): void {
    if (this.#age === undefined || this.#stoppingSince !== undefined) return
    this.#stoppingSince = this.now
    this.#killAt = this.now + graceSeconds * 1000
    this.#remember()
  }

  release(): void {
    this.#age = undefined
  }

  observation(): TaskObservation | undefined {
    return this.#age === undefined ? undefined : this.#seen.at(-1)
  }

  /** What was seen so many changes ago. */
  past(changes: number): TaskObservation | undefined {
    return this.#seen.at(-1 - changes)
  }

  tick(): void {
    this.now += tickMs
    if (this.#age === undefined) return
    this.#age += 1
    if (this.#age === this.#fate.isDeletedAtTick) this.stop(3)
    if (this.#stoppingSince === undefined) this.#begin(this.#age)
    else if (this.now >= this.#killAt) this.#endAll(143)
    this.#exitAlone(this.#age)
    this.#remember()
  }

  #begin(age: number): void {
    const { fails } = this.#fate
    if (fails === 'Unschedulable') return
    if (age >= scheduledTick) this.#scheduledAt ??= this.now
    if (age !== runningTick) return
    if (fails === undefined) this.#states = { app: this.#running(), side: this.#running() }
    else this.#states = { ...this.#states, app: { is: 'waiting', reason: fails, message: 'no' } }
  }

  #exitAlone(age: number): void {
    const { appExits, sideExitsAtTick } = this.#fate
    if (appExits !== undefined && age >= appExits.atTick) this.#end('app', appExits.code)
    if (sideExitsAtTick !== undefined && age >= sideExitsAtTick) this.#end('side', 0)
  }

  #endAll(exitCode: number): void {
    for (const name of Object.keys(this.#states)) this.#end(name, exitCode)
  }

  #end(name: string, exitCode: number): void {
    const state = this.#states[name]
    if (state?.is !== 'running') return
    this.#states = { ...this.#states, [name]: { is: 'terminated', exitCode, startedAt: state.startedAt, finishedAt: this.now } }
  }

  #running(): State {
    return { is: 'running', startedAt: this.now }
  }

  #remember(): void {
    const { task, taskId, namespace } = aTask()
    this.#seen.push({
      taskArn: task.taskArn,
      taskId,
      namespace,
      ...(this.#scheduledAt === undefined ? {} : { scheduledAt: this.#scheduledAt, address: '10.0.0.7' }),
      ...(this.#fate.fails === 'Unschedulable' ? { unschedulable: '0/1 nodes are available: 1 Insufficient cpu.' } : {}),
      ...(this.#stoppingSince === undefined ? {} : { stoppingSince: this.#stoppingSince }),
      containers: Object.entries(this.#states).map(([name, state]) => ({ name, state })),
    })
  }
}
