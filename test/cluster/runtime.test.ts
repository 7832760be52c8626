// The Kubernetes runtime on a real cluster: what tasks do, and what is told of them.
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { kinds, waitFor } from '../../shared/kube/index.ts'
import { podFinalizer } from '../../shared/names.ts'
import { podNameOf } from '../../server/runtime/kubernetes/names.ts'
import { TaskRefused, type TaskObservation, type TaskSpec } from '../../server/runtime/runtime.ts'
import { execute } from '../support/instance.ts'
import { until } from '../support/until.ts'
import { harness, isRunning, type Harness } from './runtime-harness.ts'

let on: Harness
beforeAll(async () => {
  on = await harness()
}, 300_000)
afterAll(async () => on?.close())

const shell = (script: string) => ({ entryPoint: ['/bin/sh', '-c'], command: [script] })
const podOfTask = async (task: TaskSpec) =>
  on.client.find(kinds.pod, { name: podNameOf(task.family, task.taskId), namespace: task.namespace })
const first = ({ containers }: TaskObservation) => containers[0]!

describe('a task that runs', () => {
  test('nginx answers at its own address, and is seen in the order of its stages', async () => {
    const before = Date.now()
    const task = await on.run({ name: 'Web_Server', image: 'nginx:alpine', portMappings: [{ containerPort: 80 }] })
    const seen = await on.seen(task, 'nginx runs', isRunning)
    expect(seen.address).toMatch(/^\d+\.\d+\.\d+\.\d+$/)
    const container = first(seen)
    expect(container.name).toBe('Web_Server')
    expect(container.imageDigest).toMatch(/^sha256:[0-9a-f]{64}$/)
    expect(container.runtimeId).toMatch(/^[0-9a-f]{64}$/)
    const startedAt = container.state.is === 'running' ? container.state.startedAt : 0
    const times = [before, seen.scheduledAt!, seen.networkReadyAt!, startedAt, Date.now()]
    expect(times).toEqual([...times].sort((a, b) => a - b))

    const client = await on.run(shell(`until wget -q -O /page http://${seen.address}/; do sleep 0.2; done; grep -i nginx /page`))
    expect((await on.ended(client)).exitCode).toBe(0)
    expect((await on.runtime.logs(client, { container: 'app', tail: 10 })).join('\n')).toMatch(/nginx/i)
  })

  test('bridge mode publishes the host port on the node', async () => {
    const hostPort = 20_000 + Math.floor(Math.random() * 10_000)
    const task = await on.run(
      { image: 'nginx:alpine', portMappings: [{ containerPort: 80, hostPort }] },
      { networkMode: 'bridge', launchType: 'EC2' },
    )
    const { hostAddress } = await on.seen(task, 'nginx runs', isRunning)
    const answer = await until('the host port answers', async () => (await fetch(`http://${hostAddress}:${hostPort}/`)).text(), {
      everyMs: 50,
    })
    expect(answer).toMatch(/nginx/i)
  })

  test('command, environment and folder reach the container as they were written', async () => {
    const task = await on.run({
      ...shell('echo "$(HOME) $$(HOME) [$VALUE] $1" >/tmp/x; printf "%s|%s|%s" "$VALUE" "$0" "$1"; pwd'),
      command: ['printf "%s|%s|%s|" "$VALUE" "$0" "$1"; pwd', '$(VALUE)', '$$x $'],
      environment: [
        { name: 'VALUE', value: 'first' },
        { name: 'VALUE', value: '$(PATH) $$ a\nb' },
      ],
      workingDirectory: '/tmp',
    })
    expect((await on.ended(task)).exitCode).toBe(0)
    expect(await on.runtime.logs(task, { container: 'app', tail: 10 })).toEqual(['$(PATH) $$ a', 'b|$(VALUE)|$$x $|/tmp'])
  })

  test('user, read-only root, capabilities, hosts and volumes are given', async () => {
    const task = await on.run(
      {
        ...shell(
          'id -u; id -g; touch /x 2>/dev/null || echo read-only; grep CapEff /proc/self/status; grep db.local /etc/hosts; echo kept >/data/file; df -h /scratch | tail -1',
        ),
        user: '1000:2000',
        readonlyRootFilesystem: true,
        linuxParameters: { capabilities: { drop: ['ALL'] }, tmpfs: [{ containerPath: '/scratch', size: 8 }] },
        extraHosts: [{ hostname: 'db.local', ipAddress: '10.1.2.3' }],
        mountPoints: [{ sourceVolume: 'Data_1', containerPath: '/data' }],
      },
      { volumes: [{ name: 'Data_1' }] },
    )
    const state = await on.ended(task)
    const lines = await on.runtime.logs(task, { container: 'app', tail: 20 })
    expect(lines.slice(0, 3)).toEqual(['1000', '2000', 'read-only'])
    expect(lines[3]).toMatch(/CapEff:\s+0+$/)
    expect(lines[4]).toMatch(/^10\.1\.2\.3\s+db\.local$/)
    // The volume belongs to root, as Docker's do.
    expect(state.exitCode === 0 || lines.some(line => line.includes('/data/file'))).toBe(true)
    expect(lines.at(-1)).toMatch(/8\.0M/)
  })

  test('limits of the container and of the task hold inside', async () => {
    const files =
      'cat /sys/fs/cgroup/memory/memory.limit_in_bytes /sys/fs/cgroup/cpu/cpu.shares 2>/dev/null || cat /sys/fs/cgroup/memory.max /sys/fs/cgroup/cpu.weight'
    const task = await on.run(
      { ...shell(files), cpu: 128, memory: 64, memoryReservation: 32 },
      { launchType: 'EC2', cpu: 256, memory: 128 },
    )
    expect((await on.ended(task)).exitCode).toBe(0)
    const [memory, share] = await on.runtime.logs(task, { container: 'app', tail: 5 })
    expect(Number(memory)).toBe(64 * 1024 * 1024)
    // cgroup v1 tells shares of 1024 a core, v2 a weight.
    expect([128, 5, 6]).toContain(Number(share))
    const pod = await podOfTask(task)
    expect(pod?.spec?.resources).toEqual({ requests: { cpu: '250m', memory: '128Mi' }, limits: { cpu: '250m', memory: '128Mi' } })
  })

  test('containers of a task share its network', async () => {
    const task = on.spec([
      { name: 'web', image: 'nginx:alpine' },
      { name: 'client', image: 'busybox:latest', ...shell('until wget -q -O - http://localhost/; do sleep 0.1; done') },
    ])
    await on.runtime.start(task)
    expect((await on.ended(task, 'client')).exitCode).toBe(0)
    expect(on.runtime.observe(task)?.containers.map(({ name, state }) => [name, state.is])).toEqual([
      ['web', 'running'],
      ['client', 'terminated'],
    ])
  })
})

