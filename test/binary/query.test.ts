import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import { type Home, makeHome, unusedPort } from '../support/program.ts'
import { until } from '../support/until.ts'

// The state as a user asks it, on a simulated instance.

setDefaultTimeout(120_000)

let home: Home
let door: number

const call = async (operation: string, body: object): Promise<void> => {
  const response = await fetch(`http://127.0.0.1:${door}`, {
    method: 'POST',
    headers: { 'x-amz-target': `AmazonEC2ContainerServiceV20141113.${operation}`, 'content-type': 'application/x-amz-json-1.1' },
    body: JSON.stringify(body),
  })
  expect(response.status).toBe(200)
}

beforeAll(async () => {
  home = makeHome()
  door = await unusedPort()
  expect((await home.run(['up', '--driver', 'simulated', '--port', String(door)])).code).toBe(0)
  await call('CreateCluster', { clusterName: 'asked' })
  await call('RegisterTaskDefinition', {
    family: 'job',
    containerDefinitions: [{ name: 'a', image: 'busybox', memory: 64, command: ['true'] }],
  })
  await call('RunTask', { cluster: 'asked', taskDefinition: 'job' })
})
afterAll(() => home.remove())

test('tasks by their end, as a table, as CSV and as JSON', async () => {
  const sql = 'SELECT last_status, stop_code, count(*) AS tasks FROM tasks GROUP BY ALL'
  await until('the task to stop', async () => (await home.run(['query', sql, '--format', 'csv'])).stdout.includes('STOPPED'))
  expect((await home.run(['query', sql])).stdout).toBe(
    [
      'last_status  stop_code                 tasks',
      '-----------  ------------------------  -----',
      'STOPPED      EssentialContainerExited      1',
      '',
    ].join('\n'),
  )
  expect((await home.run(['query', sql, '--format', 'csv'])).stdout).toBe(
    'last_status,stop_code,tasks\nSTOPPED,EssentialContainerExited,1\n',
  )
  expect(JSON.parse((await home.run(['query', sql, '--json'])).stdout)).toEqual([
    { last_status: 'STOPPED', stop_code: 'EssentialContainerExited', tasks: 1 },
  ])
})

test('what cannot be run says why, and nothing is changed', async () => {
  const wrong = await home.run(['query', 'DELETE FROM kecs.revisions'])
  expect(wrong.code).toBe(1)
  expect(wrong.stderr).toContain('Only statements that read are run')
  expect((await home.run(['query', 'SELECT 1', '--at', 'soon'])).code).toBe(2)
  expect((await home.run(['query', 'SELECT 1', '--at', '24h'])).stderr).toContain('history begins at')
  expect((await home.run(['query', 'SELECT name FROM clusters', '--format', 'csv'])).stdout).toBe('name\nasked\n')
})

test('history shows what each change changed', async () => {
  const { code, stdout } = await home.run(['history', 'asked', '--json'])
  expect(code).toBe(0)
  expect(JSON.parse(stdout)[0]).toMatchObject({ table: 'ecs_clusters', change: 'first' })
  const [task] = JSON.parse((await home.run(['query', 'SELECT id FROM tasks', '--json'])).stdout)
  const steps = (await home.run(['history', task.id])).stdout
  expect(steps).toContain('task.desiredStatus: "RUNNING" → "STOPPED"')
  expect(steps).toContain('task.stopCode: (none) → "EssentialContainerExited"')
  const nothing = await home.run(['history', 'nobody'])
  expect(nothing.code).toBe(1)
  expect(nothing.stderr).toContain('Nothing is known of nobody.')
})

test('the calls that were answered, with those that were refused', async () => {
  await fetch(`http://127.0.0.1:${door}`, {
    method: 'POST',
    headers: { 'x-amz-target': 'AmazonEC2ContainerServiceV20141113.RunTask', 'content-type': 'application/x-amz-json-1.1' },
    body: JSON.stringify({ cluster: 'nowhere', taskDefinition: 'job' }),
  })
  const { stdout } = await home.run(['events'])
  expect(stdout).toMatch(/ecs CreateCluster +200/)
  const refused = (await home.run(['events', '--errors', '--json'])).stdout
    .trim()
    .split('\n')
    .map(line => JSON.parse(line))
  expect(refused).toEqual([expect.objectContaining({ eventName: 'RunTask', errorCode: 'ClusterNotFoundException' })])

  const { child, ended } = home.start(['events', '-f', '--tail', '0', '--operation', 'createcluster'])
  let seen = ''
  child.stdout?.on('data', text => (seen += String(text)))
  await until('a call that comes', async () => {
    await call('CreateCluster', { clusterName: 'later' })
    return seen.includes('CreateCluster')
  })
  child.kill('SIGINT')
  expect((await ended).code).toBe(0)
})

test('without a running instance it says what to do', async () => {
  const { code, stderr } = await home.run(['query', 'SELECT 1', '--name', 'other'])
  expect(code).toBe(1)
  expect(stderr).toContain('kecs up --name other')
})

test('what is wrong with a query is said in a sentence, with what there is', async () => {
  const column = await home.run(['query', 'SELECT nam FROM clusters'])
  expect(column.code).toBe(1)
  expect(column.stderr).toContain('The query cannot be run: Referenced column "nam" not found')
  expect(column.stderr).not.toMatch(/Binder|LINE 1/)
  expect(column.stderr).toContain("kecs query 'DESCRIBE tasks'")
  const syntax = await home.run(['query', 'SELEC 1'])
  expect(syntax.stderr).toContain('The query cannot be run: syntax error')
  expect(syntax.stderr).not.toMatch(/Parser Error|\^/)
  expect((await home.run(['query', 'DESCRIBE tasks', '--format', 'csv'])).stdout).toContain('last_status')
  const views = await home.run(['query', 'SELECT view_name FROM duckdb_views() WHERE NOT internal', '--format', 'csv'])
  expect(views.stdout).toContain('task_definitions')
})

test('the history of a name has the revisions of the task definition', async () => {
  const steps = JSON.parse((await home.run(['history', 'job', '--json'])).stdout) as readonly { key: string }[]
  expect(steps.map(({ key }) => key)).toContain('arn:aws:ecs:us-east-1:000000000000:task-definition/job:1')
})
