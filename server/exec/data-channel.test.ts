// What time decides of a channel, on a clock that a test moves; how it speaks is in test/conformance/ecs-exec.test.ts.
import { expect, test } from 'bun:test'
import { randomIds } from '../../shared/ids.ts'
import { FakeClock, settle } from '../../test/support/fake-clock.ts'
import type { CommandEnd, RunningCommand } from '../runtime/runtime.ts'
import { DataChannel } from './data-channel.ts'
import { decodeMessage, encodeMessage, type StreamMessage } from './wire/message.ts'

const minute = 60_000

/** A channel with a client that answers the handshake, and a command that the test speaks for. */
const world = ({ answersHandshake = true } = {}) => {
  const clock = new FakeClock()
  const sent: StreamMessage[] = []
  const typed: string[] = []
  let isClosed = false
  let isOver = false
  let acknowledges = true
  let inputs = 0
  let end: (end: CommandEnd) => void = () => {}
  let show: (bytes: Uint8Array) => Promise<void> = async () => {}
  const running: RunningCommand = {
    write: async bytes => void typed.push(new TextDecoder().decode(bytes)),
    resize: ({ columns, rows }) => void typed.push(`<${columns}x${rows}>`),
    ended: new Promise(resolve => (end = resolve)),
    close: () => (isClosed = true),
  }
  const receive = (type: string, payload: object | string, payloadType = 1): void =>
    channel.receive(
      encodeMessage({
        type,
        messageId: randomIds.uuid(),
        createdAt: clock.now(),
        flags: 0,
        sequenceNumber: type === 'acknowledge' ? 0 : inputs++,
        payloadType,
        payload: new TextEncoder().encode(typeof payload === 'string' ? payload : JSON.stringify(payload)),
      }),
    )
  const channel: DataChannel = new DataChannel({
    clock,
    ids: randomIds,
    sessionId: 'ecs-execute-command-0',
    clientId: 'client',
    command: '/bin/sh',
    notice: '',
    send: bytes => {
      const message = decodeMessage(bytes)
      sent.push(message)
      if (message.type !== 'output_stream_data' || !acknowledges) return
      queueMicrotask(() => {
        receive('acknowledge', { AcknowledgedMessageSequenceNumber: message.sequenceNumber })
        if (message.payloadType === 5 && answersHandshake) receive('input_stream_data', { Errors: null }, 6)
      })
    },
    onEnd: () => (isOver = true),
    start: async onOutput => {
      show = onOutput
      return running
    },
  })
  const outputs = (): string[] =>
    sent.filter(({ payloadType }) => payloadType === 1).map(({ payload }) => new TextDecoder().decode(payload))
  const closing = (): string | undefined => {
    const closed = sent.find(({ type }) => type === 'channel_closed')
    return closed === undefined ? undefined : JSON.parse(new TextDecoder().decode(closed.payload)).Output
  }
  return {
    clock,
    channel,
    sent,
    typed,
    receive,
    outputs,
    closing,
    show: (text: string) => show(new TextEncoder().encode(text)),
    end: (how: CommandEnd) => end(how),
    acknowledge: (value: boolean) => (acknowledges = value),
    get isClosed() {
      return isClosed
    },
    get isOver() {
      return isOver
    },
  }
}

test('a session that is idle for 20 minutes ends; input and output keep it', async () => {
  const on = world()
  on.channel.open()
  await on.clock.advance(19 * minute)
  on.receive('input_stream_data', 'a')
  await on.clock.advance(19 * minute)
  await on.show('b')
  await on.clock.advance(19 * minute)
  // A terminal that changes its size is no use of it.
  on.receive('input_stream_data', { cols: 80, rows: 24 }, 3)
  expect(on.typed).toEqual(['a', '<80x24>'])
  expect(on.isOver).toBe(false)
  await on.clock.advance(minute)
  expect(on.closing()).toBe('The session timed out: it was idle for 20 minutes.')
  expect([on.isClosed, on.isOver, on.clock.waiting]).toEqual([true, true, 0])
})

test('what is shown last is acknowledged before the client hears of the end', async () => {
  const on = world()
  on.channel.open()
  await settle()
  on.acknowledge(false)
  void on.show('last words')
  on.end({ exitCode: 3 })
  await settle()
  expect(on.closing()).toBeUndefined()
  const { sequenceNumber } = on.sent.find(({ payloadType }) => payloadType === 1) ?? { sequenceNumber: -1 }
  on.receive('acknowledge', { AcknowledgedMessageSequenceNumber: sequenceNumber })
  await settle()
  expect([on.closing(), on.isOver]).toEqual(['', true])
})

test('a client that does not acknowledge the end is not waited for for ever', async () => {
  const on = world()
  on.channel.open()
  await settle()
  on.acknowledge(false)
  void on.show('last words')
  on.end({ failure: 'The container has ended.' })
  await on.clock.advance(10_000)
  expect([on.closing(), on.isOver]).toEqual(['The container has ended.', true])
})

test('a slow client holds the command back', async () => {
  const on = world()
  on.channel.open()
  await settle()
  on.acknowledge(false)
  let isTaken = false
  void on.show('x'.repeat(300 * 1_024)).then(() => (isTaken = true))
  await settle()
  expect(new Set(on.sent.filter(({ payloadType }) => payloadType === 1).map(({ sequenceNumber }) => sequenceNumber)).size).toBe(256)
  expect(isTaken).toBe(false)
  on.acknowledge(true)
  for (let number = 0; number < 300; number += 1) on.receive('acknowledge', { AcknowledgedMessageSequenceNumber: number })
  await settle()
  expect(isTaken).toBe(true)
})

test('a client that answers nothing is given up', async () => {
  const silent = world({ answersHandshake: false })
  silent.channel.open()
  await silent.clock.advance(30_000)
  expect([silent.closing(), silent.isOver]).toEqual(['The client did not answer the handshake.', true])
  const hung = world()
  hung.channel.open()
  await settle()
  hung.acknowledge(false)
  await hung.show('anybody there?')
  await hung.clock.advance(5 * minute)
  expect([hung.isOver, hung.isClosed, hung.clock.waiting]).toEqual([true, true, 0])
})

test('a client that hangs up ends the command', async () => {
  const on = world()
  on.channel.open()
  await settle()
  on.channel.disconnected()
  expect([on.isClosed, on.isOver, on.clock.waiting]).toEqual([true, true, 0])
})

test('what is typed before the command runs reaches it', async () => {
  const on = world({ answersHandshake: false })
  on.channel.open()
  on.receive('input_stream_data', { Errors: null }, 6)
  on.receive('input_stream_data', 'early')
  await settle()
  expect(on.typed).toEqual(['early'])
})
