import { describe, expect, test } from 'bun:test'
import { createHash } from 'node:crypto'
import * as fc from 'fast-check'
import { Chunks } from './chunks.ts'
import { InOrder } from './in-order.ts'
import { decodeMessage, encodeMessage, MalformedMessage, type StreamMessage } from './message.ts'
import { asksToTerminate, readAcknowledgement, readHandshakeErrors, readSize, readToken } from './payloads.ts'
import { Unacknowledged } from './unacknowledged.ts'

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)

describe('frames', () => {
  const message: StreamMessage = {
    type: 'output_stream_data',
    sequenceNumber: 7,
    flags: 3,
    messageId: '00112233-4455-6677-8899-aabbccddeeff',
    createdAt: 1_700_000_000_123,
    payloadType: 1,
    payload: bytesOf('hi'),
  }

  test('lie on the wire as the plugin reads them', () => {
    const frame = Buffer.from(encodeMessage(message))
    expect(frame.readUInt32BE(0)).toBe(116)
    expect(frame.toString('latin1', 4, 36)).toBe('output_stream_data'.padEnd(32))
    expect(frame.readUInt32BE(36)).toBe(1)
    expect(frame.readBigUInt64BE(40)).toBe(1_700_000_000_123n)
    expect(frame.readBigInt64BE(48)).toBe(7n)
    expect(frame.readBigUInt64BE(56)).toBe(3n)
    // The id's second half comes first.
    expect(frame.toString('hex', 64, 80)).toBe('8899aabbccddeeff0011223344556677')
    expect(frame.toString('hex', 80, 112)).toBe(createHash('sha256').update('hi').digest('hex'))
    expect(frame.readUInt32BE(112)).toBe(1)
    expect(frame.readUInt32BE(116)).toBe(2)
    expect(frame.toString('latin1', 120)).toBe('hi')
  })

  test('come out as they went in', () => {
    fc.assert(
      fc.property(
        fc.record({
          type: fc.constantFrom('input_stream_data', 'acknowledge', 'channel_closed'),
          sequenceNumber: fc.nat(),
          flags: fc.nat(),
          messageId: fc.uuid(),
          createdAt: fc.nat(),
          payloadType: fc.nat(),
          payload: fc.uint8Array({ maxLength: 2_000 }),
        }),
        given => expect(decodeMessage(encodeMessage(given))).toEqual(given),
      ),
    )
  })

  test('that are cut, changed or no frames at all are refused, and nothing else is thrown', () => {
    const frame = encodeMessage(message)
    fc.assert(
      fc.property(fc.nat({ max: frame.length - 1 }), length =>
        expect(() => decodeMessage(frame.subarray(0, length))).toThrow(MalformedMessage),
      ),
    )
    const changed = frame.slice()
    changed[121] = 0
    expect(() => decodeMessage(changed)).toThrow('digest')
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), noise => {
        try {
          decodeMessage(noise)
        } catch (error) {
          expect(error).toBeInstanceOf(MalformedMessage)
        }
      }),
    )
  })
})

test('payloads that are nonsense say nothing', () => {
  fc.assert(
    fc.property(fc.oneof(fc.json(), fc.string()), text => {
      const bytes = bytesOf(text)
      const size = readSize(bytes)
      expect(size === undefined || size.columns > 0).toBe(true)
      readToken(text)
      readAcknowledgement(bytes)
      readHandshakeErrors(bytes)
    }),
  )
  expect(readSize(bytesOf('{"cols":80,"rows":24}'))).toEqual({ columns: 80, rows: 24 })
  expect(readSize(bytesOf('{"cols":0,"rows":24}'))).toBeUndefined()
  expect(readHandshakeErrors(bytesOf('{"Errors":null}'))).toEqual([])
  expect(asksToTerminate(Uint8Array.of(0, 0, 0, 2))).toBe(true)
  expect(asksToTerminate(Uint8Array.of(0, 0, 0, 1))).toBe(false)
})

test('whatever is lost, repeated and swapped comes out once each and in order', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 60 }),
      fc.integer({ min: 1, max: 10 }),
      fc.infiniteStream(fc.record({ pick: fc.nat(), fate: fc.constantFrom('arrives', 'lost', 'twice', 'unheard', 'full') })),
      (count, window, fates) => {
        const sent = new Unacknowledged(window)
        const received = new InOrder<number>()
        const delivered: number[] = []
        const underway: number[] = []
        let now = 0
        const arrive = (number: number, isFull: boolean, isHeard: boolean): void => {
          const { ready, isAcknowledged } = received.accept(number, number, isFull)
          delivered.push(...ready)
          if (isAcknowledged && isHeard) sent.acknowledge(number, now)
        }
        for (let step = 0; delivered.length < count || !sent.isEmpty; step += 1) {
          if (step > 20_000) throw new Error('it does not come to an end')
          now += 50
          while (sent.hasRoom && sent.next < count) {
            underway.push(sent.next)
            sent.add(Uint8Array.of(sent.next), now)
          }
          const again = sent.again(now)
          if (again?.[0] !== undefined) underway.push(again[0])
          const { pick, fate } = fates.next().value
          const [number] = underway.splice(pick % Math.max(1, underway.length), 1)
          if (number === undefined || fate === 'lost') continue
          // After enough bad luck all goes well, as retries count on.
          arrive(number, fate === 'full' && step < 500, fate !== 'unheard' || step > 500)
          if (fate === 'twice') arrive(number, false, true)
        }
        expect(delivered).toEqual(Array.from({ length: count }, (_, index) => index))
      },
    ),
    { numRuns: 200 },
  )
})

test('the oldest frame is sent again after 200 ms to 1 s', () => {
  const sent = new Unacknowledged(4)
  const [first, second] = [Uint8Array.of(1), Uint8Array.of(2)]
  sent.add(first, 0)
  sent.add(second, 50)
  expect(sent.again(199)).toBeUndefined()
  expect(sent.again(200)).toBe(first)
  expect(sent.again(399)).toBeUndefined()
  sent.acknowledge(0, 399)
  expect(sent.waitingSince).toBe(50)
  expect(sent.again(400)).toBe(second)
  expect([sent.hasRoom, sent.isEmpty, sent.next]).toEqual([true, false, 2])
})

describe('output', () => {
  test('is whole, in frames of at most 1 KiB that cut no character', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1, maxLength: 3_000 }), fc.array(fc.nat({ max: 700 })), (text, cuts) => {
        const chunks = new Chunks()
        const bytes = bytesOf(text)
        const out: Uint8Array[] = []
        let from = 0
        for (const cut of [...cuts, bytes.length]) {
          out.push(...chunks.take(bytes.subarray(from, from + cut)))
          from += cut
        }
        expect(chunks.end()).toEqual([])
        expect(out.every(chunk => chunk.length > 0 && chunk.length <= 1_024)).toBe(true)
        expect(out.map(chunk => new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(chunk)).join('')).toBe(text)
      }),
      { numRuns: 30 },
    )
  })

  test('that is no text goes through as it is', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 3_000 })), parts => {
        const chunks = new Chunks()
        const out = [...parts.flatMap(part => chunks.take(part)), ...chunks.end()]
        expect(Buffer.concat(out).equals(Buffer.concat(parts))).toBe(true)
      }),
    )
  })
})
