import { afterEach, describe, expect, test } from 'bun:test'
import { createServer } from 'node:net'
import { FakeClock, settle } from '../../../test/support/fake-clock.ts'
import { aTask } from '../../../test/support/task-fixture.ts'
import { until } from '../../../test/support/until.ts'
import type { ContainerDefinition } from '../../aws/generated/ecs.ts'
import { type TaskObservation, TaskRefused, type TaskSpec } from '../runtime.ts'
import { SimulatedRuntime } from './index.ts'

const { taskId, namespace, task } = aTask()
const ref = { taskArn: task.taskArn, taskId, namespace }
const spec = (container: ContainerDefinition = {}, more: Partial<TaskSpec> = {}): TaskSpec => ({
  ...ref,
  clusterArn: task.clusterArn,
  clusterName: 'default',
  family: 'web',
  revision: 1,
  launchType: 'EC2',
  networkMode: 'awsvpc',
  containers: [{ name: 'app', image: 'nginx:alpine', ...container }],
  tags: {},
  ...more,
})
const label = (name: string, value: string): ContainerDefinition => ({ dockerLabels: { [`kecs.dev/simulate-${name}`]: value } })

const runtimes: SimulatedRuntime[] = []
afterEach(() => Promise.all(runtimes.splice(0).map(runtime => runtime.close())))

const make = () => {
  const clock = new FakeClock()
  const runtime = new SimulatedRuntime({ clock, ids: { hex32: () => '', uuid: () => 'epoch' } })
  runtimes.push(runtime)
  const seen = (): TaskObservation => {
    const observation = runtime.observe(ref)
    if (observation === undefined) throw new Error('nothing is seen')
    return observation
  }
  const state = () => seen().containers[0]?.state
  return { clock, runtime, seen, state }
}

