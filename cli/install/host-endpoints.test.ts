import { expect, test } from 'bun:test'
import { exampleInstallation, hostPortsOf } from './installation.ts'
import { manifests } from './manifests.ts'
import { exampleInstance } from '../../test/support/example-instance.ts'

const instance = exampleInstance({
  publishedPorts: { first: 9000, last: 9001 },
  listenerPorts: { first: 9020, last: 9021 },
  backend: 'none',
})

const ofControlPlane = (host?: string) => {
  const installation = exampleInstallation(instance)
  const all = manifests(
    host === undefined ? installation : { ...installation, host: { address: host, ports: hostPortsOf({ first: 9200 }) } },
  )
  const find = (kind: string, name: string) => all.find(object => object.kind === kind && object.metadata.name === name)
  return {
    deployment: find('Deployment', 'kecs-control-plane'),
    service: find('Service', 'kecs-control-plane'),
    slice: find('EndpointSlice', 'kecs-control-plane-host'),
    others: all.filter(({ metadata }) => !metadata.name.startsWith('kecs-control-plane')),
  }
}

test('a control plane in the cluster is a Deployment, and nothing leads outside', () => {
  const { deployment, slice } = ofControlPlane()
  expect(deployment).toBeDefined()
  expect(slice).toBeUndefined()
})

test('one on this machine is an endpoint of the same Service', () => {
  const { deployment, slice } = ofControlPlane('172.18.0.1')
  expect(deployment).toBeUndefined()
  expect(slice).toMatchObject({
    metadata: { labels: { 'kubernetes.io/service-name': 'kecs-control-plane' } },
    addressType: 'IPv4',
    endpoints: [{ addresses: ['172.18.0.1'], conditions: { ready: true } }],
  })
})

test('each port of the Service is served by one of this machine', () => {
  const { service, slice } = ofControlPlane('172.18.0.1')
  const named = (value: unknown): readonly string[] =>
    [...JSON.stringify(value).matchAll(/"name":"([a-z-]+)","port"/g)].map(([, name = '']) => name)
  expect(named(slice)).toEqual(named(service))
})

test('all else in the cluster is the same, so that moving the control plane restarts nothing', () => {
  expect(JSON.stringify(ofControlPlane('172.18.0.1').others)).toBe(JSON.stringify(ofControlPlane().others))
  expect(JSON.stringify(ofControlPlane('172.18.0.1').service)).toBe(JSON.stringify(ofControlPlane().service))
})
