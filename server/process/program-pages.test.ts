import { expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { cleanProgramMappings, openProgramPages } from './program-pages.ts'

const mapping = (head: string, numbers: { Rss: number; Private_Dirty: number; Anonymous: number }): string =>
  [
    head,
    ...Object.entries({ Size: 40000, KernelPageSize: 4, ...numbers }).map(([name, kB]) => `${name}:  ${kB} kB`),
    'VmFlags: rd ex mr',
  ].join('\n')

test('only mappings of files that nobody wrote to are given back', () => {
  const untouched = { Rss: 33_520, Private_Dirty: 0, Anonymous: 0 }
  const smaps = [
    mapping('00200000-01a39000 r--p 00000000 103:02 4242                     /kecs', untouched),
    mapping('01a40000-0684a000 r-xp 01838000 103:02 4242                     /kecs', untouched),
    // Data that may be written, and what was before it became read-only.
    mapping('06867000-08e86000 rw-p 0665e000 103:02 4242                     /kecs', untouched),
    mapping('7fd042fac000-7fd043c10000 r--p 02bac000 103:02 77               /tmp/libduckdb.so', { ...untouched, Anonymous: 6464 }),
    mapping('7fd043fac000-7fd044c10000 r--p 02bac000 103:02 77               /tmp/libduckdb.so', { ...untouched, Private_Dirty: 4 }),
    // Of no program.
    mapping('7fd050000000-7fd052000000 r--p 00000000 103:02 80               /usr/lib/locale/locale-archive', untouched),
    // Of no file, shared, without access, and too small to be worth it.
    mapping('2fbd6a00000-2fc16a00000 r-xp 00000000 00:00 0 ', untouched),
    mapping('7fd045000000-7fd046000000 r--s 00000000 103:02 78               /shared', untouched),
    mapping('7fd047000000-7fd048000000 ---p 00000000 103:02 77               /tmp/libduckdb.so', untouched),
    mapping('7fd049000000-7fd049040000 r-xp 00000000 103:02 79               /lib/libc.so.6', { ...untouched, Rss: 252 }),
    '',
  ].join('\n')
  expect(cleanProgramMappings(smaps)).toEqual([
    { from: 0x200000, to: 0x1a39000 },
    { from: 0x1a40000, to: 0x684a000 },
  ])
})

test('what is not told is taken for written to', () => {
  expect(cleanProgramMappings('00200000-01a39000 r-xp 00000000 103:02 4242 /kecs\nRss: 4000 kB\n')).toEqual([])
  expect(cleanProgramMappings('')).toEqual([])
})

test.skipIf(process.platform !== 'linux')('the process goes on with less resident memory of its files', async () => {
  const residentOfFiles = (): number => Number(/^RssFile:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1])
  const before = residentOfFiles()
  await openProgramPages()()
  expect(residentOfFiles()).toBeLessThan(before)
  expect(new Set(JSON.parse('["a","b"]') as string[]).has('b')).toBe(true)
})
