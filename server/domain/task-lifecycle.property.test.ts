import { expect, test } from 'bun:test'
import * as fc from 'fast-check'
import { aCreation, aTask, askedToStop } from '../../test/support/task-fixture.ts'
import { type Fate, TaskWorld } from '../../test/support/task-world.ts'
import type { TaskObservation } from '../runtime/runtime.ts'
import type { TaskRow } from '../store/tables.ts'
import type { TaskFacts } from './task-lifecycle-facts.ts'
import { type Step, advance } from './task-lifecycle.ts'

const statuses = ['PROVISIONING', 'PENDING', 'ACTIVATING', 'RUNNING', 'DEACTIVATING', 'STOPPING', 'DEPROVISIONING', 'STOPPED']
const facts: TaskFacts = {
  containers: [
    { name: 'app', essential: true, stopTimeout: 3 },
    { name: 'side', essential: false, stopTimeout: 3 },
  ],
}

/** What a control plane has: the row on disk, and what a process knows until it crashes. */
class Control {
  row: TaskRow
  readonly world: TaskWorld
  #startAcceptedAt: number | undefined
  #lastSeen: TaskObservation | undefined

  constructor(row: TaskRow, world: TaskWorld) {
    this.row = row
    this.world = world
  }

  /** Looks at what is, or at what was a while ago; commits and acts, or crashes before either. */
  look({ stale = 0, crash }: { stale?: number; crash?: 'before the commit' | 'before the action' } = {}): Step {
    const observation = this.#observe(stale)
    const step = advance(this.row, facts, observation, {
      now: this.world.now,
      epoch: this.row.epoch,
      synced: true,
      ...(this.#startAcceptedAt === undefined ? {} : { startAcceptedAt: this.#startAcceptedAt }),
    })
    if (crash === 'before the commit') return this.#crash(step)
    expect(statuses.indexOf(step.row.task.lastStatus)).toBeGreaterThanOrEqual(statuses.indexOf(this.row.task.lastStatus))
    expect(step.row.task.version).toBeGreaterThanOrEqual(this.row.task.version)
    for (const [index, { lastStatus = '' }] of (step.row.task.containers ?? []).entries()) {
      expect(statuses.indexOf(lastStatus)).toBeGreaterThanOrEqual(statuses.indexOf(this.row.task.containers?.[index]?.lastStatus ?? ''))
    }
    this.row = step.row
    if (crash === 'before the action') return this.#crash(step)
    this.#act(step)
    return step
  }

  askToStop(): void {
    if (this.row.task.desiredStatus !== 'STOPPED') this.row = askedToStop(this.row)
  }

  /** An observation may be late, but not from before the task was first seen: a watch that is synced does not go back that far. */
  #observe(stale: number): TaskObservation | undefined {
    const now = this.world.observation()
    const late = stale === 0 || now === undefined || this.#lastSeen === undefined ? now : (this.world.past(stale) ?? now)
    this.#lastSeen = late ?? this.#lastSeen
    return late
  }

  #crash(step: Step): Step {
    this.#startAcceptedAt = undefined
    return step
  }

  #act({ action }: Step): void {
    if (action === 'start') {
      this.world.start()
      this.#startAcceptedAt = this.world.now
    }
    if (action === 'stop') this.world.stop(3)
    if (action === 'release') {
      expect(this.row.task.lastStatus).toBe('STOPPED')
      this.world.release()
    }
  }

  /** Goes on without further faults until the task is over and let go. */
  finish(): TaskRow {
    for (let turn = 0; turn < 400; turn += 1) {
      const { row, action } = this.look()
      if (row.task.lastStatus === 'STOPPED' && action === undefined && this.world.observation() === undefined) return this.row
      this.world.tick()
    }
    throw new Error(`the task did not end: ${JSON.stringify(this.row.task)}`)
  }
}

/** What of a row does not depend on when it was looked at. */
const outcome = ({ task }: TaskRow): unknown => ({
  lastStatus: task.lastStatus,
  desiredStatus: task.desiredStatus,
  stopCode: task.stopCode,
  stoppedReason: task.stoppedReason,
  connectivity: task.connectivity,
  hasStarted: task.startedAt !== undefined,
  app: task.containers?.find(({ name }) => name === 'app'),
  attachments: task.attachments,
})

const tick = fc.integer({ min: 1, max: 12 })
const fate: fc.Arbitrary<Fate> = fc.oneof(
  fc.record({
    appExits: fc.record({ atTick: tick, code: fc.constantFrom(0, 1, 137) }),
    sideExitsAtTick: fc.option(tick, { nil: undefined }),
  }),
  fc.record({ fails: fc.constantFrom('ErrImagePull' as const, 'CreateContainerError' as const, 'Unschedulable' as const) }),
  fc.record({ isDeletedAtTick: fc.integer({ min: 5, max: 12 }) }),
)
type Event =
  | { readonly is: 'tick' }
  | { readonly is: 'look'; readonly stale: number }
  | { readonly is: 'crash'; readonly crash: 'before the commit' | 'before the action' }
const event: fc.Arbitrary<Event> = fc.oneof(
  { weight: 4, arbitrary: fc.constant({ is: 'tick' as const }) },
  { weight: 4, arbitrary: fc.record({ is: fc.constant('look' as const), stale: fc.constantFrom(0, 0, 1, 2, 5) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      is: fc.constant('crash' as const),
      crash: fc.constantFrom('before the commit' as const, 'before the action' as const),
    }),
  },
)
const attachments = [{ id: 'at-1', type: 'ElasticNetworkInterface', status: 'PRECREATED', details: [] }]
const newControl = (of: Fate): Control => new Control(aTask(['app', 'side'], { attachments }), new TaskWorld(of, aCreation))

const play = (control: Control, events: readonly Event[]): void => {
  for (const each of events) {
    if (each.is === 'tick') control.world.tick()
    else control.look(each.is === 'look' ? { stale: each.stale } : { crash: each.crash })
  }
}

test('lost, repeated and late observations and crashes change nothing in the end', () => {
  fc.assert(
    fc.property(fate, fc.array(event, { maxLength: 60 }), (of, events) => {
      const expected = newControl(of).finish()
      const control = newControl(of)
      play(control, events)
      expect(outcome(control.finish())).toEqual(outcome(expected))
      expect(control.world.starts).toBe(1)
    }),
    { numRuns: 500 },
  )
})

test('a task that is asked to stop ends with that reason, unless it ended before, and starts at most once', () => {
  fc.assert(
    fc.property(fate, fc.array(event, { maxLength: 30 }), fc.array(event, { maxLength: 30 }), (of, before, after) => {
      const control = newControl(of)
      play(control, before)
      const wasToStop = control.row.task.desiredStatus === 'STOPPED'
      control.askToStop()
      play(control, after)
      const { task } = control.finish()
      expect(control.world.starts).toBeLessThanOrEqual(1)
      expect(task.stopCode).toBeDefined()
      expect(task.stoppedReason).toBeTruthy()
      if (!wasToStop) expect(task.stopCode).toBe('UserInitiated')
      expect(control.row.task.containers?.every(({ lastStatus }) => lastStatus === 'STOPPED')).toBe(true)
    }),
    { numRuns: 500 },
  )
})
