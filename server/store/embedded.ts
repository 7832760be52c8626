import { createHash } from 'node:crypto'
import { closeSync, lstatSync, mkdirSync, mkdtempSync, openSync, readFileSync, renameSync, rmSync, statSync, writeSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { zstdDecompressSync } from 'node:zlib'
import { messageOf } from '../../shared/errors.ts'
import { StoreError } from './errors.ts'

/**
 * DuckDB inside the compiled binary. The addon is linked against a library that the system's loader looks for beside
 * it, so both are unpacked into one folder, once for each DuckDB, and opened there. Everything is synchronous: it
 * happens while modules are evaluated. `scripts/build` alone makes code that calls this.
 */

export interface EmbeddedFile {
  /** As the loader looks for it. */
  readonly name: string
  /** Of the embedded content: zstd frames, one after the other. */
  readonly path: string
  /** Length of each frame in bytes. Few megabytes each, so that unpacking needs little memory. */
  readonly frames: readonly number[]
  /** What is unpacked: bytes, and SHA-256 in hexadecimal. */
  readonly size: number
  readonly sha256: string
}

type Environment = Readonly<Record<string, string | undefined>>

/** Unpacks where needed, then loads the addon: the first file. Throws a `StoreError` that says why it could not. */
export const loadEmbedded = (files: readonly EmbeddedFile[], env: Environment = process.env): unknown => {
  const failures: string[] = []
  for (const parent of unpackFolders(env)) {
    try {
      const addon = { exports: {} }
      process.dlopen(addon, join(unpackEmbedded(files, parent), files[0]?.name ?? ''))
      return addon.exports
    } catch (error) {
      failures.push(messageOf(error))
    }
  }
  throw new StoreError(
    `DuckDB, which kecs carries inside, could not be unpacked and loaded: ${failures.join('; ')}`,
    'Set KECS_LIB_DIR to a folder that this user may write and programs may run from; 75 MB are needed.',
  )
}

/** Where to unpack, by preference: KECS_LIB_DIR alone where it is set, else the user's cache, else the data folder. */
export const unpackFolders = (env: Environment, platform: NodeJS.Platform = process.platform): readonly string[] => {
  if (env['KECS_LIB_DIR']) return [env['KECS_LIB_DIR']]
  const home = env['HOME'] || homedir()
  const cache = env['XDG_CACHE_HOME'] || join(home, platform === 'darwin' ? 'Library/Caches' : '.cache')
  return [join(cache, 'kecs'), ...(env['KECS_DATA_DIR'] ? [join(env['KECS_DATA_DIR'], 'kecs.lib')] : [])]
}

/** Answers the folder below `parent` that holds the files, made where it is not there. */
export const unpackEmbedded = (files: readonly EmbeddedFile[], parent: string): string => {
  const folder = join(parent, folderName(files))
  if (!isComplete(folder, files)) unpackInto(parent, folder, files)
  return folder
}

/** Named by content: programs of several versions share what is the same and never disturb each other. */
const folderName = (files: readonly EmbeddedFile[]): string => {
  const hash = createHash('sha256')
  for (const { name, sha256 } of files) hash.update(`${name} ${sha256}\n`)
  return `duckdb-${hash.digest('hex').slice(0, 16)}`
}

/** A folder gets its name only when it is whole; sizes are asked all the same, since disks fill up and people clean up. */
const isComplete = (folder: string, files: readonly EmbeddedFile[]): boolean => {
  const found = lstatSync(folder, { throwIfNoEntry: false })
  if (found === undefined) return false
  const user = process.getuid?.()
  if (!found.isDirectory() || (user !== undefined && found.uid !== user && found.uid !== 0)) {
    throw new Error(`${folder} is not a folder of this user`)
  }
  return files.every(({ name, size }) => statSync(join(folder, name), { throwIfNoEntry: false })?.size === size)
}

const unpackInto = (parent: string, folder: string, files: readonly EmbeddedFile[]): void => {
  mkdirSync(parent, { recursive: true, mode: 0o700 })
  // Mode 0700, as mkdtemp makes them.
  const part = mkdtempSync(`${folder}.part-`)
  try {
    for (const file of files) unpackFile(file, join(part, file.name))
    // What was used to unpack would else stay for long: 60 MB measured.
    Bun.gc(true)
    moveInto(part, folder, files)
  } finally {
    rmSync(part, { recursive: true, force: true })
  }
}

const unpackFile = ({ name, path, frames, size, sha256 }: EmbeddedFile, target: string): void => {
  const content = readFileSync(path)
  const hash = createHash('sha256')
  const file = openSync(target, 'wx', 0o500)
  let written = 0
  try {
    let offset = 0
    for (const length of frames) {
      const frame = zstdDecompressSync(content.subarray(offset, offset + length))
      hash.update(frame)
      for (let done = 0; done < frame.length;) done += writeSync(file, frame, done)
      offset += length
      written += frame.length
    }
  } finally {
    closeSync(file)
  }
  if (written !== size || hash.digest('hex') !== sha256) throw new Error(`${name} inside this program is damaged`)
}

/** Several processes may get here at once: one wins, the others take what is there. */
const moveInto = (part: string, folder: string, files: readonly EmbeddedFile[]): void => {
  for (let attempt = 0; ; attempt++) {
    try {
      renameSync(part, folder)
      return
    } catch (error) {
      if (isComplete(folder, files)) return
      if (attempt === 3) throw error
    }
    // What is in the way is not whole. Whoever has its files open keeps them.
    const damaged = mkdtempSync(`${folder}.part-`)
    try {
      renameSync(folder, join(damaged, 'damaged'))
    } catch {
      // Another process was faster, or there is nothing in the way: the next attempt tells.
    } finally {
      rmSync(damaged, { recursive: true, force: true })
    }
  }
}
