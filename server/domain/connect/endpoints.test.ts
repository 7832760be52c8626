import { describe, expect, test } from 'bun:test'
import type { PortMapping, ServiceConnectService } from '../../aws/generated/ecs.ts'
import { isHostName, wantedEndpoints } from './endpoints.ts'

const mapping = (more: Partial<PortMapping> = {}): PortMapping => ({ name: 'http', containerPort: 8080, appProtocol: 'http', ...more })
const endpointsOf = (service: Partial<ServiceConnectService> = {}, port = mapping()) =>
  wantedEndpoints({ services: [{ portName: 'http', ...service }] }, 'internal', {
    containerDefinitions: [{ name: 'side' }, { name: 'app', portMappings: [port] }],
  })

describe('an endpoint', () => {
  test('without an alias is called by its port’s name and its namespace, at its container’s port', () => {
    expect(endpointsOf()).toEqual([
      { discoveryName: 'http', dnsName: 'http.internal', port: 8080, protocol: 'http', containerName: 'app', containerPort: 8080 },
    ])
    expect(endpointsOf({ clientAliases: [] })).toEqual(endpointsOf())
  })

  test('has its alias’ port, and its alias’ name where that has one', () => {
    const [named] = endpointsOf({
      discoveryName: 'web',
      clientAliases: [{ port: 80, dnsName: 'Shop' }],
      timeout: { idleTimeoutSeconds: 1 },
    })
    expect(named).toMatchObject({
      discoveryName: 'web',
      dnsName: 'shop',
      port: 80,
      containerPort: 8080,
      timeout: { idleTimeoutSeconds: 1 },
    })
    expect(endpointsOf({ discoveryName: 'web', clientAliases: [{ port: 80 }] })[0]?.dnsName).toBe('web.internal')
  })

  test('speaks TCP where its port names no protocol', () => {
    expect(endpointsOf({}, { name: 'http', containerPort: 6379 })[0]?.protocol).toBe('tcp')
    expect(endpointsOf({}, mapping({ appProtocol: 'grpc' }))[0]?.protocol).toBe('grpc')
  })

  test('knows tests by a header that its alias names', () => {
    const testHeader = (value?: { exact: string }) =>
      endpointsOf({
        clientAliases: [{ port: 80, testTrafficRules: { header: { name: 'X-Test', ...(value === undefined ? {} : { value }) } } }],
      })[0]?.testHeader
    expect(testHeader({ exact: 'v2' })).toEqual({ name: 'X-Test', value: 'v2' })
    expect(testHeader()).toEqual({ name: 'X-Test' })
  })

  test('is none where the task definition has no port of the name', () => {
    expect(endpointsOf({ portName: 'grpc' })).toEqual([])
  })
})

test.each([
  ['web', true],
  ['web.internal', true],
  ['0a-b.c', true],
  ['web_1', false],
  ['-web', false],
  ['.web', false],
  ['web.', false],
])('%s can be in a hosts file: %p', (name, can) => {
  expect(isHostName(name)).toBe(can)
})
