// From files as the kubelet has them to events as CloudWatch Logs takes them.
import { afterEach, expect, test } from 'bun:test'
import { appendFile, mkdtemp, mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { Assembler } from './assembler.ts'
import { batchesOf } from './batches.ts'
import { ContainerLog, type Position } from './container-log.ts'
import { parseCriLine } from './cri-line.ts'
import { Interruption } from './interruption.ts'

const folders: string[] = []
afterEach(async () => {
  await Promise.all(folders.splice(0).map(folder => rm(folder, { recursive: true, force: true })))
})
const folderOf = async (): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'kecs-log-'))
  folders.push(folder)
  return folder
}

let nanoseconds = 0
/** Lines as containerd writes them, each a microsecond after the one before. */
const cri = (text: string, { stream = 'stdout', tag = 'F' } = {}): string => {
  nanoseconds += 1000
  return `2026-01-02T03:04:05.${String(nanoseconds).padStart(9, '0')}Z ${stream} ${tag} ${text}\n`
}

const allOf = async (log: ContainerLog): Promise<string[]> => {
  const texts: string[] = []
  for (;;) {
    const { lines, isAtEnd } = await log.read()
    texts.push(...lines.map(({ text }) => Buffer.from(text).toString()))
    if (isAtEnd) return texts
  }
}

test('a line has its time, its stream and whether it goes on', () => {
  expect(parseCriLine(Buffer.from('2026-01-02T03:04:05.123456789Z stderr P half  a line'))).toEqual({
    at: Date.UTC(2026, 0, 2, 3, 4, 5, 123),
    time: `00${Date.UTC(2026, 0, 2, 3, 4, 5) / 1000}.123456789`,
    stream: 'stderr',
    isPartial: true,
    text: Buffer.from('half  a line'),
  })
  // The runtime leaves zeros at the end of the fraction out, and tells the node's time zone.
  const [early, late] = ['2026-01-02T12:04:05.1+09:00 stdout F ', '2026-01-02T03:04:05.10000001Z stdout F x'].map(each =>
    parseCriLine(Buffer.from(each)),
  )
  expect(early).toMatchObject({ at: Date.UTC(2026, 0, 2, 3, 4, 5, 100), isPartial: false, text: Buffer.from('') })
  expect((early?.time ?? '') < (late?.time ?? '')).toBe(true)
  expect(parseCriLine(Buffer.from('no such line'))).toBeUndefined()
})

test('what is written on is read on; a line without its end waits for it', async () => {
  const folder = await folderOf()
  const log = new ContainerLog(folder, undefined)
  expect(await log.read()).toEqual({ lines: [], isAtEnd: true })
  await writeFile(join(folder, '0.log'), `${cri('one')}2026-01-02T03:04:06Z stdout F tw`)
  expect(await allOf(log)).toEqual(['one'])
  await appendFile(join(folder, '0.log'), `o\n${cri('three')}`)
  expect(await allOf(log)).toEqual(['two', 'three'])
  log.close()
})

test('from a position on nothing is missed and nothing is read twice', async () => {
  const folder = await folderOf()
  await writeFile(join(folder, '0.log'), cri('one') + cri('two') + cri('three'))
  const first = new ContainerLog(folder, undefined)
  const { lines } = await first.read()
  first.close()
  for (const [at, rest] of [
    [0, ['two', 'three']],
    [2, []],
  ] as const) {
    const again = new ContainerLog(folder, lines[at]?.position)
    expect(await allOf(again)).toEqual([...rest])
    again.close()
  }
})

test('rotation: what was written before and after it, in order', async () => {
  const folder = await folderOf()
  const path = join(folder, '0.log')
  await writeFile(path, cri('one'))
  const log = new ContainerLog(folder, undefined)
  expect(await allOf(log)).toEqual(['one'])
  await appendFile(path, cri('two'))
  await rename(path, `${path}.20260102-030405`)
  await writeFile(path, cri('three'))
  expect(await allOf(log)).toEqual(['two', 'three'])
  log.close()
})

test('an agent that was away during rotations goes on where it was, in compressed files too', async () => {
  const folder = await folderOf()
  const path = join(folder, '0.log')
  await writeFile(path, cri('one'))
  const before = new ContainerLog(folder, undefined)
  await before.read()
  before.close()
  const whole = [cri('two'), cri('three')]
  // What `one` was written to was compressed with what followed there, and another was rotated since.
  const { readFile } = await import('node:fs/promises')
  const old = await readFile(path, 'utf8')
  await writeFile(`${path}.20260102-030405.gz`, gzipSync(old + whole[0]))
  await writeFile(`${path}.20260102-030505`, whole[1] ?? '')
  await rm(path)
  await writeFile(path, cri('four'))
  const after = new ContainerLog(folder, before.position)
  expect(await allOf(after)).toEqual(['two', 'three', 'four'])
  after.close()
})

