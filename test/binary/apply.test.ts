import { afterEach, beforeEach, expect, setDefaultTimeout, test } from 'bun:test'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type Home, makeHome, unusedPort } from '../support/program.ts'

// What kecs.yaml declares beside settings, as `kecs up` brings it about on a simulated instance.

setDefaultTimeout(120_000)

// What a script sees at the endpoint: how many ECS clusters there are.
const listClusters = 'x-amz-target: AmazonEC2ContainerServiceV20141113.ListClusters'
const countClusters = `curl -sS -H '${listClusters}' -d '{}' "$AWS_ENDPOINT_URL" | grep -o 'cluster/' | wc -l | tr -d ' '`

let home: Home
let project: string
let door: number

beforeEach(async () => {
  home = makeHome()
  door = await unusedPort()
  project = join(dirname(home.path), 'project')
  write('fixtures/clusters/demo.json', { clusterName: 'demo' })
  write('fixtures/task-definitions/web.json', { family: 'web', containerDefinitions: [{ name: 'a', image: 'nginx', memory: 64 }] })
  write('fixtures/services/web.json', { cluster: 'demo', serviceName: 'web', taskDefinition: 'web', desiredCount: 1 })
  writeFileSync(
    join(project, 'kecs.yaml'),
    `driver: simulated\nport: ${door}\nload: [my-app:dev]\nprepare: ['sh prepare.sh']\nfixtures: fixtures\ninit: ['sh seed.sh']\n`,
  )
  writeFileSync(join(project, 'prepare.sh'), `${countClusters} > prepared\n`)
  writeFileSync(join(project, 'seed.sh'), `echo "$AWS_ENDPOINT_URL $AWS_ACCESS_KEY_ID $KECS_NAME" > seeded\n${countClusters} >> seeded\n`)
})
afterEach(() => home.remove())

const write = (path: string, value: object): void => {
  mkdirSync(dirname(join(project, path)), { recursive: true })
  writeFileSync(join(project, path), JSON.stringify(value))
}
const up = (...args: string[]) => home.run(['up', ...args], { cwd: project })
const describe = async (): Promise<{ desiredCount: number; taskDefinition: string }> => {
  const response = await fetch(`http://127.0.0.1:${door}`, {
    method: 'POST',
    headers: { 'x-amz-target': 'AmazonEC2ContainerServiceV20141113.DescribeServices', 'content-type': 'application/x-amz-json-1.1' },
    body: JSON.stringify({ cluster: 'demo', services: ['web'] }),
  })
  return ((await response.json()) as { services: [{ desiredCount: number; taskDefinition: string }] }).services[0]
}

test('what is declared comes about in the order of need: what prepares, fixtures, what uses them', async () => {
  expect((await up()).code).toBe(0)
  expect(readFileSync(join(project, 'prepared'), 'utf8')).toBe('0\n')
  expect(readFileSync(join(project, 'seeded'), 'utf8')).toBe(`http://127.0.0.1:${door} test kecs\n1\n`)
})

test('fixtures are made, left alone when they are as declared, and changed when not; scripts run each time', async () => {
  const first = await up()
  expect(first.stderr).toContain('Fixtures: 3 made')
  expect(first.code).toBe(0)
  expect(await describe()).toMatchObject({ desiredCount: 1 })

  rmSync(join(project, 'seeded'))
  expect((await up()).stderr).toContain('Fixtures: 3 unchanged')
  expect(existsSync(join(project, 'seeded'))).toBe(true)

  write('fixtures/task-definitions/web.json', { family: 'web', containerDefinitions: [{ name: 'a', image: 'nginx:2', memory: 64 }] })
  write('fixtures/services/web.json', { cluster: 'demo', serviceName: 'web', taskDefinition: 'web', desiredCount: 2 })
  expect((await up()).stderr).toContain('Fixtures: 2 changed, 1 unchanged')
  expect(await describe()).toMatchObject({ desiredCount: 2, taskDefinition: expect.stringMatching(/web:2$/) })

  expect((await up('--no-apply')).stderr).not.toContain('Fixtures')
})

test('what is wrong names the file, and the instance stays up', async () => {
  write('fixtures/services/web.json', { cluster: 'nowhere', serviceName: 'web', taskDefinition: 'web' })
  const refused = await up()
  expect(refused.code).toBe(1)
  expect(refused.stderr).toContain('services/web.json was refused')
  expect(refused.stderr).toContain('ClusterNotFoundException')
  expect((await home.run(['status'])).code).toBe(0)

  writeFileSync(join(project, 'fixtures/services/web.json'), '[')
  expect((await up()).code).toBe(2)
})

test('a script that fails shows its last lines', async () => {
  writeFileSync(join(project, 'seed.sh'), 'echo no luck >&2\nexit 3\n')
  const failed = await up()
  expect(failed.code).toBe(1)
  expect(failed.stderr).toContain('sh seed.sh ended with exit code 3')
  expect(failed.stderr).toContain('no luck')
})

test('where each setting comes from', async () => {
  const show = async (env = {}) => JSON.parse((await home.run(['config', 'show', '--json'], { cwd: project, env })).stdout)
  expect(await show({ KECS_DRIVER: 'kind' })).toMatchObject({
    driver: { value: 'kind', from: 'environment' },
    port: { value: door, from: join(project, 'kecs.yaml') },
    fixtures: { value: join(project, 'fixtures') },
  })
  expect(await show({ KECS_BACKEND: 'none', KECS_PORT: '4999' })).toMatchObject({
    backend: { value: 'none', from: 'environment' },
    port: { value: 4999, from: 'environment' },
  })
  const wrongly = await home.run(['config', 'show'], { cwd: project, env: { KECS_PORT: 'no' } })
  expect(wrongly.code).toBe(2)
  expect(wrongly.stderr).toContain('KECS_PORT=no: port is a number')
  await up('--no-apply')
  expect(await show()).toMatchObject({
    driver: { value: 'simulated', from: join(project, 'kecs.yaml') },
    bind: { value: '127.0.0.1', from: 'instance kecs' },
  })
  writeFileSync(join(project, 'kecs.yaml'), 'driver: kind\nport: no\n')
  const wrong = await home.run(['config', 'show'], { cwd: project })
  expect(wrong.code).toBe(2)
  expect(wrong.stderr).toContain('line 2')
})
