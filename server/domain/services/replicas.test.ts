import { describe, expect, test } from 'bun:test'
import { aTask } from '../../../test/support/task-fixture.ts'
import { type Bounds, boundsOf } from './bounds.ts'
import { type ReplicaSituation, planReplicas } from './replicas.ts'
import type { TaskView } from './task-view.ts'

let made = 0
const taskOf = (deploymentId: string, more: Partial<TaskView> = {}): TaskView => ({
  row: aTask(['app'], { startedBy: deploymentId, createdAt: ++made }, { taskId: String(made).padStart(32, '0') }),
  deploymentId,
  isWanted: true,
  isOver: false,
  health: 'ready',
  isProtected: false,
  ...more,
})
const several = (count: number, deploymentId: string, more: Partial<TaskView> = {}): TaskView[] =>
  Array.from({ length: count }, () => taskOf(deploymentId, more))

const situation = (
  desiredCount: number,
  bounds: Bounds,
  tasks: readonly TaskView[],
  more: Partial<ReplicaSituation> = {},
): ReplicaSituation => ({
  desiredCount,
  bounds,
  deploymentIds: ['new', 'old'],
  tasks,
  isStalled: false,
  lacksRoom: false,
  ...more,
})

/** Rolls `desiredCount` old tasks to new ones where every task starts and stops at once: how many start and stop at each step. */
const roll = (
  desiredCount: number,
  bounds: Bounds,
): { readonly steps: (readonly [start: number, stop: number])[]; readonly isBlocked: boolean } => {
  let tasks = several(desiredCount, 'old')
  const steps: [number, number][] = []
  for (;;) {
    const { start, stop, isBlocked } = planReplicas(situation(desiredCount, bounds, tasks))
    if (start === 0 && stop.length === 0) return { steps, isBlocked }
    const left = tasks.filter(task => !stop.includes(task))
    expect(left.length).toBeGreaterThanOrEqual(Math.min(bounds.lower, tasks.length))
    expect(tasks.length + start).toBeLessThanOrEqual(Math.max(bounds.upper, tasks.length))
    steps.push([start, stop.length])
    tasks = [...left, ...several(start, 'new')]
  }
}

/**
 * The numbers by the documentation alone: as many start as the maximum leaves room for; where that is fewer than are
 * missing, as many of the rest are stopped first as the minimum allows; what is more than desired stops.
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeploymentConfiguration.html
 */
const documented = (desired: number, minimum: number, maximum: number): (readonly [number, number])[] => {
  const lower = Math.ceil((desired * minimum) / 100)
  const upper = Math.floor((desired * maximum) / 100)
  const steps: [number, number][] = []
  let [old, fresh] = [desired, 0]
  for (;;) {
    const missing = desired - fresh
    const start = Math.min(missing, Math.max(0, upper - old - fresh))
    const stop = Math.min(old, Math.max(0, old + fresh - desired, Math.min(missing - start, old + fresh - lower)))
    if (start === 0 && stop === 0) return steps
    steps.push([start, stop])
    old -= stop
    fresh += start
  }
}

describe('a rolling update', () => {
  const percents = [
    [0, 100],
    [0, 200],
    [25, 100],
    [50, 100],
    [50, 150],
    [50, 200],
    [75, 125],
    [90, 110],
    [100, 110],
    [100, 125],
    [100, 150],
    [100, 200],
  ] as const
  for (const [minimumHealthyPercent, maximumPercent] of percents) {
    test(`of 0 to 20 tasks, ${minimumHealthyPercent} to ${maximumPercent} percent`, () => {
      for (let desiredCount = 0; desiredCount <= 20; desiredCount++) {
        const bounds = boundsOf(desiredCount, 'REPLICA', { minimumHealthyPercent, maximumPercent })
        const { steps, isBlocked } = roll(desiredCount, bounds)
        expect([desiredCount, steps]).toEqual([desiredCount, documented(desiredCount, minimumHealthyPercent, maximumPercent)])
        const sum = steps.reduce(([starts, stops], [start, stop]) => [starts + start, stops + stop] as const, [0, 0] as const)
        const cannotMove = desiredCount > 0 && bounds.lower === desiredCount && bounds.upper === desiredCount
        expect([isBlocked, ...sum]).toEqual(cannotMove ? [true, 0, 0] : [false, desiredCount, desiredCount])
      }
    })
  }

  // Examples that the documentation gives in words, each step written START-STOP.
  test.each([
    [4, 50, 100, '0-2 2-0 0-2 2-0'],
    [4, 100, 200, '4-0 0-4'],
    [4, 100, 150, '2-0 0-2 2-0 0-2'],
    [10, 100, 125, '2-0 0-2 2-0 0-2 2-0 0-2 2-0 0-2 2-0 0-2'],
    [1, 0, 100, '0-1 1-0'],
    [1, 100, 200, '1-0 0-1'],
    [3, 50, 100, '0-1 1-0 0-1 1-0 0-1 1-0'],
  ])('of %p tasks from %p to %p percent', (desiredCount, minimumHealthyPercent, maximumPercent, steps) => {
    const rolled = roll(desiredCount, boundsOf(desiredCount, 'REPLICA', { minimumHealthyPercent, maximumPercent }))
    expect(rolled.steps.map(([start, stop]) => `${start}-${stop}`).join(' ')).toBe(steps)
  })

  test('rounds the minimum up and the maximum down', () => {
    expect(boundsOf(5, 'REPLICA', { minimumHealthyPercent: 50, maximumPercent: 150 })).toEqual({ lower: 3, upper: 7 })
    expect(boundsOf(3, 'REPLICA', undefined)).toEqual({ lower: 3, upper: 6 })
    expect(boundsOf(3, 'DAEMON', {})).toEqual({ lower: 0, upper: 3 })
  })

  test('stops no old task for a new one that only starts', () => {
    const tasks = [...several(2, 'old'), taskOf('new', { health: 'ready' }), taskOf('new', { health: 'starting' })]
    const { start, stop } = planReplicas(situation(2, { lower: 2, upper: 4 }, tasks))
    expect([start, stop.map(({ deploymentId }) => deploymentId)]).toEqual([0, ['old']])
  })

  test('makes room on a full machine as far as the minimum allows', () => {
    const tasks = several(4, 'old')
    expect(planReplicas(situation(4, { lower: 2, upper: 8 }, tasks)).stop).toEqual([])
    expect(planReplicas(situation(4, { lower: 2, upper: 8 }, tasks, { lacksRoom: true })).stop).toHaveLength(2)
  })
})

