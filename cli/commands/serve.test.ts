import { describe, expect, test } from 'bun:test'
import { serveConfig } from './serve.ts'

const none = {
  name: undefined,
  port: undefined,
  adminPort: undefined,
  bind: undefined,
  data: undefined,
  backend: undefined,
  runtime: undefined,
  publish: undefined,
  auth: undefined,
  keys: undefined,
  allowReset: undefined,
  unknownRoles: undefined,
  logLevel: undefined,
}

describe('the configuration of serve', () => {
  test('what becomes of unknown roles', () => {
    expect(serveConfig(none, { KECS_UNKNOWN_ROLES: 'accept' }, '/home').unknownRoles).toBe('accept')
    expect(serveConfig({ ...none, unknownRoles: 'refuse' }, { KECS_UNKNOWN_ROLES: 'accept' }, '/home').unknownRoles).toBe('refuse')
    expect(() => serveConfig(none, { KECS_UNKNOWN_ROLES: 'maybe' }, '/home')).toThrow('--unknown-roles maybe is not one of refuse, accept.')
  })

  test('alone on a machine', () => {
    expect(serveConfig(none, {}, '/home/.kecs')).toEqual({
      dataDir: '/home/.kecs/kecs/serve',
      host: '127.0.0.1',
      apiPort: 4566,
      adminPort: 8081,
      runtime: 'simulated',
      instance: 'kecs',
      logLevel: 'info',
    })
  })

  test('a free port for the API is one for the admin port too, unless that is given', () => {
    expect(serveConfig({ ...none, port: 0 }, {}, '/home')).toMatchObject({ apiPort: 0, adminPort: 0 })
    expect(serveConfig({ ...none, port: 0, adminPort: 8081 }, {}, '/home')).toMatchObject({ apiPort: 0, adminPort: 8081 })
    expect(serveConfig({ ...none, port: 4000 }, {}, '/home')).toMatchObject({ apiPort: 4000, adminPort: 8081 })
  })

  test('in the cluster, where the manifests set the environment', () => {
    const env = {
      KECS_CONTAINER_MODE: 'true',
      KECS_DATA_DIR: '/data',
      KECS_INSTANCE: 'staging',
      KECS_BACKEND_URL: 'http://localstack.kecs-system:4566',
      KECS_PUBLISHED_PORTS: '9000-9019',
      KECS_ALLOW_RESET: 'true',
    }
    expect(serveConfig(none, env, '/tmp/.kecs')).toEqual({
      dataDir: '/data',
      host: '0.0.0.0',
      apiPort: 8080,
      adminPort: 8081,
      runtime: 'kubernetes',
      backendUrl: 'http://localstack.kecs-system:4566',
      endpointForTasks: 'http://localhost.localstack.cloud:4566',
      instance: 'staging',
      publishedPorts: { first: 9000, last: 9019 },
      allowReset: true,
      logLevel: 'info',
    })
    expect(serveConfig(none, { ...env, KECS_BACKEND_URL: '', KECS_PUBLISHED_PORTS: '' }, '/tmp')).not.toContainAnyKeys([
      'backendUrl',
      'publishedPorts',
    ])
  })

  test('flags go before the environment', () => {
    const flags = {
      ...none,
      data: '/elsewhere',
      port: 0,
      adminPort: 0,
      bind: '0.0.0.0',
      backend: 'http://127.0.0.1:4510/',
      allowReset: true,
      logLevel: 'debug',
    }
    expect(serveConfig(flags, { KECS_DATA_DIR: '/data', KECS_LOG_LEVEL: 'error' }, '/home')).toMatchObject({
      dataDir: '/elsewhere',
      host: '0.0.0.0',
      apiPort: 0,
      adminPort: 0,
      backendUrl: 'http://127.0.0.1:4510',
      allowReset: true,
      logLevel: 'debug',
    })
  })

  test('strict takes keys from a file or the environment, and never goes without', () => {
    const key = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret', account: '123456789012' }
    const env = { KECS_AUTH: 'strict', KECS_KEYS: 'AKIDEXAMPLE secret 123456789012' }
    expect(serveConfig(none, env, '/home').keys).toEqual([key])
    expect(serveConfig({ ...none, auth: 'strict', keys: [key] }, {}, '/home').keys).toEqual([key])
    expect(serveConfig({ ...none, auth: 'open' }, env, '/home').keys).toBeUndefined()
    expect(() => serveConfig({ ...none, auth: 'strict' }, {}, '/home')).toThrow('needs keys')
    expect(() => serveConfig({ ...none, keys: [key] }, {}, '/home')).toThrow('--keys is for --auth strict')
    expect(() => serveConfig({ ...none, auth: 'strict' }, { KECS_KEYS: 'AKIDEXAMPLE' }, '/home')).toThrow('KECS_KEYS, line 1: a key is')
  })

  test.each([
    [{ auth: 'lax' }, '--auth: lax is not one of'],
    [{ runtime: 'kubernetes' }, 'only as kecs up starts it'],
    [{ runtime: 'docker' }, '--runtime docker is not one of'],
    [{ backend: 'localstack' }, 'is not an address'],
    [{ logLevel: 'loud' }, '--log-level loud is not one of'],
    [{ publish: '9000' }, 'is not a range of ports'],
  ])('%j is refused', (flags, why) => {
    expect(() => serveConfig({ ...none, ...flags }, {}, '/home')).toThrow(why)
  })
})
