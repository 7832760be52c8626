import { afterAll, afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { type Home, makeHome, unusedPort } from '../support/program.ts'
import { until } from '../support/until.ts'

// A simulated instance from its first up to its last down, as a user drives it.

// Each test starts the program many times, on machines that are busy with other tests.
setDefaultTimeout(120_000)

let home: Home
let door: number
const homes: Home[] = []

beforeEach(async () => {
  home = makeHome()
  homes.push(home)
  door = await unusedPort()
})

afterEach(async () => {
  await home.remove()
})

afterAll(() => {
  for (const each of homes) expect(existsSync(each.path)).toBe(false)
})

const up = (...args: string[]) => home.run(['up', '--driver', 'simulated', '--port', String(door), '--json', ...args])
const json = ({ stdout }: { stdout: string }) => JSON.parse(stdout)
const health = async (port = door) => (await fetch(`http://127.0.0.1:${port}/_kecs/health`)).json()
const pidOf = () => JSON.parse(readFileSync(join(home.path, 'kecs', 'process.json'), 'utf8')).pid as number

describe('a simulated instance', () => {
  test('goes up, answers, stops, starts with its state, and goes down', async () => {
    const first = await up()
    expect(first.stderr).toContain('Control plane, with simulated tasks')
    expect(json(first)).toMatchObject({ name: 'kecs', state: 'ready', driver: 'simulated', simulated: true, region: 'us-east-1' })
    expect(json(first).endpoint).toBe(`http://127.0.0.1:${door}`)
    expect(await health()).toMatchObject({ instance: 'kecs', simulated: true })

    const made = await fetch(`http://127.0.0.1:${door}`, {
      method: 'POST',
      headers: { 'x-amz-target': 'AmazonEC2ContainerServiceV20141113.CreateCluster', 'content-type': 'application/x-amz-json-1.1' },
      body: JSON.stringify({ clusterName: 'kept' }),
    })
    expect(made.status).toBe(200)

    const status = await home.run(['status', '--json'])
    expect(status.code).toBe(0)
    expect(json(status)).toMatchObject({ state: 'ready', components: [{ component: 'control-plane', state: 'ready', pid: pidOf() }] })
    expect((await home.run(['logs', '--tail', '50'])).stdout).toContain('SIMULATED')
    expect((await home.run(['reset'])).stderr).toContain('Allow it: kecs up --allow-reset.')

    expect(json(await home.run(['stop', '--json']))).toEqual({ name: 'kecs', driver: 'simulated', simulated: true, state: 'stopped' })
    const stopped = await home.run(['status', '--json'])
    expect(stopped.code).toBe(1)
    expect(json(stopped).state).toBe('stopped')
    expect((await home.run(['stop'])).stderr).toContain('already stopped')

    expect((await home.run(['start'])).code).toBe(0)
    const clusters = await fetch(`http://127.0.0.1:${door}`, {
      method: 'POST',
      headers: { 'x-amz-target': 'AmazonEC2ContainerServiceV20141113.ListClusters', 'content-type': 'application/x-amz-json-1.1' },
      body: '{}',
    })
    expect(await clusters.json()).toEqual({ clusterArns: ['arn:aws:ecs:us-east-1:000000000000:cluster/kept'] })

    expect((await home.run(['down'])).code).toBe(0)
    expect(json(await home.run(['status', '--json'])).state).toBe('absent')
    expect((await home.run(['start'])).stderr).toContain('Make it with: kecs up')
    expect(json(await home.run(['down', '--delete-data', '--yes', '--json']))).toEqual({
      name: 'kecs',
      driver: 'simulated',
      simulated: true,
      state: 'absent',
      dataDeleted: true,
    })
    expect(existsSync(join(home.path, 'kecs'))).toBe(false)
    expect((await home.run(['down'])).stderr).toContain('nothing to remove')
  })

  test('a second up changes nothing', async () => {
    await up()
    const pid = pidOf()
    const again = await home.run(['up'])
    expect(again.stderr).toContain('already running')
    expect(pidOf()).toBe(pid)
  })

  test('an up after a crash starts it again, whoever has the old pid now', async () => {
    await up()
    process.kill(pidOf(), 'SIGKILL')
    await until('the process is gone', async () => (await home.run(['status', '--json'])).stdout.includes('"stopped"'))
    writeFileSync(join(home.path, 'kecs', 'process.json'), JSON.stringify({ pid: process.pid, url: 'x', adminUrl: 'http://127.0.0.1:1' }))
    expect(json(await home.run(['status', '--json'])).state).toBe('stopped')
    const again = await home.run(['up'])
    expect(again.stderr).toContain('started again')
    expect(await health()).toMatchObject({ instance: 'kecs' })
  })

  test('a port that another program holds is named with its holder', async () => {
    const server = createServer()
    await new Promise<void>(resolve => server.listen(door, '127.0.0.1', () => resolve()))
    const refused = await up()
    server.close()
    expect(refused.code).toBe(1)
    expect(refused.stderr).toContain(`Port ${door} (the AWS endpoint) is taken by `)
    if (process.platform === 'linux') expect(refused.stderr).toContain(`(process ${process.pid})`)
    expect(refused.stderr).toContain(`--port ${door + 1}`)
    expect(existsSync(join(home.path, 'kecs'))).toBe(false)
  })

  test('two instances run side by side, each with its own ports and data', async () => {
    await up()
    const second = json(await home.run(['up', '--driver', 'simulated', '--name', 'two', '--json']))
    expect(second.endpoint).not.toBe(`http://127.0.0.1:${door}`)
    expect(await health()).toMatchObject({ instance: 'kecs' })
    expect(await (await fetch(`${second.endpoint}/_kecs/health`)).json()).toMatchObject({ instance: 'two' })
    const { otherInstances } = json(await home.run(['status', '--json', '--name', 'two']))
    expect(otherInstances).toEqual([{ name: 'kecs', driver: 'simulated', port: door }])
    const taken = await home.run(['up', '--driver', 'simulated', '--name', 'three', '--port', String(door)])
    expect(taken.code).toBe(1)
    expect(taken.stderr).toContain(`Port ${door} belongs to the instance kecs`)
    await home.run(['down', '--name', 'two'])
    expect((await home.run(['status'])).code).toBe(0)
  })

  test('of two ups at once one works and the other says so', async () => {
    const both = await Promise.all([up(), up()])
    const [winner, loser] = both[0].code === 0 ? both : [both[1], both[0]]
    expect(winner?.code).toBe(0)
    // The loser may come when the winner is done already, and then finds all there.
    if (loser?.code !== 0) expect(loser?.stderr).toContain('already at work on this instance')
    expect(await health()).toMatchObject({ instance: 'kecs' })
  })

  test('an interrupted up leaves nothing running, and the next one finishes', async () => {
    const { child, ended } = home.start(['up', '--driver', 'simulated', '--port', String(door)])
    await until('the instance is remembered', () => existsSync(join(home.path, 'kecs', 'instance.json')), { everyMs: 1 })
    child.kill('SIGINT')
    const interrupted = await ended
    // It may have been done at that moment.
    expect([0, 130]).toContain(interrupted.code)
    if (interrupted.code === 130) {
      expect(interrupted.stderr).toContain('Interrupted')
      expect(await fetch(`http://127.0.0.1:${door}`).catch(() => 'refused')).toBe('refused')
    }
    expect((await up()).code).toBe(0)
    expect(await health()).toMatchObject({ instance: 'kecs' })
  })

  test('what cannot be changed while it runs is refused', async () => {
    await up()
    const refused = await home.run(['up', '--port', String(await unusedPort())])
    expect(refused.code).toBe(2)
    expect(refused.stderr).toContain(`port is ${door}`)
    await home.run(['down'])
    const other = await unusedPort()
    expect((await home.run(['up', '--driver', 'simulated', '--port', String(other)])).code).toBe(0)
    expect(await health(other)).toMatchObject({ instance: 'kecs' })
  })

  test('has no cluster, and says so', async () => {
    await up()
    for (const args of [['kubeconfig'], ['logs', 'traefik'], ['logs', 'agent']]) {
      const refused = await home.run(args)
      expect(refused.code).toBe(1)
      expect(refused.stderr).toContain('simulated')
    }
  })

  test('needs no images, and says so to a script that loads them', async () => {
    await up()
    const loaded = await home.run(['image', 'load', 'nginx', '--json'])
    expect(json(loaded)).toEqual({ name: 'kecs', simulated: true, loaded: [], present: [] })
    expect(loaded.stderr).toContain('Nothing was loaded')
    expect(loaded.code).toBe(0)
    expect(json(await home.run(['status', '--json'])).backend).toBe('none')
  })

  test('its log is a JSON document a line for programs', async () => {
    await up()
    const { stdout } = await home.run(['logs', '--json', '--quiet'])
    const lines = stdout
      .trim()
      .split('\n')
      .map(line => JSON.parse(line))
    expect(lines.length).toBeGreaterThan(0)
    expect(Object.keys(lines[0])).toEqual(['component', 'line'])
  })
})

test('where Docker is missing a person gets simulated tasks with a notice, a build server an error', async () => {
  const onCi = await home.run(['up', '--port', String(door)], { env: { CI: 'true' } })
  expect(onCi.code).toBe(1)
  expect(onCi.stderr).toContain('Docker does not answer')
  expect(onCi.stderr).toContain('--driver simulated')
  const person = await home.run(['up', '--port', String(door), '--quiet'])
  expect(person.code).toBe(0)
  expect(person.stderr).toContain('TASKS ARE SIMULATED')
  expect(person.stderr).toContain('Install Docker')
})

test('a kecs.yaml in the folder chooses', async () => {
  await Bun.write(join(home.path, 'kecs.yaml'), `driver: simulated\nport: ${door}\n`)
  expect((await home.run(['up'], { cwd: home.path })).code).toBe(0)
  expect(await health()).toMatchObject({ instance: 'kecs' })
  await Bun.write(join(home.path, 'kecs.yaml'), `driver: simulated\n\nports: ${door}\n`)
  const refused = await home.run(['up'], { cwd: home.path })
  expect(refused.code).toBe(2)
  expect(refused.stderr).toContain('line 3: there is no setting "ports"; did you mean port?')
})