describe('scaling in', () => {
  test('takes the oldest deployment first, and of it the oldest tasks', () => {
    const [first, second, fresh] = [taskOf('old'), taskOf('old'), taskOf('new')]
    expect(planReplicas(situation(1, { lower: 1, upper: 2 }, [fresh, second, first])).stop).toEqual([first, second])
  })

  test('takes the unhealthy first, then those that start, then the newest', () => {
    const [ready, newest, starting, unhealthy] = [
      taskOf('new'),
      taskOf('new'),
      taskOf('new', { health: 'starting' }),
      taskOf('new', { health: 'unhealthy' }),
    ]
    const tasks = [ready, newest, starting, unhealthy]
    const stopped = (desiredCount: number) =>
      planReplicas(situation(desiredCount, { lower: desiredCount, upper: desiredCount * 2 }, tasks, { deploymentIds: ['new'] })).stop
    // The one that starts may be what takes its place.
    expect(stopped(3)).toEqual([])
    expect(stopped(2)).toEqual([unhealthy, starting])
    expect(stopped(1)).toEqual([unhealthy, starting, newest])
    expect(stopped(0)).toEqual([unhealthy, starting, newest, ready])
  })

  test('spares protected tasks', () => {
    const [kept, taken] = [taskOf('new', { isProtected: true }), taskOf('new')]
    expect(planReplicas(situation(1, { lower: 1, upper: 2 }, [kept, taken], { deploymentIds: ['new'] })).stop).toEqual([taken])
    expect(planReplicas(situation(0, { lower: 0, upper: 0 }, [kept], { deploymentIds: ['new'] })).stop).toEqual([])
  })
})

describe('an unhealthy task', () => {
  const unhealthy = (): TaskView =>
    taskOf('new', { health: 'unhealthy', ailment: { stoppedReason: 'Task failed container health checks' } })

  test('is replaced first where the maximum has room', () => {
    const tasks = [taskOf('new'), unhealthy()]
    const moves = planReplicas(situation(2, { lower: 2, upper: 4 }, tasks, { deploymentIds: ['new'] }))
    expect([moves.start, moves.stop]).toEqual([1, []])
    const replaced = [...tasks, taskOf('new')]
    expect(planReplicas(situation(2, { lower: 2, upper: 4 }, replaced, { deploymentIds: ['new'] })).stop).toEqual([tasks[1]!])
    const starting = [...tasks, taskOf('new', { health: 'starting' })]
    expect(planReplicas(situation(2, { lower: 2, upper: 4 }, starting, { deploymentIds: ['new'] })).stop).toEqual([])
  })

  test('is stopped at once where it has none', () => {
    const tasks = [taskOf('new'), unhealthy()]
    const moves = planReplicas(situation(2, { lower: 0, upper: 2 }, tasks, { deploymentIds: ['new'] }))
    expect([moves.start, moves.stop]).toEqual([0, [tasks[1]!]])
  })
})

test('a deployment that failed launches and replaces nothing', () => {
  const tasks = [...several(3, 'old'), taskOf('new')]
  const moves = planReplicas(situation(3, { lower: 3, upper: 6 }, tasks, { isStalled: true }))
  expect([moves.start, moves.stop, moves.isBlocked]).toEqual([0, [], false])
})
