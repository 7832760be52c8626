// A log router that speaks the forward protocol, at a real socket.
import { decodeMulti, ExtensionCodec } from '@msgpack/msgpack'
import { afterEach, expect, test } from 'bun:test'
import { mkdir, mkdtemp, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { until } from '../../../test/support/until.ts'
import { systemClock } from '../../../shared/clock.ts'
import { createLog } from '../../log.ts'
import { parseCriLine } from './cri-line.ts'
import { ForwardRecords, recordBatchesOf } from './forward-records.ts'
import { Routers } from './routers.ts'

const stops: (() => unknown)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0).toReversed()) await stop()
})
const log = createLog({ logLevel: 'error' }, { write: () => undefined })
const taskId = '0123456789abcdef0123456789abcdef'
const signal = AbortSignal.timeout(20_000)

const world = async () => {
  const stateDir = await mkdtemp(join(tmpdir(), 'kecs-routers-'))
  stops.push(() => rm(stateDir, { recursive: true, force: true }))
  const routers = new Routers({ clock: systemClock, log, stateDir })
  await routers.open()
  return { routers, folder: join(stateDir, 'routers') }
}

const eventTimes = new ExtensionCodec()
eventTimes.register({
  type: 0,
  encode: () => null,
  decode: bytes => ({ seconds: Buffer.from(bytes).readUInt32BE(0), nanoseconds: Buffer.from(bytes).readUInt32BE(4) }),
})

/** What it was sent, whole connections at a time. */
const router = async (folder: string) => {
  await mkdir(join(folder, taskId), { recursive: true })
  const messages: unknown[] = []
  const sockets = new Set<Socket>()
  const server = createServer(socket => {
    sockets.add(socket)
    const chunks: Buffer[] = []
    socket.on('data', chunk => chunks.push(Buffer.from(chunk)))
    socket.on('close', () => messages.push(...decodeMulti(Buffer.concat(chunks), { extensionCodec: eventTimes })))
  })
  await new Promise<void>(resolve => server.listen(join(folder, taskId, 'fluent.sock'), resolve))
  stops.push(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return messages
}

let nanoseconds = 0
const records = (...lines: (readonly [text: string, tag?: string, stream?: string])[]) => {
  const maker = new ForwardRecords(undefined, () => 'partial-1')
  return lines.flatMap(([text, tag = 'F', stream = 'stdout']) => {
    const line = parseCriLine(Buffer.from(`2026-01-02T03:04:05.${String(++nanoseconds).padStart(9, '0')}Z ${stream} ${tag} ${text}`))
    if (line === undefined) throw new Error('no line')
    return [...maker.add({ ...line, position: { inode: 1, offset: nanoseconds, time: line.time } })]
  })
}
const container = { taskId, tag: `app-firelens-${taskId}`, nameOf: (id: string) => `ecs-web-3-app-${id}`, runtimeId: async () => 'cafe' }
const common = { container_id: 'cafe', container_name: '/ecs-web-3-app-cafe' }

test('lines arrive as Docker sends them: with tag, time, source and the container', async () => {
  const { routers, folder } = await world()
  const messages = await router(folder)
  const { put, close } = routers.deliverer({ ...container, isRouterOver: () => false })
  const before = nanoseconds
  await put(records(['{"a":1}'], ['', 'F', 'stderr']), signal)
  await put(records(['last']), signal)
  await close()
  await until('they arrive', () => messages.length === 2)
  const at = (line: number) => ({ seconds: Date.UTC(2026, 0, 2, 3, 4, 5) / 1000, nanoseconds: before + line })
  expect(messages).toEqual([
    [
      container.tag,
      [
        [at(1), { ...common, source: 'stdout', log: '{"a":1}' }],
        [at(2), { ...common, source: 'stderr', log: '' }],
      ],
    ],
    [container.tag, [[at(3), { ...common, source: 'stdout', log: 'last' }]]],
  ])
})

test('parts of a line say whose they are, and no character is cut', () => {
  const bytes = Buffer.from('aé')
  const maker = new ForwardRecords(undefined, () => 'id')
  const part = (text: Uint8Array, isPartial: boolean, offset: number) =>
    maker.add({ at: 0, time: '000000000001.5', stream: 'stdout', isPartial, text, position: { inode: 1, offset, time: String(offset) } })
  expect(part(bytes.subarray(0, 2), true, 1)[0]?.fields).toEqual({
    source: 'stdout',
    log: 'a',
    partial_message: 'true',
    partial_id: 'id',
    partial_ordinal: '1',
    partial_last: 'false',
  })
  // Read again from before the first part, as the last was not delivered.
  expect(maker.safePosition).toBeUndefined()
  expect(part(bytes.subarray(2), false, 2)[0]?.fields).toMatchObject({ log: 'é', partial_ordinal: '2', partial_last: 'true' })
  expect(maker.safePosition?.offset).toBe(2)
  expect(part(Buffer.from('whole'), false, 3)[0]?.fields).toEqual({ source: 'stdout', log: 'whole' })
})

test('a router that starts late gets all, one that is over is not waited for', async () => {
  const { routers, folder } = await world()
  const waiting = routers.deliverer({ ...container, isRouterOver: () => false })
  const putting = waiting.put(records(['early']), signal)
  await Bun.sleep(100)
  const messages = await router(folder)
  await putting
  await waiting.close()
  await until('it arrives', () => messages.length === 1)
  const { put, close } = routers.deliverer({ ...container, taskId: 'f'.repeat(32), isRouterOver: () => true })
  await put(records(['too late']), signal)
  await close()
})

test('much is delivered in messages that a router takes', async () => {
  const { routers, folder } = await world()
  const messages = await router(folder)
  const { put, close } = routers.deliverer({ ...container, isRouterOver: () => false })
  const many = records(...Array.from({ length: 12_000 }, (_, index) => [`${index} ${'x'.repeat(100)}`] as const))
  const batches = recordBatchesOf(many)
  expect(batches.flat()).toHaveLength(12_000)
  expect(batches.every(batch => batch.reduce((bytes, record) => bytes + record.bytes, 0) <= 512 * 1024)).toBe(true)
  for (const batch of batches) await put(batch, signal)
  await close()
  await until('they arrive', () => messages.length === batches.length)
})

test('anybody may make a socket, and folders go with their tasks', async () => {
  const { routers, folder } = await world()
  expect((await stat(folder)).mode & 0o777).toBe(0o777)
  for (const name of [taskId, 'new', 'old']) await mkdir(join(folder, name))
  await utimes(join(folder, 'old'), 0, 0)
  await utimes(join(folder, taskId), 0, 0)
  await routers.retain(new Set([taskId]))
  expect((await readdir(folder)).toSorted()).toEqual([taskId, 'new'].toSorted())
  await routers.forget(taskId)
  expect(await readdir(folder)).toEqual(['new'])
})

test('a folder that cannot be removed is left for later', async () => {
  const { routers, folder } = await world()
  await rm(folder, { recursive: true })
  // What is no folder has none in it.
  await writeFile(folder, '')
  expect(await routers.forget(taskId)).toBeUndefined()
})
