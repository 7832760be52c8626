import { expect, test } from 'bun:test'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse } from 'yaml'
import { forgetCreated, noteCreated, stateOf } from './created.ts'
import { writeInstance } from '../instance.ts'
import type { Instance } from './driver.ts'
import { createArguments } from './k3d-arguments.ts'
import { k3dState } from './k3d.ts'
import { kindConfig } from './kind-config.ts'
import { clusterName, foreignError } from './names.ts'
import { exampleInstance } from '../../test/support/example-instance.ts'

const instance = exampleInstance()

test('the first instance has the plain name', () => {
  expect(clusterName(instance)).toBe('kecs')
  expect(clusterName({ name: 'staging' })).toBe('kecs-staging')
})

test('kind publishes the door, the range and the API, and mounts the data', () => {
  const config = parse(kindConfig({ ...instance, port: 4600, bind: '0.0.0.0' }))
  expect(config.name).toBe('kecs')
  // The Kubernetes API stays on loopback whatever --bind says.
  expect(config.networking).toEqual({ apiServerAddress: '127.0.0.1', apiServerPort: 6550 })
  const [node] = config.nodes
  expect(node.extraMounts).toEqual([{ hostPath: instance.dataDir, containerPath: '/data' }])
  expect(node.extraPortMappings).toHaveLength(61)
  expect(node.extraPortMappings[0]).toEqual({ containerPort: 4566, hostPort: 4600, listenAddress: '0.0.0.0', protocol: 'TCP' })
  expect(node.extraPortMappings[20]).toEqual({ containerPort: 9019, hostPort: 9019, listenAddress: '0.0.0.0', protocol: 'TCP' })
})

test('the last of the listeners’ ports are published for UDP too', () => {
  const udpOf = (parts: Partial<Instance>) => {
    const published: { hostPort: number; protocol: string }[] = parse(kindConfig({ ...instance, ...parts })).nodes[0].extraPortMappings
    return published.filter(({ protocol }) => protocol === 'UDP').map(({ hostPort }) => hostPort)
  }
  expect(udpOf({ udpListeners: 5 })).toEqual([9035, 9036, 9037, 9038, 9039])
  expect(udpOf({ udpListeners: 0 })).toEqual([])
  expect(udpOf({ udpListeners: 5, listenerPorts: { first: 9020, last: 9021 } })).toEqual([9020, 9021])
  // As in clusters from before it was said.
  expect(udpOf({})).toHaveLength(20)
  const k3d = (udpListeners: number) => createArguments({ ...instance, udpListeners }, {}).filter(arg => arg.includes('/udp'))
  expect(k3d(5)).toEqual(['127.0.0.1:9035-9039:9035-9039/udp@server:0:direct'])
  expect(k3d(1)).toEqual(['127.0.0.1:9039:9039/udp@server:0:direct'])
  expect(k3d(0)).toEqual([])
})

test('kind gets patches for both of kubeadm’s versions', () => {
  const [node] = parse(kindConfig(instance)).nodes
  const patches = node.kubeadmConfigPatches.map((text: string) => parse(text))
  expect(patches.map((patch: { apiVersion?: string }) => patch.apiVersion)).toEqual([
    'kubeadm.k8s.io/v1beta3',
    'kubeadm.k8s.io/v1beta4',
    undefined,
  ])
  expect(patches[0].scheduler.extraArgs).toEqual({ 'leader-elect': 'false' })
  expect(patches[1].scheduler.extraArgs).toEqual([{ name: 'leader-elect', value: 'false' }])
  const controllers = { 'leader-elect': 'false', 'kube-api-qps': '200', 'kube-api-burst': '400' }
  expect(patches[0].controllerManager.extraArgs).toEqual(controllers)
  const listed = patches[1].controllerManager.extraArgs.map((arg: { name: string; value: string }) => [arg.name, arg.value])
  expect(Object.fromEntries(listed)).toEqual({ 'enable-hostpath-provisioner': 'true', ...controllers })
})

test('kind lets tasks set sysctls, and restart containers where that needs a gate', () => {
  const patches = parse(kindConfig(instance)).nodes[0].kubeadmConfigPatches.map((text: string) => parse(text))
  expect(patches.at(-1).allowedUnsafeSysctls).toContain('net.*')
  expect(parse(kindConfig(instance, 'kindest/node:v1.34.4')).featureGates).toEqual({ ContainerRestartRules: true })
  for (const image of [undefined, 'kindest/node:v1.33.1', 'kindest/node:v1.35.0', 'mine'])
    expect(parse(kindConfig(instance, image)).featureGates).toBeUndefined()
})

