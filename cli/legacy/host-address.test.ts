import { expect, test } from 'bun:test'
import type { KubeClient } from '../../shared/kube/index.ts'
import { findHostAddress, type HostAddressParts } from './host-address.ts'

const list: KubeClient['list'] = async () => JSON.parse('{"items":[{"metadata":{"name":"kecs-control-plane"}}],"resourceVersion":"1"}')
const parts = (docker: Partial<HostAddressParts['docker']>): HostAddressParts => ({
  kube: { list },
  docker: { answers: async () => true, gateways: async () => [], exec: async () => ({ code: 2, stdout: '', stderr: '' }), ...docker },
  signal: new AbortController().signal,
  own: () => ['127.0.0.1', '192.0.2.2', '172.18.0.1'],
})
const legacy = { ports: { first: 9200, last: 9204 } }

test("it is this machine's end of the nodes' network", async () => {
  expect(await findHostAddress({ name: 'kecs', legacy }, parts({ gateways: async () => ['172.18.0.1'] }))).toEqual({
    listen: '172.18.0.1',
    reached: '172.18.0.1',
  })
})

test('where the network lies in a virtual machine it is loopback, by the name that Docker Desktop has for it', async () => {
  const exec = async () => ({ code: 0, stdout: '192.168.65.254  STREAM host.docker.internal\n', stderr: '' })
  expect(await findHostAddress({ name: 'kecs', legacy }, parts({ gateways: async () => ['172.19.0.1'], exec }))).toEqual({
    listen: '127.0.0.1',
    reached: '192.168.65.254',
  })
})

test('an address that was said is taken if it is this machine’s', async () => {
  expect(await findHostAddress({ name: 'kecs', legacy: { ...legacy, address: '192.0.2.2' } }, parts({}))).toEqual({
    listen: '192.0.2.2',
    reached: '192.0.2.2',
  })
  expect(findHostAddress({ name: 'kecs', legacy: { ...legacy, address: '192.0.2.3' } }, parts({}))).rejects.toThrow(
    'not an address of this machine',
  )
})

test('where nothing tells, it has to be said', async () => {
  expect(findHostAddress({ name: 'kecs', legacy }, parts({}))).rejects.toThrow('cannot be found out')
  expect(findHostAddress({ name: 'kecs', legacy }, parts({ answers: async () => false }))).rejects.toThrow('cannot be found out')
})