describe('a task that ends', () => {
  test('with its exit code', async () => {
    const task = await on.run(shell('exit 7'))
    const state = await on.ended(task)
    expect(state).toMatchObject({ is: 'terminated', exitCode: 7, reason: 'Error' })
    expect(state.finishedAt).toBeGreaterThanOrEqual(state.startedAt!)
  })

  test('by taking more memory than its limit', async () => {
    const task = await on.run({ ...shell('x=a; while true; do x="$x$x"; done'), memory: 16 })
    const { exitCode, reason } = await on.ended(task)
    // The runtime may hear of the end before it hears of the want of memory: the kubelet says no more than `Error` then.
    expect([exitCode, ['OOMKilled', 'Error'].includes(reason ?? '')]).toEqual([137, true])
  })

  test('by an image that is not there', async () => {
    const task = await on.run({ image: 'localhost:1/no/such:image' })
    const reasons = ['ErrImagePull', 'ImagePullBackOff']
    const seen = await on.seen(task, 'the pull fails', each => first(each).state.is === 'waiting' && reasons.includes(reasonOf(each)))
    expect(messageOf(seen)).toContain('localhost:1/no/such:image')
    await on.runtime.stop(task, { graceSeconds: 30 })
    await on.seen(task, 'stopping is seen', each => each.stoppingSince !== undefined)
    await on.runtime.release(task)
    await until('the pod goes', async () => (await podOfTask(task)) === undefined)
  })

  test('by a command that is not there', async () => {
    const task = await on.run({ entryPoint: ['/no/such/command'] })
    const state = await on.ended(task)
    expect(state).toMatchObject({ exitCode: 128, reason: 'StartError' })
    expect(state.message).toContain('/no/such/command')
    expect(state.startedAt).toBeUndefined()
  })

  test('by a stop that it honours', async () => {
    const task = await on.run(shell('trap "exit 3" TERM; while true; do sleep 0.1; done'))
    await on.seen(task, 'it runs', isRunning)
    await on.runtime.stop(task, { graceSeconds: 30 })
    const state = await on.ended(task)
    expect(state.exitCode).toBe(3)
    expect(on.runtime.observe(task)?.stoppingSince).toBeLessThanOrEqual(state.finishedAt)
  })

  test('by being killed when it does not honour the stop within its time', async () => {
    const task = await on.run({ ...shell('trap "" TERM; while true; do sleep 0.1; done'), stopTimeout: 2 })
    await on.seen(task, 'it runs', isRunning)
    await on.runtime.stop(task, { graceSeconds: 2 })
    await on.runtime.stop(task, { graceSeconds: 2 })
    expect(await on.ended(task)).toMatchObject({ exitCode: 137 })
  })

  test('for lack of a node that is big enough', async () => {
    const task = await on.run({ memory: 4_000_000 }, { launchType: 'EC2' })
    const seen = await on.seen(task, 'it finds no node', each => each.unschedulable !== undefined)
    expect(seen.unschedulable).toMatch(/Insufficient memory/)
    await on.runtime.stop(task, { graceSeconds: 30 })
    await on.seen(task, 'stopping is seen', each => each.stoppingSince !== undefined)
    await on.runtime.release(task)
    await until('the pod goes', async () => (await podOfTask(task)) === undefined)
  })
})