test('so does k3d', () => {
  const args = (image: string) => createArguments(instance, { KECS_K3S_IMAGE: image }).filter(arg => /-arg=/.test(arg))
  expect(args('rancher/k3s:v1.34.4-k3s1')).toEqual([
    '--kube-apiserver-arg=feature-gates=ContainerRestartRules=true@server:0',
    '--kubelet-arg=feature-gates=ContainerRestartRules=true@server:0',
    '--kubelet-arg=allowed-unsafe-sysctls=net.*,kernel.msg*,kernel.sem,kernel.shm*,fs.mqueue.*@server:0',
    '--kube-controller-manager-arg=kube-api-qps=200@server:0',
    '--kube-controller-manager-arg=kube-api-burst=400@server:0',
  ])
  expect(args('rancher/k3s:v1.33.1-k3s1').join(' ')).not.toContain('feature-gates')
})

test('k3d is called as the design has it', () => {
  const args = createArguments(instance, {})
  const valuesOf = (flag: string) => args.flatMap((arg, at) => (arg === flag ? [args[at + 1]] : []))
  expect(args.slice(0, 3)).toEqual(['cluster', 'create', 'kecs'])
  expect(valuesOf('--image')).toEqual(['rancher/k3s:v1.34.4-k3s1'])
  expect(valuesOf('--api-port')).toEqual(['127.0.0.1:6550'])
  expect(valuesOf('--port')).toEqual([
    '127.0.0.1:4566:4566@loadbalancer',
    '127.0.0.1:9000-9019:9000-9019@server:0:direct',
    '127.0.0.1:9020-9039:9020-9039@server:0:direct',
    '127.0.0.1:9020-9039:9020-9039/udp@server:0:direct',
  ])
  expect(valuesOf('--volume')).toEqual(['/home/you/.kecs/kecs/data:/data@server:0'])
  expect(valuesOf('--runtime-label')).toEqual(['kecs.dev/instance=kecs@server:0'])
  // Without a filter k3d refuses them: the load balancer counts as a node.
  expect(valuesOf('--k3s-arg')).toContain('--disable=traefik@server:0')
  for (const arg of valuesOf('--k3s-arg')) expect(arg).toEndWith('@server:0')
  // Tasks find the door by it.
  expect(valuesOf('--k3s-arg').join()).not.toContain('coredns')
  expect(args).toContain('--kubeconfig-update-default=false')
})

test('what a cluster of our name is', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'kecs-'))
  try {
    const mine = { ...instance, folder, dataDir: join(folder, 'data') }
    const node = { id: 'abc', running: true, labels: {}, mounts: { '/data': mine.dataDir } }
    expect(await stateOf(mine, undefined)).toEqual({ is: 'absent' })
    expect((await stateOf(mine, { ...node, mounts: {} })).is).toBe('foreign')
    expect(await stateOf(mine, { ...node, mounts: { '/data': '/elsewhere' } })).toEqual({
      is: 'foreign',
      why: 'its data folder is /elsewhere',
    })
    const other = exampleInstance({ name: 'kecs' }, join(folder, 'home'))
    await writeInstance(other)
    const theirs = await stateOf(mine, { ...node, mounts: { '/data': other.dataDir } })
    expect(theirs).toMatchObject({ is: 'foreign', home: join(folder, 'home') })
    if (theirs.is !== 'foreign') throw new Error('it is not foreign')
    const told = foreignError(mine, theirs)
    expect(told.message).toBe(`The cluster kecs belongs to another KECS_HOME, ${join(folder, 'home')}.`)
    expect(told.remedy).toContain(`KECS_HOME=${join(folder, 'home')} kecs down`)
    // Ours, but its creation was cut off: the next one clears it away.
    expect(await stateOf(mine, node)).toEqual({ is: 'absent' })
    await noteCreated(mine, 'abc')
    expect(await stateOf(mine, node)).toEqual({ is: 'running' })
    expect(await stateOf(mine, { ...node, running: false })).toEqual({ is: 'stopped' })
    // Docker Desktop's way to show a folder of the host.
    expect(await stateOf(mine, { ...node, mounts: { '/data': `/host_mnt${mine.dataDir}` } })).toEqual({ is: 'running' })
    // Made anew behind our back.
    expect(await stateOf(mine, { ...node, id: 'def' })).toEqual({ is: 'absent' })

    expect((await k3dState(mine, node)).is).toBe('foreign')
    expect(await k3dState(mine, { ...node, labels: { 'kecs.dev/instance': 'staging' } })).toEqual({
      is: 'foreign',
      why: 'it belongs to the instance staging',
    })
    expect(await k3dState(mine, { ...node, labels: { 'kecs.dev/instance': 'kecs' } })).toEqual({ is: 'running' })
    await forgetCreated(mine)
    expect(await k3dState(mine, { ...node, labels: { 'kecs.dev/instance': 'kecs' } })).toEqual({ is: 'absent' })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})
