import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { constants, zstdCompress } from 'node:zlib'
import type { BunPlugin } from 'bun'
import { cacheFolder, packageFolder, root } from './packages.ts'
import type { Target } from './targets.ts'

const compress = promisify(zstdCompress)

/** What the program holds in memory while it unpacks is one of these, and its compressed form. */
const frameSize = 2 ** 20
/** 20 MB instead of 22 for level 3; 19 saves 2 more for forty seconds. Unpacking takes the same time for all. */
const compressionLevel = 12

interface Embedded {
  readonly name: string
  readonly path: string
  readonly frames: readonly number[]
  readonly size: number
  readonly sha256: string
}

/** Puts DuckDB's addon and library for `target` into the program in the place of the package that looks for them on disk. */
export const embedDuckdb = async (target: Target): Promise<BunPlugin> => {
  const files = await embeddedFiles(target)
  const source = loaderSource(files)
  return {
    name: 'duckdb',
    setup(build) {
      build.onResolve({ filter: /^@duckdb\/node-bindings$/ }, () => ({ path: 'duckdb', namespace: 'embedded' }))
      build.onLoad({ filter: /^duckdb$/, namespace: 'embedded' }, () => ({ contents: source, loader: 'js', resolveDir: root }))
    },
  }
}

const loaderSource = (files: readonly Embedded[]): string =>
  [
    ...files.map(({ path }, index) => `import file${index} from ${JSON.stringify(path)} with { type: 'file' }`),
    `import { loadEmbedded } from ${JSON.stringify(join(root, 'server/store/embedded.ts'))}`,
    `export default loadEmbedded([${files
      .map(({ name, frames, size, sha256 }, index) => `{ path: file${index}, ...${JSON.stringify({ name, frames, size, sha256 })} }`)
      .join(', ')}])`,
  ].join('\n')

/** The addon first. */
const embeddedFiles = async (target: Target): Promise<readonly Embedded[]> => {
  const folder = await packageFolder(target.duckdbPackage, 'duckdb.node')
  const library = (await readdir(folder)).find(name => name.startsWith('libduckdb'))
  if (library === undefined) throw new Error(`${target.duckdbPackage} has no libduckdb`)
  return [await compressed(folder, 'duckdb.node'), await compressed(folder, library)]
}

/** Compressed once, and kept by content: the next build takes what is there. */
const compressed = async (folder: string, name: string): Promise<Embedded> => {
  const content = await readFile(join(folder, name))
  const sha256 = createHash('sha256').update(content).digest('hex')
  // Not named .node or .so: Bun would take it for an addon to load out of its own file system.
  const path = join(cacheFolder, `${sha256.slice(0, 32)}-${compressionLevel}-${frameSize}.bin`)
  const described = `${path}.json`
  if (!existsSync(described)) {
    const frames: Buffer[] = []
    for (let start = 0; start < content.length; start += frameSize) {
      const params = { [constants.ZSTD_c_compressionLevel]: compressionLevel }
      frames.push(await compress(content.subarray(start, start + frameSize), { params }))
    }
    await mkdir(cacheFolder, { recursive: true })
    await writeWhole(path, Buffer.concat(frames))
    await writeWhole(described, JSON.stringify(frames.map(frame => frame.length)))
  }
  const frames: unknown = JSON.parse(await readFile(described, 'utf8'))
  if (!Array.isArray(frames)) throw new Error(`${described} is damaged: remove it`)
  return { name, path, frames: frames.map(Number), size: content.length, sha256 }
}

/** Another build may do the same at the same time. */
const writeWhole = async (path: string, content: Buffer | string): Promise<void> => {
  const part = `${path}.${process.pid}`
  await writeFile(part, content)
  await rename(part, path)
}
