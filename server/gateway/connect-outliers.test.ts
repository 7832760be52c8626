import { describe, expect, test } from 'bun:test'
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire'
import { FakeClock } from '../../test/support/fake-clock.ts'
import { createLog } from '../log.ts'
import type { ProbeOutcome } from '../probing/prober.ts'
import { ConnectOutliers, failedDial } from './connect-outliers.ts'

const refused: ProbeOutcome = { is: 'failed', why: 'connect ECONNREFUSED' }

function world(serving: readonly string[]) {
  const clock = new FakeClock()
  const isServing = new Set(serving)
  const refusing = new Set<string>()
  const probed: string[] = []
  let changes = 0
  const outliers = new ConnectOutliers({
    clock,
    log: createLog({ logLevel: 'error' }, { write: () => true }),
    isServing: address => isServing.has(address),
    onChanged: () => void changes++,
    prober: {
      probe: async ({ protocol, host, port }) => {
        probed.push(`${protocol} ${host} ${port}`)
        return refusing.has(`${host}:${port}`) ? refused : { is: 'connected' }
      },
    },
  })
  return { clock, outliers, isServing, refusing, probed, changes: () => changes }
}

describe('a task that the gateway could not connect to', () => {
  test('is left out where the control plane cannot either, until it accepts connections', async () => {
    const { clock, outliers, refusing, changes } = world(['10.0.0.1:6379', '10.0.0.2:6379'])
    refusing.add('10.0.0.1:6379')
    outliers.suspect('10.0.0.1:6379')
    outliers.suspect('10.0.0.1:6379')
    await clock.advance(0)
    expect([...outliers.leftOut]).toEqual(['10.0.0.1:6379'])
    await clock.advance(60_000)
    expect([...outliers.leftOut]).toEqual(['10.0.0.1:6379'])
    expect(changes()).toBe(1)
    refusing.clear()
    await clock.advance(1_000)
    expect([...outliers.leftOut]).toEqual([])
    expect(changes()).toBe(2)
    expect(clock.waiting).toBe(0)
  })

  test('goes on where it answers the control plane, and is not asked again', async () => {
    const { clock, outliers, probed, changes } = world(['10.0.0.1:6379'])
    outliers.suspect('10.0.0.1:6379')
    await clock.advance(60_000)
    expect(probed).toEqual(['TCP 10.0.0.1 6379'])
    expect(changes()).toBe(0)
  })

  test('stays out twice as long each time that it comes and goes', async () => {
    const { clock, outliers, refusing } = world(['10.0.0.1:6379'])
    const outFor = async (): Promise<number> => {
      refusing.add('10.0.0.1:6379')
      outliers.suspect('10.0.0.1:6379')
      await clock.advance(0)
      refusing.clear()
      const from = clock.now()
      while (outliers.leftOut.size > 0) await clock.advance(1_000)
      return clock.now() - from
    }
    const times: number[] = []
    for (let each = 0; each < 7; each++) times.push(await outFor())
    expect(times).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000])
    await clock.advance(60_000)
    expect(await outFor()).toBe(1_000)
  })

  test('is forgotten once nobody serves there any more', async () => {
    const { clock, outliers, isServing, refusing } = world(['[fd00::1]:6379'])
    refusing.add('fd00::1:6379')
    outliers.suspect('[fd00::1]:6379')
    await clock.advance(0)
    expect(outliers.leftOut.size).toBe(1)
    isServing.clear()
    await clock.advance(1_000)
    expect(outliers.leftOut.size).toBe(0)
    expect(clock.waiting).toBe(0)
  })

  test('is no affair of Service Connect where no endpoint of TCP has it', async () => {
    const { clock, outliers, probed } = world([])
    outliers.suspect('10.0.0.9:80')
    await clock.advance(1_000)
    expect(probed).toEqual([])
  })

  test('is not looked at any more when the process ends', async () => {
    const { clock, outliers, refusing, probed } = world(['10.0.0.1:1'])
    refusing.add('10.0.0.1:1')
    outliers.suspect('10.0.0.1:1')
    await clock.advance(0)
    outliers.stop()
    await clock.advance(10_000)
    expect(probed).toHaveLength(1)
    outliers.suspect('10.0.0.1:1')
    await clock.advance(10_000)
    expect(probed).toHaveLength(1)
  })
})

const text = (field: number, of: string) => wrap(field, new TextEncoder().encode(of))
const wrap = (field: number, bytes: Uint8Array) => new BinaryWriter().tag(field, WireType.LengthDelimited).bytes(bytes).finish()
const joined = (...parts: readonly Uint8Array[]) => new Uint8Array(Buffer.concat(parts))
const record = (body: string, attributes: Readonly<Record<string, string>>) =>
  wrap(
    2,
    joined(
      wrap(5, text(1, body)),
      ...Object.entries(attributes).map(([key, value]) => wrap(6, joined(text(1, key), wrap(2, text(1, value))))),
    ),
  )

test('the gateway tells of it by OTLP, among whatever else it logs', async () => {
  const { clock, outliers, refusing } = world(['10.0.0.1:6379'])
  refusing.add('10.0.0.1:6379')
  const message = wrap(
    1,
    wrap(
      2,
      joined(
        record('Configuration received', { providerName: 'http' }),
        record('Error while dialing backend', { error: 'dial tcp 10.0.0.1:6379: connect: connection refused' }),
      ),
    ),
  )
  const request = { method: 'POST', body: Bun.gzipSync(Uint8Array.from(message)), headers: { 'content-encoding': 'gzip' } }
  const answer = await outliers.take(new Request('http://x/', request))
  expect(answer.status).toBe(200)
  await clock.advance(0)
  expect([...outliers.leftOut]).toEqual(['10.0.0.1:6379'])
  outliers.stop()
})

// Go's net.OpError: https://pkg.go.dev/net#OpError
test.each([
  ['dial tcp 10.0.0.1:80: connect: connection refused', '10.0.0.1:80'],
  ['dial tcp 10.0.0.1:80: i/o timeout', '10.0.0.1:80'],
  ['dial tcp [fd00::1]:80: connect: no route to host', '[fd00::1]:80'],
  ['dial tcp 10.0.0.7:5000->10.0.0.1:80: i/o timeout', '10.0.0.1:80'],
  ['readfrom tcp 10.0.0.1:80: EOF', undefined],
])('of its words %p means %p', (error, address) => {
  expect(failedDial({ body: 'Error while dialing backend', attributes: new Map([['error', error]]) })).toBe(address)
  expect(failedDial({ body: 'Error while handling TCP connection', attributes: new Map([['error', error]]) })).toBeUndefined()
})