describe('what is refused', () => {
  test('by us, naming the parameter', async () => {
    const refusal = await refusalOf(on.run({ linuxParameters: { devices: [{ hostPath: '/dev/fuse' }] } }))
    expect(refusal).toStartWith('kecs does not support linuxParameters.devices without privileged')
    expect(refusal).toEndWith("(container 'app').")
  })

  test('by Kubernetes, with its reason', async () => {
    expect(await refusalOf(on.run({ hostname: 'not a name' }))).toMatch(/^Kubernetes refused the task: .*spec\.hostname/)
  })
})

describe('the record', () => {
  test('starting twice starts once, and a second runtime adopts what it finds', async () => {
    const task = await on.run(shell('sleep 1000'))
    await on.runtime.start(task)
    const second = await on.again()
    try {
      const seen = second.runtime.observe(task)
      expect(seen?.taskArn).toBe(task.taskArn)
      await second.runtime.start(task)
      expect(second.runtime.epoch).toBe(on.runtime.epoch)
      const { items } = await on.client.list(kinds.pod, { namespace: task.namespace, labelSelector: `kecs.dev/task-id=${task.taskId}` })
      expect(items).toHaveLength(1)
      // One that starts without having watched finds the pod by its name.
      await second.runtime.stop(task, { graceSeconds: 1 })
      expect((await on.ended(task)).exitCode).toBe(137)
    } finally {
      second.stop()
    }
  })

  test('a pod that somebody deletes stays until it is released', async () => {
    const task = await on.run(shell('trap "exit 5" TERM; while true; do sleep 0.1; done'))
    await on.seen(task, 'it runs', isRunning)
    const name = { name: podNameOf(task.family, task.taskId), namespace: task.namespace }
    await on.client.remove(kinds.pod, name)
    expect((await on.ended(task)).exitCode).toBe(5)
    expect((await podOfTask(task))?.metadata?.finalizers).toEqual([podFinalizer])
    await on.runtime.release(task)
    await on.runtime.release(task)
    await until('the pod goes', async () => (await podOfTask(task)) === undefined)
    expect(on.runtime.observe(task)).toBeUndefined()
  })

  test('a pod that has not finished stopping is released all the same', async () => {
    const task = on.spec([{ name: 'app', image: 'busybox:latest' }])
    await on.runtime.start(task)
    const name = podNameOf(task.family, task.taskId)
    await on.client.remove(kinds.pod, { name, namespace: task.namespace }, { gracePeriodSeconds: 600 })
    await on.runtime.release(task)
    await until('the pod goes', async () => (await podOfTask(task)) === undefined)
  })

  test('stop, release and logs of an unknown task do nothing', async () => {
    const task = on.spec([])
    await on.runtime.stop(task, { graceSeconds: 1 })
    await on.runtime.release(task)
    expect(await on.runtime.logs(task, { container: 'app', tail: 5 })).toEqual([])
    expect(on.runtime.observe(task)).toBeUndefined()
  })

  test('removing a cluster removes its namespace with tasks that nobody released, and it can be made again', async () => {
    const namespace = `${on.spec([]).namespace}-other`
    const cluster = { clusterArn: on.spec([]).clusterArn, namespace }
    const task = await on.run(shell('trap "exit 0" TERM; while true; do sleep 0.1; done'), { namespace })
    await on.seen(task, 'it runs', isRunning)
    await on.runtime.removeCluster(cluster)
    await on.runtime.removeCluster(cluster)
    await on.runtime.prepareCluster(cluster)
    const made = await waitFor(on.client, kinds.namespace, { name: namespace }, each => each?.status?.phase === 'Active', {
      signal: AbortSignal.timeout(120_000),
    })
    expect(made?.metadata?.annotations?.['kecs.dev/cluster-arn']).toBe(cluster.clusterArn)
    await on.runtime.removeCluster(cluster)
  }, 300_000)
})

