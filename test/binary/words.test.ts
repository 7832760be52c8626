import { afterAll, expect, setDefaultTimeout, test } from 'bun:test'
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { writeInstance } from '../../cli/instance.ts'
import { kecsCommand, makeHome } from '../support/program.ts'

// What kecs says to words that it does and does not know; nothing is started.

setDefaultTimeout(60_000)

const home = makeHome()
afterAll(() => home.remove())

test('version', async () => {
  expect((await home.run(['version'])).stdout).toMatch(/^kecs \d+\.\d+\.\d+/)
  expect((await home.run(['--version'])).stdout).toMatch(/^kecs \d+\.\d+\.\d+/)
  expect(JSON.parse((await home.run(['version', '--json'])).stdout)).toMatchObject({ platform: `${process.platform}-${process.arch}` })
})

test('the manifests of an instance with its control plane on this machine have no pod of it, but where it is', async () => {
  const folder = join(home.path, 'outside')
  const legacy = { ports: { first: 9200, last: 9204 } }
  const ports = { port: 4866, apiPort: 6866, publishedPorts: { first: 9300, last: 9301 }, listenerPorts: { first: 9302, last: 9303 } }
  const rest = { bind: '127.0.0.1', backend: 'none', image: 'kecs:test', version: '0.1.0' }
  await writeInstance({ name: 'outside', driver: 'kind', folder, dataDir: join(folder, 'data'), legacy, ...ports, ...rest })
  const { stdout } = await home.run(['manifests', '--name', 'outside', '--json'])
  const { items } = JSON.parse(stdout) as {
    items: readonly { kind: string; metadata: { name: string }; ports?: readonly { port: number }[] }[]
  }
  expect(items.filter(({ kind }) => kind === 'Deployment').map(({ metadata }) => metadata.name)).toEqual(['traefik', 'registry'])
  const [slice] = items.filter(({ kind }) => kind === 'EndpointSlice')
  expect(slice?.ports?.map(({ port }) => port)).toEqual([9200, 9201, 9202, 9203, 9204, 9204])
})

test('every command has help with its flags and examples', async () => {
  const root = await home.run(['--help'])
  expect(root.code).toBe(0)
  const commands = [...root.stdout.matchAll(/^ {2}([a-z]+(?: load)?) {2,}/gm)].map(([, name]) => name!.split(' '))
  expect(commands.length).toBeGreaterThan(12)
  for (const command of commands.filter(([name]) => name !== 'aws')) {
    const help = await home.run([...command, '--help'])
    expect(help.code).toBe(0)
    expect(help.stdout).toContain(`Usage  kecs ${command.join(' ')}`)
    const words = [...help.stdout.matchAll(/^ {2}([a-z]+) {2,}/gm)].map(([, word]) => word ?? '')
    if (!help.stdout.includes('COMMAND --help')) words.splice(0, words.length, '')
    for (const word of words) {
      const { stdout } = word === '' ? help : await home.run([...command, word, '--help'])
      if (command[0] !== 'agent') expect(stdout).toContain('Examples')
    }
  }
})

test.each([
  [['upp'], 'Did you mean: kecs up'],
  [['frobnicate'], 'There is no command "frobnicate"'],
  [['--name', 'x', 'up'], 'Flags go after the command'],
  [['up', '--drivr', 'kind'], 'Did you mean --driver?'],
  [['up', '--driver'], '--driver needs a value'],
  [['up', '--driver', '--json'], '--driver needs a value'],
  [['down', '--yes=no'], '--yes takes no value but true or false, not no'],
  [['up', '--no-allow-reset=yes'], '--no-allow-reset takes no value but true or false'],
  [['up', '--driver', 'minikube'], 'there is no driver "minikube"'],
  [['up', '--port', '70000'], 'not a number from 1 to 65535'],
  [['up', '--publish', '9000'], 'Write it as FIRST-LAST'],
  [['up', '--name', 'Not_A_Name'], 'cannot name an instance'],
  [['up', '--timeout', 'soon'], 'not a length of time'],
  [['up', 'now'], 'does not take "now"'],
  [['image'], 'needs another word'],
  [['image', 'save'], 'There is no command "image save"'],
  [['image', 'load'], 'needs IMAGE'],
  [['logs', 'trafik'], 'Did you mean: kecs logs traefik'],
  [['env', '--shell', 'cmd'], 'knows no shell "cmd"'],
  [['completion'], 'needs a shell'],
  [['serve', '--runtime', 'kubernetes'], 'only as kecs up starts it'],
  [['serve', '--log-level', 'loud'], '--log-level loud is not one of debug, info, warn, error'],
  [['query', 'SELECT 1', '--format=xml'], '--format xml is not one of table, json, csv'],
  [['query', 'SELECT 1', '--json', '--format', 'csv'], 'ask for two things'],
])('%j is used wrongly: exit code 2 and what to do', async (args, text) => {
  const refused = await home.run(args)
  expect(refused.stderr).toContain(text)
  expect(refused.code).toBe(2)
  expect(refused.stdout).toBe('')
})

test('what is about an instance takes the flags that scripts give to all such commands', async () => {
  for (const command of ['up', 'down', 'stop', 'start', 'status', 'env', 'logs', 'image load', 'kubeconfig', 'manifests']) {
    const { stdout } = await home.run([...command.split(' '), '--help'])
    for (const flag of ['--name NAME', '--json', '--quiet', '--timeout TIME']) expect(`${command}: ${stdout}`).toContain(flag)
  }
})

test('an instance that is not there: exit code 1 and how to make it', async () => {
  for (const command of ['status', 'stop', 'start', 'env', 'logs', 'kubeconfig']) {
    const refused = await home.run([command])
    expect(refused.code).toBe(1)
    expect(refused.stderr).toContain('There is no instance kecs.')
    expect(refused.stderr).toContain('Make it with: kecs up')
  }
})

test('the agent says where it runs', async () => {
  const refused = await home.run(['agent'])
  expect(refused.code).toBe(2)
  expect(refused.stderr).toContain('runs inside the cluster')
})

test.skipIf(process.platform !== 'linux')('output that finds no room is a failure', () => {
  const { status, stderr } = spawnSync('sh', ['-c', '"$@" >/dev/full', 'sh', ...kecsCommand, 'version'], { encoding: 'utf8' })
  expect(stderr).toContain('The output could not be written')
  expect(status).toBe(1)
})

test('a reader that has gone is none', () => {
  const { status, stderr } = spawnSync('bash', ['-c', '"$@" --help | true; exit ${PIPESTATUS[0]}', 'bash', ...kecsCommand], {
    encoding: 'utf8',
  })
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
})