test('what the kubelet removed while it was open is read to its end', async () => {
  const folder = await folderOf()
  const path = join(folder, '0.log')
  await writeFile(path, cri('one'))
  const log = new ContainerLog(folder, undefined)
  await log.read()
  await appendFile(path, cri('last'))
  await rm(folder, { recursive: true })
  expect(await allOf(log)).toEqual(['last'])
  log.close()
})

test('a container that ran again goes on in its next file', async () => {
  const folder = await folderOf()
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, '1.log'), cri('second run'))
  await writeFile(join(folder, '0.log'), cri('first run'))
  const log = new ContainerLog(folder, undefined)
  expect(await allOf(log)).toEqual(['first run', 'second run'])
  log.close()
})

const lineOf = (text: string | Uint8Array, { isPartial = false, stream = 'stdout' as const, at = 1, offset = 1 } = {}) => ({
  at,
  time: String(offset).padStart(9, '0'),
  stream,
  isPartial,
  text: typeof text === 'string' ? Buffer.from(text) : text,
  position: { inode: 1, offset, time: String(offset).padStart(9, '0') } satisfies Position,
})

test('partial lines are one event, with characters that were cut', () => {
  const assembler = new Assembler(undefined, undefined)
  const bytes = Buffer.from('grün')
  expect(assembler.add(lineOf(bytes.subarray(0, 3), { isPartial: true, at: 7 }))).toEqual([])
  expect(assembler.isWaiting).toBe(true)
  expect(assembler.safePosition).toBeUndefined()
  expect(assembler.add(lineOf(bytes.subarray(3), { offset: 2 }))).toEqual([{ timestamp: 7, message: 'grün' }])
  expect(assembler.safePosition?.offset).toBe(2)
})

test('empty lines are no events', () => {
  expect(new Assembler(undefined, undefined).add(lineOf(''))).toEqual([])
})

test('lines up to the next that begins an event are one, and nothing of it counts as read before', () => {
  const assembler = new Assembler('^\\[', undefined)
  expect(assembler.add(lineOf('[1] a', { at: 1, offset: 1 }))).toEqual([])
  expect(assembler.add(lineOf('  at b', { at: 2, offset: 2 }))).toEqual([])
  expect(assembler.add(lineOf('[2] c', { at: 3, offset: 3 }))).toEqual([{ timestamp: 1, message: '[1] a\n  at b\n' }])
  expect(assembler.safePosition?.offset).toBe(2)
  expect(assembler.flush()).toEqual([{ timestamp: 3, message: '[2] c\n' }])
  expect(assembler.safePosition?.offset).toBe(3)
})

test('what is too large for one event is cut between characters', () => {
  const events = new Assembler(undefined, undefined).add(lineOf('ü'.repeat(200_000)))
  expect(events.length).toBe(2)
  expect(events.map(({ message }) => message).join('')).toBe('ü'.repeat(200_000))
  // 256 KiB with the 26 bytes that CloudWatch Logs adds.
  for (const { message } of events) expect(Buffer.byteLength(message) + 26).toBeLessThanOrEqual(262_144)
})

test('batches keep to the limits of one call and to the order of time', () => {
  const many = Array.from({ length: 25_000 }, (_, index) => ({ timestamp: 25_000 - index, message: 'x' }))
  expect(batchesOf(many).map(batch => batch.length)).toEqual([10_000, 10_000, 5_000])
  expect(batchesOf(many)[0]?.[0]?.timestamp).toBe(1)
  const large = Array.from({ length: 9 }, () => ({ timestamp: 1, message: 'x'.repeat(262_118) }))
  for (const batch of batchesOf(large)) {
    expect(batch.reduce((bytes, { message }) => bytes + message.length + 26, 0)).toBeLessThanOrEqual(1_048_576)
  }
  expect(batchesOf(large).flat()).toHaveLength(9)
  const day = 24 * 3_600_000
  expect(
    batchesOf([
      { timestamp: 0, message: 'a' },
      { timestamp: day, message: 'b' },
    ]),
  ).toHaveLength(2)
  expect(batchesOf([])).toEqual([])
})

test('a buffer keeps what fits of what was written while nothing was delivered', () => {
  const interruption = new Interruption(10)
  const line = (at: number, length: number) => interruption.keeps({ at, text: new Uint8Array(length) })
  interruption.delivered(0, 999)
  expect(line(500, 100)).toBe(true)
  interruption.delivered(1_000, 5_000)
  expect([line(1_500, 6), line(2_000, 4), line(3_000, 1), line(5_000, 1), line(5_001, 100)]).toEqual([true, true, false, false, true])
  expect([interruption.takeLost(), interruption.takeLost()]).toEqual([2, 0])
  // As with Docker one line is kept, however large it is.
  interruption.delivered(6_000, 9_000)
  expect([line(7_000, 11), line(7_001, 1)]).toEqual([true, false])
})