// The last: what else runs in the cluster needs a while after it.
describe('an API server that dies', () => {
  test('is waited for, and what happened meanwhile is seen', async () => {
    const { items } = await on.client.list(kinds.node)
    const node = items[0]?.metadata?.name ?? ''
    const task = await on.run(shell('trap "exit 4" TERM; sleep 12 & wait; exit 9'))
    await on.seen(task, 'it runs', isRunning)
    const kill = await execute(['docker', 'exec', node, 'pkill', '-KILL', '-x', 'kube-apiserver'])
    if (kill.code !== 0) {
      console.warn(`skipped: node ${node} has no kube-apiserver of its own to kill`)
      return
    }
    const seen = await on.seen(task, 'its end is seen', each => first(each).state.is === 'terminated', 120_000)
    expect(first(seen).state).toMatchObject({ exitCode: 9 })
    expect(on.problems.length).toBeGreaterThan(0)
    const next = await until('tasks start again', async () => on.run(shell('exit 0')), { withinMs: 120_000 })
    // The scheduler dies with the API server and takes its time to come back.
    await on.seen(next, 'the next task runs and ends', each => first(each).state.is === 'terminated', 200_000)
  }, 400_000)
})

const refusalOf = async (start: Promise<unknown>): Promise<string> =>
  start.then(
    () => 'not refused',
    (error: unknown) => (error instanceof TaskRefused ? error.reason : `not refused but failed: ${String(error)}`),
  )

const reasonOf = (task: TaskObservation): string => {
  const { state } = first(task)
  return state.is === 'running' ? '' : (state.reason ?? '')
}

const messageOf = (task: TaskObservation): string => {
  const { state } = first(task)
  return state.is === 'running' ? '' : (state.message ?? '')
}
