import { expect, test } from 'bun:test'
import * as fc from 'fast-check'
import { FakeClock } from '../../test/support/fake-clock.ts'
import { aDefinition, aTask, askedToStop } from '../../test/support/task-fixture.ts'
import type { ContainerDefinition } from '../aws/generated/ecs.ts'
import type { TaskObservation } from '../runtime/runtime.ts'
import { SimulatedRuntime } from '../runtime/simulated/index.ts'
import { stopGrace, taskFacts } from './task-lifecycle-facts.ts'
import { advance } from './task-lifecycle.ts'

const names = ['a', 'b', 'c', 'd'] as const
const label = (name: string, value: string) => ({ [`kecs.dev/simulate-${name}`]: value })

/** A container that may depend on those before it, and ends by itself, or never. */
const container = (index: number): fc.Arbitrary<ContainerDefinition> =>
  fc.record({
    name: fc.constant(names[index] ?? ''),
    image: fc.constant('image'),
    essential: fc.boolean(),
    stopTimeout: fc.constant(2),
    startTimeout: fc.constantFrom(3, 100),
    healthCheck: fc.constant({ command: ['CMD', 'true'], interval: 5 }),
    dockerLabels: fc.constantFrom(
      {},
      { ...label('exit-code', '0'), ...label('exit-after', '2') },
      { ...label('exit-code', '1'), ...label('exit-after', '2') },
      label('pull-error', 'no such image'),
      label('healthy-after', '2'),
      label('healthy-after', 'never'),
      label('ignore-sigterm', 'true'),
    ),
    dependsOn: fc
      .subarray(names.slice(0, index))
      .chain(on => fc.tuple(...on.map(name => fc.constantFrom(...conditions).map(condition => ({ containerName: name, condition }))))),
  })
const conditions = ['START', 'COMPLETE', 'SUCCESS', 'HEALTHY'] as const
const containers = fc.tuple(...names.map((_, index) => container(index)))

/** What happens at each look: how old what is seen is, and whether the process dies before it acts. */
const look = fc.record({ stale: fc.constantFrom(0, 0, 0, 1, 3), crashes: fc.boolean(), waitsMs: fc.constantFrom(0, 10, 100, 700) })

const isMet = (seen: TaskObservation, name: string, condition: string): boolean => {
  const found = seen.containers.find(each => each.name === name)
  const hasRun = found?.state.is === 'terminated' && found.state.startedAt !== undefined
  if (condition === 'START') return found?.state.is === 'running' || hasRun
  if (condition === 'HEALTHY') return found?.checkPasses === true || hasRun
  return hasRun && found?.state.is === 'terminated' && (condition === 'COMPLETE' || found.state.exitCode === 0)
}

test('no container starts before what it waits for, and none stops before what needs it, whatever is lost or late', async () => {
  await fc.assert(
    fc.asyncProperty(containers, fc.array(look, { minLength: 5, maxLength: 40 }), fc.nat(40), async (definitions, looks, stopsAt) => {
      const clock = new FakeClock()
      const runtime = new SimulatedRuntime({ clock, ids: { hex32: () => '', uuid: () => 'epoch' } })
      const fresh = aTask([...names], { createdAt: clock.now() / 1000 })
      const facts = taskFacts(fresh, aDefinition(definitions))
      const { task, taskId, namespace } = fresh
      const ref = { taskArn: task.taskArn, taskId, namespace }
      const { clusterArn } = task
      const more = {
        clusterArn,
        clusterName: 'default',
        family: 'web',
        revision: 1,
        launchType: 'EC2',
        networkMode: 'awsvpc',
        tags: {},
      } as const
      await runtime.start({ ...ref, ...more, containers: definitions })
      const past: TaskObservation[] = []
      let row = { ...fresh, epoch: 'epoch' }

      const turn = async ({ stale, crashes, waitsMs }: { stale: number; crashes: boolean; waitsMs: number }): Promise<void> => {
        await clock.advance(waitsMs)
        const now = runtime.observe(ref)
        if (now === undefined) return
        past.push(now)
        const step = advance(row, facts, past.at(-1 - stale) ?? now, { now: clock.now(), epoch: 'epoch', synced: true })
        row = { ...step.row, epoch: 'epoch' }
        if (crashes) return
        const chosen = step.containers ?? []
        const truth = runtime.observe(ref) ?? now
        if (step.action === 'startContainers') {
          for (const { name, dependencies = [] } of facts.containers.filter(each => chosen.includes(each.name)))
            for (const on of dependencies) expect([name, on, isMet(truth, on.containerName, on.condition)]).toEqual([name, on, true])
          await runtime.startContainers(ref, chosen)
          // Its own calls' answers are what a runtime has seen, however late its watch is.
          past.length = 0
        }
        if (step.action === 'stopContainers') {
          const needy = facts.containers.filter(({ dependencies = [] }) => dependencies.some(on => chosen.includes(on.containerName)))
          const up = needy.filter(({ name }) => truth.containers.find(each => each.name === name)?.state.is === 'running')
          expect(up).toEqual([])
          await runtime.stopContainers(ref, chosen)
        }
        if (step.action === 'stop' && stale === 0) {
          const is = (name: string) => truth.containers.find(each => each.name === name)
          const isComing = truth.containers.some(({ state, isHeld }) => state.is === 'waiting' && isHeld !== true)
          const needed = facts.containers
            .filter(({ name }) => is(name)?.state.is === 'running')
            .flatMap(({ dependencies = [] }) => dependencies.filter(on => is(on.containerName)?.state.is === 'running'))
          if (!isComing) expect(needed).toEqual([])
        }
        if (step.action === 'stop') await runtime.stop(ref, { graceSeconds: stopGrace(facts, truth) })
        if (step.action === 'release') await runtime.release(ref)
      }

      for (const [index, each] of looks.entries()) {
        if (index === stopsAt && row.task.desiredStatus !== 'STOPPED') row = askedToStop(row)
        await turn(each)
      }
      if (row.task.desiredStatus !== 'STOPPED') row = askedToStop(row)
      for (let left = 60; left > 0 && runtime.observe(ref) !== undefined; left -= 1) await turn({ stale: 0, crashes: false, waitsMs: 700 })
      expect(row.task.lastStatus).toBe('STOPPED')
      expect(row.task.containers?.every(({ lastStatus }) => lastStatus === 'STOPPED')).toBe(true)
      await runtime.close()
    }),
    { numRuns: 200 },
  )
}, 30_000)
