import { afterAll, expect, setDefaultTimeout, test } from 'bun:test'
import { type ChildProcess } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { makeHome, unusedPort } from '../support/program.ts'
import { until } from '../support/until.ts'

// `kecs serve` in the foreground.

setDefaultTimeout(60_000)
const home = makeHome()
afterAll(() => home.remove())

const outputOf = (child: ChildProcess) => {
  let text = ''
  child.stderr?.on('data', (part: string) => (text += part))
  return () => text
}

test.each(['SIGINT', 'SIGTERM'] as const)('says that it is simulated, answers, and ends in order on %s', async signal => {
  const file = join(home.path, `${signal}.json`)
  const { child, ended } = home.start(
    ['serve', '--port', '0', '--admin-port', '0', '--data', join(home.path, signal), '--process-file', file],
    { cwd: '/' },
  )
  const shown = outputOf(child)
  await until('the banner', () => shown().includes('SIMULATED'), { everyMs: 20 })
  const { pid, url, adminUrl } = JSON.parse(readFileSync(file, 'utf8'))
  expect(pid).toBe(child.pid)
  expect(shown()).toContain(url)
  expect(await (await fetch(`${url}/_kecs/health`)).json()).toMatchObject({ simulated: true })
  expect((await fetch(`${adminUrl}/health`)).status).toBe(200)
  child.kill(signal)
  expect((await ended).code).toBe(0)
})

test('a port that is taken is named with its holder', async () => {
  const port = await unusedPort()
  const server = createServer()
  await new Promise<void>(resolve => server.listen(port, '127.0.0.1', () => resolve()))
  for (const flags of [
    ['--port', String(port), '--admin-port', '0'],
    ['--port', '0', '--admin-port', String(port)],
  ]) {
    const refused = await home.run(['serve', ...flags, '--data', join(home.path, 'taken')], { cwd: '/' })
    expect(refused.code).toBe(1)
    expect(refused.stderr).toContain(`Port ${port} is taken`)
    expect(refused.stderr).toContain(flags[0] === '--port' && flags[1] !== '0' ? '--port' : '--admin-port')
  }
  server.close()
})
