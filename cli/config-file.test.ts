import { expect, test } from 'bun:test'
import { environmentSettings, parseConfig } from './config-file.ts'

const refused = async (text: string) => {
  try {
    await parseConfig(text, 'kecs.yaml')
  } catch (error) {
    return error
  }
  throw new Error('not refused')
}

test('every setting is read', async () => {
  const text = `driver: kind
image: my/kecs:1 # ours
backend: none
port: 4000
api-port: 6551
context: mine
bind: 0.0.0.0
publish: 9100-9119
listeners: 9200-9219
auth: strict
keys: keys.txt
allow-reset: true
unknown-roles: accept
load: [my-app:dev, other:1]
fixtures: ./fixtures
prepare: [./roles.sh]
init:
  - ./seed.sh
`
  expect(await parseConfig(text, '/home/you/app/kecs.yaml')).toEqual({
    driver: 'kind',
    image: 'my/kecs:1',
    backend: 'none',
    port: 4000,
    apiPort: 6551,
    context: 'mine',
    bind: '0.0.0.0',
    publish: { first: 9100, last: 9119 },
    listeners: { first: 9200, last: 9219 },
    auth: 'strict',
    keys: '/home/you/app/keys.txt',
    allowReset: true,
    unknownRoles: 'accept',
    load: ['my-app:dev', 'other:1'],
    fixtures: '/home/you/app/fixtures',
    prepare: ['./roles.sh'],
    init: ['./seed.sh'],
  })
})

test('an empty file sets nothing', async () => {
  expect(await parseConfig('', 'kecs.yaml')).toEqual({})
  expect(await parseConfig('# nothing\n', 'kecs.yaml')).toEqual({})
})

test('each wrong line is named', async () => {
  const text = `# settings
driver: minikube
port: 4566.5

publsh: 9000-9019
publish: 9000
image: [a]
`
  expect(await refused(text)).toMatchObject({
    message: 'kecs.yaml cannot be used.',
    exitCode: 2,
    details: [
      'line 2: driver is one of k3d, kind, context, simulated',
      'line 3: port is a number from 1 to 65535',
      'line 5: there is no setting "publsh"; did you mean publish?',
      'line 6: publish 9000 is not a range of ports.',
      'line 7: image is a text',
    ],
  })
})

test('what is not YAML, or no settings, is refused with its line', async () => {
  expect(await refused('driver: [kind\n')).toMatchObject({ details: expect.arrayContaining([expect.stringMatching(/^line [12]: /)]) })
  expect(await refused('- a\n')).toMatchObject({ details: ['line 1: it is not a list of settings'] })
  expect(await refused('port: 1\nport: 2\n')).toMatchObject({ details: expect.arrayContaining([expect.stringContaining('line 2')]) })
})

test('every setting of the file can be an environment variable, but what is declared beside', () => {
  const env = {
    KECS_DRIVER: 'kind',
    KECS_PORT: '4000',
    KECS_API_PORT: '6551',
    KECS_PUBLISH: '9100-9119',
    KECS_LISTENERS: '9200-9219',
    KECS_BACKEND: 'none',
    KECS_LEGACY: 'true',
    KECS_ALLOW_RESET: 'false',
    KECS_AUTH: 'strict',
    KECS_KEYS_FILE: 'keys.txt',
    KECS_IMAGE: '',
    KECS_LOAD: 'my-app:dev',
    KECS_KEYS: 'AKID secret',
  }
  expect(environmentSettings(env, '/home/you/app')).toEqual({
    driver: 'kind',
    port: 4000,
    apiPort: 6551,
    publish: { first: 9100, last: 9119 },
    listeners: { first: 9200, last: 9219 },
    backend: 'none',
    legacy: true,
    allowReset: false,
    auth: 'strict',
    keys: '/home/you/app/keys.txt',
  })
})

test('each wrong variable is named', () => {
  expect(() => environmentSettings({ KECS_PORT: 'no', KECS_LEGACY: 'yes', KECS_BIND: '127.0.0.1' }, '/')).toThrow(
    expect.objectContaining({
      exitCode: 2,
      details: ['KECS_PORT=no: port is a number from 1 to 65535', 'KECS_LEGACY=yes: legacy is true or false'],
    }),
  )
})
