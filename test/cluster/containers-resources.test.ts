// Volumes, Linux parameters and links of containers, on a real cluster: the containers say what they find.
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { notAppliedAnnotation } from '../../server/runtime/kubernetes/names.ts'
import { until } from '../support/until.ts'
import { containerOf, containersHarness, script, type ContainersHarness } from './containers-harness.ts'

let on: ContainersHarness
beforeAll(async () => {
  on = await containersHarness()
}, 300_000)
afterAll(async () => on?.close(), 300_000)

const forever = 'trap "exit 0" TERM; while true; do sleep 0.1; done'

/** Runs one container to its end; its exit code, or why there is none. */
const exitOf = async (
  text: string,
  more: object = {},
  definition: object = {},
  call: object = {},
): Promise<number | string | undefined> => {
  const task = await on.run([{ name: 'app', ...script(text), ...more }], definition, call)
  const ended = await on.ended(task)
  return containerOf(ended, 'app').exitCode ?? `${ended.stoppedReason} ${containerOf(ended, 'app').reason ?? ''}`
}

test('shared Docker volumes and EFS keep what tasks write; those of a task do not', async () => {
  const mountPoints = ['shared', 'files', 'inside', 'own'].map(name => ({ sourceVolume: name, containerPath: `/${name}` }))
  const fileSystemId = `fs-${Date.now()}`
  const volumes = [
    { name: 'shared', dockerVolumeConfiguration: { scope: 'shared', autoprovision: true } },
    { name: 'files', efsVolumeConfiguration: { fileSystemId } },
    { name: 'inside', efsVolumeConfiguration: { fileSystemId, rootDirectory: '/deep/er' } },
    { name: 'own', dockerVolumeConfiguration: { scope: 'task' } },
  ]
  const write = 'touch /shared/x /files/x /inside/y /own/x'
  const found = 'test -f /shared/x && test -f /files/x && test -f /files/deep/er/y && test ! -e /own/x'
  expect(await exitOf(write, { mountPoints }, { volumes })).toBe(0)
  expect(await exitOf(found, { mountPoints }, { volumes })).toBe(0)
}, 300_000)

test('volumesFrom mounts what another container has, read only where asked', async () => {
  const task = await on.run(
    [
      { name: 'app', mountPoints: [{ sourceVolume: 'own', containerPath: '/own' }], ...script(`touch /own/x; ${forever}`) },
      {
        name: 'reader',
        essential: false,
        volumesFrom: [{ sourceContainer: 'app', readOnly: true }],
        dependsOn: [{ containerName: 'app', condition: 'START' }],
        ...script('until test -f /own/x; do sleep 0.1; done; ! touch /own/y'),
      },
    ],
    { volumes: [{ name: 'own' }] },
  )
  const seen = await on.seen(task, 'the reader ends', each => containerOf(each, 'reader').lastStatus === 'STOPPED')
  expect(containerOf(seen, 'reader').exitCode).toBe(0)
  await on.stop(task)
}, 300_000)

test('tmpfs, shared memory and capabilities', async () => {
  const linuxParameters = {
    tmpfs: [{ containerPath: '/scratch', size: 8, mountOptions: ['rw', 'noexec'] }],
    sharedMemorySize: 16,
    capabilities: { drop: ['CHOWN'] },
  }
  const text = [
    'df -m /scratch | tail -1 | grep -q " 8 "',
    'df -m /dev/shm | tail -1 | grep -q " 16 "',
    'touch /scratch/x && ! chown 1 /scratch/x',
  ].join(' && ')
  expect(await exitOf(text, { linuxParameters })).toBe(0)
}, 300_000)

test('an init process takes signals and reaps', async () => {
  const task = await on.run([
    { name: 'app', image: 'busybox:latest', entryPoint: ['sleep'], command: ['1000'], linuxParameters: { initProcessEnabled: true } },
  ])
  await on.seen(task, 'it runs', ({ lastStatus }) => lastStatus === 'RUNNING')
  await on.stop(task)
  // As the first process it would ignore the signal, and be killed after its stop timeout.
  expect(containerOf(await on.ended(task), 'app').exitCode).toBe(143)
}, 300_000)

