import { expect, test } from 'bun:test'
import type { Node } from '../../../shared/kube/index.ts'
import { Nodes, runtimeNodeOf, zoneLetters } from './nodes.ts'
import { parseQuantity } from './quantity.ts'

/** What a node of k3s looks like, as far as it is read. */
const node = (name: string, more: Partial<Node> = {}): Node => ({
  metadata: { name, labels: { 'kubernetes.io/os': 'linux', 'kubernetes.io/hostname': name }, creationTimestamp: '2026-11-23T13:43:00Z' },
  status: {
    allocatable: { cpu: '3920m', memory: '8030344Ki', pods: '110' },
    capacity: { cpu: '4', memory: '8388608Ki', pods: '110' },
    conditions: [{ type: 'Ready', status: 'True' }],
    addresses: [
      { type: 'Hostname', address: name },
      { type: 'InternalIP', address: '172.18.0.2' },
    ],
    nodeInfo: {
      architecture: 'arm64',
      containerRuntimeVersion: 'containerd://2.1.3',
      bootID: '',
      kernelVersion: '',
      kubeProxyVersion: '',
      kubeletVersion: 'v1.34.0',
      machineID: '',
      operatingSystem: 'linux',
      osImage: '',
      systemUUID: '',
    },
  },
  ...more,
})

test('a node is as large as what pods may use of it', () => {
  expect(runtimeNodeOf(node('one'))).toEqual({
    name: 'one',
    cpu: 4014,
    memory: 7842,
    cpuArchitecture: 'arm64',
    labels: { 'kubernetes.io/os': 'linux', 'kubernetes.io/hostname': 'one' },
    isReady: true,
    address: '172.18.0.2',
    createdAt: Date.UTC(2026, 10, 23, 13, 43),
    containerRuntimeVersion: 'containerd://2.1.3',
  })
})

test('nodes come, change, go and are listed again', () => {
  const nodes = new Nodes()
  nodes.accept({ is: 'listed', items: [node('b'), node('a')] })
  expect(nodes.all().map(({ name }) => name)).toEqual(['a', 'b'])
  nodes.accept({ is: 'modified', object: node('b', { status: { conditions: [{ type: 'Ready', status: 'Unknown' }] } }) })
  expect(nodes.all().map(({ isReady }) => isReady)).toEqual([true, false])
  nodes.accept({ is: 'deleted', object: node('a') })
  nodes.accept({ is: 'added', object: node('windows', { metadata: { name: 'windows', labels: { 'kubernetes.io/os': 'windows' } } }) })
  expect(nodes.all().map(({ name }) => name)).toEqual(['b'])
  nodes.accept({ is: 'listed', items: [] })
  expect(nodes.all()).toEqual([])
})

test.each([
  ['4', 4],
  ['3920m', 3.92],
  ['1k', 1000],
  ['8030344Ki', 8_223_072_256],
  ['1.5Gi', 1_610_612_736],
  ['1e3', 1000],
  ['2E', 2e18],
  ['', 0],
  ['lots', 0],
])('the quantity %s', (text, number) => expect(parseQuantity(text)).toBe(number))

test('zones have letters: their own where those tell them apart, else by their order', () => {
  expect([...zoneLetters(['us-east-1b', 'us-east-1d'])]).toEqual([
    ['us-east-1b', 'b'],
    ['us-east-1d', 'd'],
  ])
  expect([...zoneLetters(['europe-west1-c', 'europe-west1-a', 'europe-west1-a'])].map(([, letter]) => letter)).toEqual(['a', 'c'])
  expect([...zoneLetters(['', 'rack-2', 'rack-1'])]).toEqual([
    ['', 'a'],
    ['rack-1', 'b'],
    ['rack-2', 'c'],
  ])
})

test('machines of one zone name none, those of several each theirs', () => {
  const nodes = new Nodes()
  const zoned = (name: string, zone: string): Node => node(name, { metadata: { name, labels: { 'topology.kubernetes.io/zone': zone } } })
  nodes.accept({ is: 'listed', items: [zoned('one', 'z1')] })
  expect([nodes.zoneOf('one'), nodes.all()[0]?.zone]).toEqual([undefined, undefined])
  nodes.accept({ is: 'added', object: zoned('two', 'z2') })
  expect(nodes.all().map(({ name, zone }) => [name, zone])).toEqual([
    ['one', 'a'],
    ['two', 'b'],
  ])
  expect([nodes.zoneOf('two'), nodes.zoneOf('three')]).toEqual(['b', undefined])
})