describe('a simulated task', () => {
  test('has a node, an address, an image and a container that runs', async () => {
    const { clock, runtime, seen, state } = make()
    await runtime.start(spec())
    expect(seen().scheduledAt).toBeUndefined()
    await clock.advance(10)
    expect(seen()).toMatchObject({ scheduledAt: clock.now(), node: 'simulated', address: expect.stringMatching(/^10\.\d+\.\d+\.\d+$/) })
    expect(state()).toMatchObject({ is: 'waiting' })
    await clock.advance(40)
    expect(state()).toEqual({ is: 'running', startedAt: clock.now() })
    expect(seen().containers).toMatchObject([
      { imageDigest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/), runtimeId: expect.stringMatching(/^[0-9a-f]{64}$/) },
    ])
  })

  test('is started once, and forgotten when it is released', async () => {
    const { clock, runtime, seen } = make()
    await runtime.start(spec())
    await clock.advance(50)
    const { address } = seen()
    await runtime.start(spec())
    expect(seen().address).toBe(address)
    await runtime.release(ref)
    expect(runtime.observe(ref)).toBeUndefined()
    await runtime.release(ref)
    await runtime.stop(ref, { graceSeconds: 1 })
    await clock.advance(60_000)
    expect(clock.waiting).toBe(0)
  })

  test('ends as its command ends, and keeps what it wrote', async () => {
    const { clock, runtime, state } = make()
    await runtime.start(spec({ entryPoint: ['sh', '-c'], command: ['echo a; sleep 1; echo b; exit 3'] }))
    await clock.advance(1_049)
    expect(state()).toMatchObject({ is: 'running' })
    expect(await runtime.logs(ref, { container: 'app', tail: 10 })).toEqual(['a'])
    await clock.advance(1)
    expect(state()).toMatchObject({ is: 'terminated', exitCode: 3, reason: 'Error', finishedAt: clock.now() })
    expect(await runtime.logs(ref, { container: 'app', tail: 1 })).toEqual(['b'])
  })

  test('ends by SIGTERM with 143, by SIGKILL after the grace with 137', async () => {
    const polite = make()
    await polite.runtime.start(spec())
    await polite.clock.advance(50)
    await polite.runtime.stop(ref, { graceSeconds: 30 })
    expect(polite.seen().stoppingSince).toBe(polite.clock.now())
    await polite.clock.advance(10)
    expect(polite.state()).toMatchObject({ exitCode: 143, signal: 15 })

    const stubborn = make()
    await stubborn.runtime.start(spec(label('ignore-sigterm', 'true')))
    await stubborn.clock.advance(50)
    await stubborn.runtime.stop(ref, { graceSeconds: 30 })
    await stubborn.clock.advance(29_999)
    expect(stubborn.state()).toMatchObject({ is: 'running' })
    await stubborn.runtime.stop(ref, { graceSeconds: 30 })
    await stubborn.clock.advance(1)
    expect(stubborn.state()).toMatchObject({ exitCode: 137, signal: 9 })
  })

  test('does not start any more once it is stopped', async () => {
    const { clock, runtime, state, seen } = make()
    await runtime.start(spec())
    await clock.advance(20)
    await runtime.stop(ref, { graceSeconds: 30 })
    await clock.advance(60_000)
    expect(state()).toMatchObject({ is: 'waiting' })
    expect(seen().stoppingSince).toBeDefined()
  })

  test.each([
    [label('exit-code', '5'), { is: 'terminated', exitCode: 5 }],
    [label('exit-after', '20ms'), { is: 'terminated', exitCode: 0 }],
    [label('pull-error', 'manifest unknown'), { is: 'waiting', reason: 'ErrImagePull', message: 'manifest unknown' }],
    [label('start-error', 'no such file'), { is: 'terminated', reason: 'StartError', message: 'no such file' }],
    [label('oom', 'true'), { is: 'terminated', exitCode: 137, reason: 'OOMKilled' }],
    [label('oom', '30ms'), { is: 'terminated', reason: 'OOMKilled' }],
    [label('start-delay', '5'), { is: 'waiting' }],
  ])('%j', async (container, expected) => {
    const { clock, runtime, state } = make()
    await runtime.start(spec(container))
    await clock.advance(100)
    expect(state()).toMatchObject(expected)
  })

  test.each([[label('exit-code', 'three')], [label('exit-after', 'later')], [label('surprise', 'me')]])('refuses %j', async container => {
    await expect(make().runtime.start(spec(container))).rejects.toBeInstanceOf(TaskRefused)
  })
})

describe('a host port of a simulated task', () => {
  const freePort = async (): Promise<number> => {
    const server = createServer()
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    await new Promise(resolve => server.close(resolve))
    return typeof address === 'object' && address !== null ? address.port : 0
  }
  const bridge = (hostPort: number): TaskSpec =>
    spec({ portMappings: [{ containerPort: 80, hostPort, protocol: 'tcp' }] }, { networkMode: 'bridge' })
  const placed = (clock: FakeClock, condition: () => boolean) =>
    until('a port', async () => (await clock.advance(10), await settle(), condition()), { withinMs: 20_000, everyMs: 1 })

  test('answers and says that it is simulated, until the task ends', async () => {
    const { clock, runtime, state, seen } = make()
    const port = await freePort()
    await runtime.start(bridge(port))
    await placed(clock, () => state()?.is === 'running')
    const answer = await fetch(`http://127.0.0.1:${port}/any/path`)
    expect(answer.status).toBe(200)
    expect(answer.headers.get('x-kecs-simulated')).toBe('true')
    expect(await answer.text()).toContain('SIMULATED')

    const other = { ...bridge(port), taskId: 'f'.repeat(32) }
    await runtime.start(other)
    await placed(clock, () => runtime.observe(other)?.failure !== undefined)
    expect(runtime.observe(other)?.failure).toMatchObject({ reason: 'NodePorts' })

    await runtime.stop(ref, { graceSeconds: 1 })
    await placed(clock, () => seen().containers[0]?.state.is === 'terminated')
    await until(
      'a closed port',
      () =>
        fetch(`http://127.0.0.1:${port}/`).then(
          () => false,
          () => true,
        ),
      { withinMs: 20_000, everyMs: 5 },
    )
  })

  test('is not opened in awsvpc mode, where a task has ports of its own', async () => {
    const { clock, runtime, state } = make()
    const port = await freePort()
    await runtime.start({ ...bridge(port), networkMode: 'awsvpc' })
    await clock.advance(100)
    expect(state()).toMatchObject({ is: 'running' })
    await expect(fetch(`http://127.0.0.1:${port}/`)).rejects.toThrow()
  })
})