test('processes of a task are seen by its containers in pidMode task, those of the machine in pidMode host', async () => {
  const sees = (name: string) => `cat /proc/[0-9]*/comm 2> /dev/null | grep -qx ${name}`
  const other = { name: 'other', essential: false, image: 'nginx:alpine' }
  const within = async (definition: object, text: string): Promise<number | string | undefined> => {
    const ended = await on.ended(await on.run([{ name: 'app', ...script(text) }, other], definition))
    const { exitCode, reason } = containerOf(ended, 'app')
    return exitCode ?? `${ended.stoppedReason} ${reason ?? ''}`
  }
  const waited = `for each in $(seq 600); do ${sees('nginx')} && exit 0; sleep 0.1; done; exit 1`
  const [shared, host, own] = await Promise.all([
    within({ pidMode: 'task' }, waited),
    within({ pidMode: 'host' }, sees('containerd')),
    within({}, `sleep 1; ! ${sees('nginx')} && ! ${sees('containerd')}`),
  ])
  expect([shared, host, own]).toEqual([0, 0, 0])
}, 300_000)

test('system controls that nodes allow are set, others fail the task with the reason', async () => {
  const set = (namespace: string, value: string) => ({ systemControls: [{ namespace, value }] })
  const port = 'test "$(cat /proc/sys/net/ipv4/ip_unprivileged_port_start)" = 80'
  expect(await exitOf(port, set('net.ipv4.ip_unprivileged_port_start', '80'))).toBe(0)
  // Not a pod's own, so no node allows it.
  expect(await exitOf('exit 0', set('vm.overcommit_memory', '1'))).toMatch(/vm\.overcommit_memory/)
  // Kubernetes leaves it to the node.
  const backlog = await exitOf('test "$(cat /proc/sys/net/core/somaxconn)" = 1024', set('net.core.somaxconn', '1024'))
  expect(backlog === 0 || /net\.core\.somaxconn/.test(String(backlog))).toBe(true)
}, 300_000)

test('ephemeral storage is what the pod may write', async () => {
  const fargate = {
    requiresCompatibilities: ['FARGATE'],
    networkMode: 'awsvpc',
    cpu: '256',
    memory: '512',
    ephemeralStorage: { sizeInGiB: 21 },
  }
  const call = { launchType: 'FARGATE', networkConfiguration: { awsvpcConfiguration: { subnets: ['subnet-1'] } } }
  const task = await on.run(
    [{ name: 'app', ...script(`trap "exit 0" TERM; dd if=/dev/zero of=/x bs=1M count=10 2>/dev/null || exit 1; ${forever}`) }],
    fargate as object,
    call as object,
  )
  const pod = await until('its pod is made', () => on.pod(task))
  expect(pod.spec?.containers[0]?.resources?.limits?.['ephemeral-storage']).toBe('21Gi')
  await on.seen(task, 'it runs', ({ lastStatus }) => lastStatus === 'RUNNING')
  await on.stop(task)
  expect(containerOf(await on.ended(task), 'app').exitCode).toBe(0)
}, 300_000)

test('a linked container is reached by its name and alias, and runs first', async () => {
  const task = await on.run([
    { name: 'web', image: 'nginx:alpine' },
    {
      name: 'app',
      links: ['web:front'],
      ...script('for name in web front; do until wget -q -O /dev/null http://$name/; do sleep 0.2; done; done'),
    },
  ])
  expect(containerOf(await on.ended(task), 'app').exitCode).toBe(0)
}, 300_000)

test('what is not given is written on the pod', async () => {
  const task = await on.run([{ name: 'app', ...script(forever), ulimits: [{ name: 'nofile', softLimit: 1024, hardLimit: 2048 }] }], {
    networkMode: 'none',
  })
  await on.seen(task, 'it runs', ({ lastStatus }) => lastStatus === 'RUNNING')
  expect((await on.pod(task))?.metadata?.annotations?.[notAppliedAnnotation]).toBe('app: ulimits, app: networkMode none')
  await on.stop(task)
}, 300_000)
