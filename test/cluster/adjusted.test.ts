// What the container runtime of the node gives containers that pods have no place for: where it takes plugins, the
// containers say themselves what they have; where it takes none, the task says what it lacks.
import { beforeAll, expect, test } from 'bun:test'
import type { ContainerDefinition } from '@aws-sdk/client-ecs'
import { execute } from '../support/instance.ts'
import { until } from '../support/until.ts'
import { containerOf, features, forever, isRunning, script, type Features } from './features-harness.ts'

let on: Features
let inside: (script: string) => Promise<string>
let hasNri: boolean
/** NRI before 0.10, which containerd 2.0 and 2.1 have, leaves out what may not be done with a device. */
let hasDeviceRules: boolean

beforeAll(async () => {
  on = await features('adjusted')
  // The node's container has the same name as the node, with kind and with k3d.
  const node = (await on.kecs.kubectl('get', 'nodes', '-o', 'jsonpath={.items[0].metadata.name}')).trim()
  inside = async text => (await execute(['docker', 'exec', node, 'sh', '-c', text])).stdout.trim()
  hasDeviceRules = !/ v?2\.[01]\./.test(await inside('containerd --version'))
  hasNri = (await inside('test -S /var/run/nri/nri.sock && echo yes')) === 'yes'
  console.log(hasNri ? 'the container runtime of the node takes plugins' : 'the container runtime of the node takes no plugins')
}, 600_000)

const has = (what: string, check: string): readonly [string, string] => [what, check]
/** Ends with 101 when the first is not so, and so on. */
const inTurn = (checks: readonly (readonly [string, string])[]): string =>
  checks.map(([, check], at) => `{ ${check}; } || exit ${101 + at}`).join('\n')
const mounted = (path: string, options: string): string => `grep -q "^tmpfs ${path} tmpfs ${options}" /proc/mounts`

const limited: Partial<ContainerDefinition> = {
  ulimits: [
    { name: 'nofile', softLimit: 1024, hardLimit: 2048 },
    { name: 'core', softLimit: 0, hardLimit: 4096 },
  ],
}

test('ulimits, devices, swap, shared memory and tmpfs are what the definition says, or the task says what it lacks', async () => {
  const checks = [
    has('soft limit of files', '[ "$(ulimit -n)" = 1024 ]'),
    has('hard limit of files', '[ "$(ulimit -Hn)" = 2048 ]'),
    has('limits of core files', 'grep -q "^Max core file size *0 *4096 " /proc/self/limits'),
    has('device', '[ "$(stat -c %F:%t:%T /dev/filesystems)" = "character special file:a:e5" ]'),
    has('reading of the device', '(: < /dev/filesystems)'),
    has('rules of the device', `${hasDeviceRules ? '! ' : ''}(: > /dev/filesystems) 2> /dev/null`),
    has('default options of tmpfs', mounted('/plain', 'rw,nosuid,nodev,noexec,.*size=8192k')),
    has('options of tmpfs', mounted('/own', 'rw,nosuid,nodev,noatime,size=16384k,mode=700,uid=7')),
    has('a tmpfs that nobody writes to', mounted('/fixed', 'ro,')),
    has('shared memory', 'df -m /dev/shm | tail -1 | grep -q " 16 "'),
    // Of control groups of version 1 containers see no such file.
    has('no swap', '[ "$(cat /sys/fs/cgroup/memory.swap.max 2> /dev/null || echo 0)" = 0 ]'),
    has('nothing else that is mounted', '! grep -q kecs-agent /proc/mounts'),
  ]
  const container: Partial<ContainerDefinition> = {
    ...limited,
    linuxParameters: {
      // Of FUSE: 10:229.
      devices: [{ hostPath: '/dev/fuse', containerPath: '/dev/filesystems', permissions: ['read'] }],
      tmpfs: [
        { containerPath: '/plain', size: 8 },
        { containerPath: '/own', size: 16, mountOptions: ['exec', 'noatime', 'mode=700', 'uid=7'] },
        { containerPath: '/fixed', size: 1, mountOptions: ['ro'] },
      ],
      sharedMemorySize: 16,
      maxSwap: 0,
    },
  }
  if (hasNri) {
    const exit = await on.exitOf(inTurn(checks), container)
    expect(exit === 0 ? 'all' : `not: ${checks[Number(exit) - 101]?.[0] ?? exit}`).toBe('all')
  } else {
    const task = await on.ended(await on.run([{ name: 'app', ...script(forever), ...container }]))
    expect(task.stoppedReason).toContain('linuxParameters.devices without privileged where the container runtime of the nodes has no NRI')
  }
}, 300_000)

test('a task that may run without says on its pod what it lacks', async () => {
  const task = await on.run([{ name: 'app', ...script(forever), ...limited }])
  await on.seen(task, 'it runs', isRunning)
  const [pod] = await on.objects('pods', task)
  const annotations = hasNri ? { 'kecs.dev/adjusted': 'required' } : { 'kecs.dev/not-applied': 'app: ulimits' }
  expect(pod).toMatchObject({ metadata: { annotations } })
  await on.stop(task)
}, 300_000)

test('on Fargate a container has 65535 open files, or as many as the node has', async () => {
  const limit = await inside('awk \'/Max open files/ { print $5 }\' "/proc/$(pgrep -xo containerd)/limits"')
  const most = limit === 'unlimited' ? Infinity : Number(limit)
  const size = { requiresCompatibilities: ['FARGATE' as const], networkMode: 'awsvpc' as const, cpu: '256', memory: '512' }
  const { Subnets } = (await on.kecs.aws('ec2', 'describe-subnets')) as { Subnets: { SubnetId: string }[] }
  const networkConfiguration = { awsvpcConfiguration: { subnets: [Subnets[0]?.SubnetId ?? ''] } }
  const text = `[ "$(ulimit -Hn)" = ${hasNri ? Math.min(65_535, most) : limit} ]`
  expect(await on.exitOf(text, {}, size, { launchType: 'FARGATE', networkConfiguration })).toBe(0)
}, 300_000)

test('a device that the node does not have fails the task', async () => {
  const linuxParameters = { devices: [{ hostPath: '/dev/kecs-none' }] }
  const reason = await on.exitOf('exit 0', { linuxParameters })
  expect(reason).toContain(hasNri ? 'adding custom device "/dev/kecs-none": no such file or directory' : 'linuxParameters.devices')
}, 300_000)

test('a container does not begin without its limits while the agent says nothing', async () => {
  const agentLog = (): Promise<string> => on.kecs.kubectl('-n', 'kecs-system', 'logs', 'daemonset/kecs-agent')
  if (!hasNri) {
    expect(await agentLog()).toContain('containers are not adjusted: the container runtime of the node has no NRI')
    return
  }
  const timesPlugin = async (): Promise<number> => (await agentLog()).split('adjusting containers').length
  const before = await timesPlugin()
  const agent = await inside("pgrep -xf '/kecs agent' | head -1")
  await inside(`kill -STOP ${agent}`)
  try {
    const task = await on.ended(await on.run([{ name: 'app', ...script(forever), ...limited }]))
    expect(containerOf(task, 'app').reason).toBe(
      'CannotStartContainerError: the agent of the node, which gives the container its ulimits, devices, swap and tmpfs, was away as it was created',
    )
  } finally {
    await inside(`kill -CONT ${agent}`)
  }
  await until('the agent is a plugin again', async () => (await timesPlugin()) > before)
  const task = await on.run([{ name: 'app', ...script(forever), ...limited }])
  await on.seen(task, 'it runs', isRunning)
  await on.stop(task)
}, 300_000)