describe('containers of a simulated task', () => {
  const pair = (more: ContainerDefinition = {}) => ({
    containers: [
      { name: 'app', image: 'app', dependsOn: [{ containerName: 'db', condition: 'START' as const }], ...more },
      { name: 'db', image: 'db', stopTimeout: 2 },
    ],
  })
  const states = (seen: () => TaskObservation) => seen().containers.map(({ name, state, isHeld }) => [name, state.is, isHeld])

  test('are held back until they are let go, and stop apart from each other', async () => {
    const { clock, runtime, seen } = make()
    await runtime.start(spec({}, pair()))
    await clock.advance(60_000)
    expect(states(seen)).toEqual([
      ['app', 'waiting', true],
      ['db', 'running', undefined],
    ])
    await runtime.startContainers(ref, ['app', 'db', 'ghost'])
    await runtime.startContainers(ref, ['app'])
    await clock.advance(40)
    expect(states(seen)[0]).toEqual(['app', 'running', undefined])
    await runtime.stopContainers(ref, ['app'])
    await runtime.stopContainers(ref, ['app'])
    await clock.advance(5)
    expect(states(seen).map(([, is]) => is)).toEqual(['terminated', 'running'])
    await runtime.stop(ref, { graceSeconds: 2 })
    await clock.advance(5)
    expect(states(seen).map(([, is]) => is)).toEqual(['terminated', 'terminated'])
  })

  test('that were told to stop stop once, also when the whole task is told to', async () => {
    const { clock, runtime, seen } = make()
    await runtime.start(spec({}, pair({ dependsOn: [], ...label('ignore-sigterm', 'true') })))
    await clock.advance(50)
    await runtime.stopContainers(ref, ['app'])
    await clock.advance(1_000)
    await runtime.stop(ref, { graceSeconds: 30 })
    await clock.advance(29_000)
    expect(seen().containers[0]?.state).toMatchObject({ is: 'terminated', exitCode: 137 })
  })

  test.each([
    [{}, true, true],
    [label('healthy-after', '5s'), false, true],
    [label('healthy-after', 'never'), false, false],
    [label('unhealthy-after', '5s'), true, false],
  ])('tell of their checks %j', async (labels, atFirst, later) => {
    const { clock, runtime, seen } = make()
    await runtime.start(spec({ healthCheck: { command: ['CMD', 'true'] }, ...labels }))
    expect(seen().containers[0]?.checkPasses).toBe(false)
    await clock.advance(50)
    expect(seen().containers[0]?.checkPasses).toBe(atFirst)
    await clock.advance(5_000)
    expect(seen().containers[0]?.checkPasses).toBe(later)
  })

  test('are restarted when they ran for their period', async () => {
    const { clock, runtime, state } = make()
    const restartPolicy = { enabled: true, restartAttemptPeriod: 60, ignoredExitCodes: [4] }
    await runtime.start(spec({ command: ['sleep', '60'], restartPolicy }))
    await clock.advance(50 + 60_000)
    expect(state()).toEqual({ is: 'running', startedAt: clock.now() })
    await runtime.stop(ref, { graceSeconds: 1 })
    await clock.advance(5)
    expect(state()).toMatchObject({ is: 'terminated', exitCode: 143 })

    const hasty = make()
    await hasty.runtime.start(spec({ command: ['sleep', '59'], restartPolicy }))
    await hasty.clock.advance(50 + 59_000)
    expect(hasty.state()).toMatchObject({ is: 'terminated', exitCode: 0 })
  })
})
