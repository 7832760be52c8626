import { afterAll, afterEach, beforeEach, expect, test } from 'bun:test'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type RequestListener, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { FakeClock } from '../../test/support/fake-clock.ts'
import { until } from '../../test/support/until.ts'
import { createLog } from '../log.ts'
import { ControlPlane } from './control-plane.ts'
import type { AgentEvent } from './protocol.ts'

const folder = mkdtempSync(join(tmpdir(), 'kecs-control-plane-'))
const tokenFile = join(folder, 'token')
writeFileSync(tokenFile, 'token')
let abort = new AbortController()
let server: Server | undefined
beforeEach(() => {
  abort = new AbortController()
})
afterEach(() => {
  abort.abort()
  server?.closeAllConnections()
  server?.close()
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const heardOf = async (clock: FakeClock, answer: RequestListener, away: { byAddress?: string } = {}): Promise<readonly AgentEvent[]> => {
  const listening = (server = createServer(answer)).listen(0, '127.0.0.1')
  await until('it listens', () => listening.listening)
  const address = listening.address()
  const port = typeof address === 'object' ? address?.port : undefined
  const heard: AgentEvent[] = []
  const byAddress = away.byAddress === undefined ? {} : { controlPlaneAddressUrl: away.byAddress }
  const config = { controlPlaneUrl: `http://127.0.0.1:${port}`, ...byAddress, node: 'node', tokenFile }
  void new ControlPlane({ config, clock, log: createLog({ logLevel: 'error' }) }).follow(event => heard.push(event), abort.signal)
  return heard
}

test('a connection that somebody else answers is not used again, and one that nobody answers is given up', async () => {
  const clock = new FakeClock()
  const wrong = new Set<unknown>()
  const heard = await heardOf(clock, ({ socket }, response) => {
    // The first connection ends at a gateway, the second nowhere, the third at the control plane.
    if (wrong.size === 0 || wrong.has(socket)) return void response.writeHead(404).end(void wrong.add(socket))
    if (wrong.size === 1) return void wrong.add(socket)
    response.write(`${JSON.stringify({ is: 'listed', tasks: [] })}\n`)
  })
  await until('the gateway answered', async () => {
    await clock.advance(100)
    return wrong.size === 2
  })
  await clock.advance(5_000)
  await until('it is told', async () => {
    await clock.advance(200)
    return heard.length > 0
  })
  expect(heard).toEqual([{ is: 'listed', tasks: [] }])
})

test('an address at which nobody answers is given up for the name at times', async () => {
  const clock = new FakeClock()
  const silent = createServer(() => {}).listen(0, '127.0.0.1')
  try {
    await until('it listens', () => silent.listening)
    const address = silent.address()
    const byAddress = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
    let asked = 0
    silent.on('request', () => asked++)
    const answer: RequestListener = (_, response) => void response.write(`${JSON.stringify({ is: 'listed', tasks: [] })}\n`)
    const heard = await heardOf(clock, answer, { byAddress })
    await until('it is told', async () => {
      await clock.advance(100)
      return heard.length > 0
    })
    // Fewer where this machine is slower than that clock.
    expect(asked).toBeGreaterThan(0)
    expect(asked).toBeLessThanOrEqual(4)
  } finally {
    silent.closeAllConnections()
    silent.close()
  }
})
