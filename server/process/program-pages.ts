// What a program reads of its own files stays mapped, and counts as its resident memory, until the machine is short of it.
// Of this one and of DuckDB that is 100 MB once it has started, of which it goes on to use a quarter.
import { dlopen } from 'bun:ffi'
import { readFile } from 'node:fs/promises'
import type { Clock } from '../../shared/clock.ts'

/** Addresses of a mapping: the first, and the first behind it. */
export interface Mapping {
  readonly from: number
  readonly to: number
}

/** Less is not worth a call. */
const leastKilobytes = 256

/**
 * The mappings of programs and libraries that nobody has written to nor can write to: their text and constants. `smaps` as
 * Linux has it for a process. https://man7.org/linux/man-pages/man5/proc_pid_smaps.5.html
 */
export const cleanProgramMappings = (smaps: string): readonly Mapping[] => {
  const entries = smaps.split(/^(?=[0-9a-f]+-[0-9a-f]+ )/m).flatMap(entry => {
    const [, from = '', to = '', mode = '', file = ''] = /^([0-9a-f]+)-([0-9a-f]+) (\S{4}) [0-9a-f]+ (\S+ \d+)/.exec(entry) ?? []
    return file === '' || file.endsWith(' 0') ? [] : [{ entry, mode, file, from: Number.parseInt(from, 16), to: Number.parseInt(to, 16) }]
  })
  const programs = new Set(entries.flatMap(({ mode, file }) => (mode === 'r-xp' ? [file] : [])))
  return entries.flatMap(({ entry, mode, file, from, to }) => {
    const isProgram = (mode === 'r-xp' || mode === 'r--p') && programs.has(file)
    // Pages that were written to before they were made read-only are in memory alone: relocations.
    const isClean = kilobytes(entry, 'Anonymous') === 0 && kilobytes(entry, 'Private_Dirty') === 0
    return isProgram && isClean && kilobytes(entry, 'Rss') >= leastKilobytes ? [{ from, to }] : []
  })
}

/** NaN where it is not told, which is like no number. */
const kilobytes = (entry: string, name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(entry)?.[1])

/** https://man7.org/linux/man-pages/man2/madvise.2.html: pages of a file are read anew from it, or from the kernel's cache. */
const dontNeed = 4

/** Both C libraries answer to it. */
const libc = 'libc.so.6'

/** Lets the kernel have what is mapped of the program's own files. What is needed comes back when it is next touched. */
export const openProgramPages = (): (() => Promise<void>) => {
  const { symbols } = dlopen(libc, { madvise: { args: ['u64', 'u64', 'i32'], returns: 'i32' } })
  return async () => {
    for (const { from, to } of cleanProgramMappings(await readFile('/proc/self/smaps', 'utf8'))) symbols.madvise(from, to - from, dontNeed)
  }
}

/** The first time soon after a start, which is what touches most. */
const firstMs = 5_000
/** Measured: 3 to 5 ms each time, most of it the kernel's for telling the mappings. */
const everyMs = 60_000

/** Keeps of the program in memory what is in use, on Linux; the answer ends it. Where that is not to be had, all of it stays. */
export const giveBackProgramPages = (clock: Clock): (() => void) => {
  const giveBack = process.platform === 'linux' ? opened() : undefined
  if (giveBack === undefined) return () => undefined
  let cancel: () => void
  const again = (): void => {
    void giveBack().catch(() => undefined)
    cancel = clock.after(everyMs, again)
  }
  cancel = clock.after(firstMs, again)
  return () => cancel()
}

const opened = (): (() => Promise<void>) | undefined => {
  try {
    return openProgramPages()
  } catch {
    return undefined
  }
}
