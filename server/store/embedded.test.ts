import { afterAll, beforeAll, expect, test } from 'bun:test'
import { createHash } from 'node:crypto'
import { chmod, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { zstdCompressSync } from 'node:zlib'
import { type EmbeddedFile, loadEmbedded, unpackEmbedded, unpackFolders } from './embedded.ts'
import { StoreError } from './errors.ts'

let root: string
let files: readonly EmbeddedFile[]
const content = 'addon '.repeat(1000)

const embed = async (name: string, text: string): Promise<EmbeddedFile> => {
  const half = Math.floor(text.length / 2)
  const frames = [text.slice(0, half), text.slice(half)].map(part => zstdCompressSync(part))
  const path = join(root, `${name}.embedded`)
  await writeFile(path, Buffer.concat(frames))
  const sha256 = createHash('sha256').update(text).digest('hex')
  return { name, path, frames: frames.map(frame => frame.length), size: text.length, sha256 }
}
const newFolder = (): Promise<string> => mkdtemp(join(root, 'cache-'))

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'kecs-embedded-'))
  files = [await embed('duckdb.node', content), await embed('libduckdb.so', 'library '.repeat(5000))]
})
afterAll(() => rm(root, { recursive: true }))

test('files are unpacked once, for this user alone', async () => {
  const parent = await newFolder()
  const folder = unpackEmbedded(files, parent)
  expect(await readFile(join(folder, 'duckdb.node'), 'utf8')).toBe(content)
  expect((await stat(folder)).mode & 0o777).toBe(0o700)
  const { ino } = await stat(join(folder, 'libduckdb.so'))
  expect(unpackEmbedded(files, parent)).toBe(folder)
  expect((await stat(join(folder, 'libduckdb.so'))).ino).toBe(ino)
  expect(await readdir(parent)).toHaveLength(1)
})

test('what is cut off is unpacked anew', async () => {
  const parent = await newFolder()
  const folder = unpackEmbedded(files, parent)
  await chmod(join(folder, 'libduckdb.so'), 0o700)
  await writeFile(join(folder, 'libduckdb.so'), 'cut off')
  expect(unpackEmbedded(files, parent)).toBe(folder)
  expect((await stat(join(folder, 'libduckdb.so'))).size).toBe(40_000)
  expect(await readdir(parent)).toHaveLength(1)
})

test('several processes at once all get it', async () => {
  const parent = await newFolder()
  const program = `import { unpackEmbedded } from ${JSON.stringify(join(import.meta.dir, 'embedded.ts'))}
    console.log(unpackEmbedded(${JSON.stringify(files)}, ${JSON.stringify(parent)}))`
  const children = Array.from({ length: 4 }, () => Bun.spawn([process.execPath, '-e', program], { stdout: 'pipe' }))
  const folders = await Promise.all(children.map(child => new Response(child.stdout).text()))
  expect(new Set(folders).size).toBe(1)
  expect(await Promise.all(children.map(child => child.exited))).toEqual([0, 0, 0, 0])
  expect(await readdir(parent)).toHaveLength(1)
})

test('content that is damaged is not used', async () => {
  const parent = await newFolder()
  const [addon] = files
  if (addon === undefined) throw new Error('no file')
  expect(() => unpackEmbedded([{ ...addon, sha256: '0'.repeat(64) }], parent)).toThrow('duckdb.node inside this program is damaged')
  expect(await readdir(parent)).toEqual([])
})

test('a link in the place of the folder is not followed', async () => {
  const parent = await newFolder()
  const folder = unpackEmbedded(files, parent)
  await rm(folder, { recursive: true })
  await symlink(root, folder)
  expect(() => unpackEmbedded(files, parent)).toThrow('is not a folder of this user')
})

test('folders are tried in turn, and the error names what failed and what to set', async () => {
  const notAFolder = join(root, 'a-file')
  await writeFile(notAFolder, '')
  const attempt = () => loadEmbedded(files, { XDG_CACHE_HOME: notAFolder, KECS_DATA_DIR: notAFolder })
  expect(attempt).toThrow(StoreError)
  expect(attempt).toThrow('could not be unpacked and loaded: ')
})

test('KECS_LIB_DIR, else the cache of the user, else the data folder', () => {
  expect(unpackFolders({ KECS_LIB_DIR: '/lib/kecs', HOME: '/home/ann' }, 'linux')).toEqual(['/lib/kecs'])
  expect(unpackFolders({ HOME: '/home/ann', KECS_DATA_DIR: '/data' }, 'linux')).toEqual(['/home/ann/.cache/kecs', '/data/kecs.lib'])
  expect(unpackFolders({ HOME: '/home/ann', XDG_CACHE_HOME: '/cache' }, 'linux')).toEqual(['/cache/kecs'])
  expect(unpackFolders({ HOME: '/Users/ann' }, 'darwin')).toEqual(['/Users/ann/Library/Caches/kecs'])
})
