import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { constants, createZstdCompress } from 'node:zlib'
import { CliError } from '../../shared/errors.ts'
import type { Docker } from './docker.ts'
import { lastLines } from './docker-errors.ts'
import { fullImageName } from './image-name.ts'
import { run } from './process.ts'

/**
 * Packed copies of images, kept for the next cluster. `docker save` makes its archive anew each time, and every byte of
 * it then goes through `ctr` and containerd, hashed by both: a copy with layers compressed by zstd saves the first and three
 * fifths of the second. It is an OCI image layout (https://github.com/opencontainers/image-spec/blob/main/image-layout.md)
 * around the image's own configuration, so the image has the same id as in Docker.
 */

/** Raised when copies are made in another way. */
const format = 1
/** The fastest but those that hardly compress. */
const level = { params: { [constants.ZSTD_c_compressionLevel]: 1 } }
/** Bytes of copies that are kept, those used last; the newest always is. */
const mostKept = 1024 ** 3
/** Drafts older than this were left by a crash. Milliseconds. */
const abandoned = 3_600_000

export interface ArchiveRequest {
  readonly image: string
  /** The image's id in Docker. */
  readonly id: string
  /** Where copies are kept. */
  readonly folder: string
  readonly signal: AbortSignal
}

/**
 * Path of an image's copy, made where it is not there yet. Undefined when Docker's archive is not of an image with that
 * id and plain layers: one that keeps images in containerd has them compressed already, and sends them so.
 * @throws CliError, ProgramMissing (`tar`), what the file system says, and the signal's reason
 */
export const archiveOf = async (docker: Docker, request: ArchiveRequest): Promise<string | undefined> => {
  const { image, id, folder, signal } = request
  const key = createHash('sha256')
    .update(`${format} ${id} ${fullImageName(image)}`)
    .digest('hex')
    .slice(0, 32)
  const path = join(folder, `${key}.tar`)
  if (await touch(path)) return path
  if (await docker.keepsLayersPacked(signal)) return undefined
  await mkdir(folder, { recursive: true })
  const draft = await mkdtemp(join(folder, draftPrefix))
  try {
    const [saved, layout, done] = [join(draft, 'saved'), join(draft, 'layout'), join(draft, 'done')]
    await mkdir(saved)
    await docker.saveTo(image, ['tar', '-x', '-f', '-', '-C', saved], signal)
    if (!(await makeLayout(saved, layout, request))) return undefined
    const packed = await run('tar', ['-c', '-f', done, '-C', layout, ...layoutFiles], { signal, env: { COPYFILE_DISABLE: '1' } })
    if (packed.code !== 0) throw new CliError(`${image} could not be packed.`, '', { details: lastLines(packed.stderr, 3) })
    await rename(done, path)
  } finally {
    await rm(draft, { recursive: true, force: true })
  }
  await prune(folder, path)
  return path
}

const draftPrefix = '.draft-'
const layoutFiles = ['oci-layout', 'index.json', 'blobs']
const oci = 'application/vnd.oci.image'

/** From `docker save`: manifest.json. https://github.com/moby/docker-image-spec */
interface SavedImage {
  Config: string
  Layers: string[]
}

/** What is read of an image's configuration. https://github.com/opencontainers/image-spec/blob/main/config.md */
interface Configuration {
  rootfs: { diff_ids: string[] }
}

interface Descriptor {
  readonly mediaType: string
  readonly digest: string
  readonly size: number
}

/** Makes an image layout of the folder that `docker save` was unpacked into; false when that is not the image it should be. */
const makeLayout = async (from: string, folder: string, { image, id, signal }: ArchiveRequest): Promise<boolean> => {
  const blobs = join(folder, 'blobs', 'sha256')
  await mkdir(blobs, { recursive: true })
  const [saved]: SavedImage[] = JSON.parse(await readFile(join(from, 'manifest.json'), 'utf8'))
  if (!saved) return false
  const text = await readFile(join(from, saved.Config), 'utf8')
  if (digestOf(text) !== id) return false
  const { rootfs }: Configuration = JSON.parse(text)

  const layers: Descriptor[] = []
  for (const [index, layer] of saved.Layers.entries()) {
    const packed = await packLayer(join(from, layer), blobs, signal)
    if (packed.plain !== rootfs.diff_ids[index]) return false
    layers.push(packed.descriptor)
  }
  const keep = async (mediaType: string, content: string): Promise<Descriptor> => {
    const digest = digestOf(content)
    await writeFile(join(blobs, digest.slice('sha256:'.length)), content)
    return { mediaType, digest, size: Buffer.byteLength(content) }
  }
  const config = await keep(`${oci}.config.v1+json`, text)
  const manifest = await keep(
    `${oci}.manifest.v1+json`,
    JSON.stringify({ schemaVersion: 2, mediaType: `${oci}.manifest.v1+json`, config, layers }),
  )
  // The annotation by which containerd's importer names an image whole.
  const annotations = { 'io.containerd.image.name': fullImageName(image) }
  await writeFile(join(folder, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests: [{ ...manifest, annotations }] }))
  await writeFile(join(folder, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}')
  return true
}

/** Compresses a layer's file into `blobs`, under its new digest; `plain` is the digest of what it was. */
const packLayer = async (file: string, blobs: string, signal: AbortSignal): Promise<{ plain: string; descriptor: Descriptor }> => {
  const before = meter()
  const after = meter()
  const draft = join(blobs, 'draft')
  await pipeline(
    createReadStream(file, { highWaterMark: 1 << 20 }),
    before.through,
    createZstdCompress({ ...level, chunkSize: 1 << 18 }),
    after.through,
    createWriteStream(draft),
    { signal },
  )
  const digest = after.digest()
  await rename(draft, join(blobs, digest.slice('sha256:'.length)))
  return { plain: before.digest(), descriptor: { mediaType: `${oci}.layer.v1.tar+zstd`, digest, size: after.size() } }
}

/** Hashes and counts what goes through. */
const meter = () => {
  const hash = createHash('sha256')
  let size = 0
  const through = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk)
      size += chunk.length
      done(null, chunk)
    },
  })
  return { through, size: () => size, digest: () => `sha256:${hash.digest('hex')}` }
}

const digestOf = (text: string): string => `sha256:${createHash('sha256').update(text).digest('hex')}`

/** Marks a file as used now; false when there is none. */
const touch = async (path: string): Promise<boolean> => {
  const now = new Date()
  return utimes(path, now, now).then(
    () => true,
    () => false,
  )
}

/** Removes the copies that were not used for longest, and drafts of those who never finished. */
const prune = async (folder: string, newest: string): Promise<void> => {
  const files = await Promise.all(
    (await readdir(folder)).map(async name => {
      const path = join(folder, name)
      // Another process may be pruning too.
      const found = await stat(path).catch(() => undefined)
      return found ? [{ path, size: found.size, used: found.mtimeMs, isDraft: name.startsWith(draftPrefix) }] : []
    }),
  )
  let kept = 0
  for (const { path, size, used, isDraft } of files.flat().sort((a, b) => b.used - a.used)) {
    if (!isDraft) kept += size
    if (isDraft ? used < Date.now() - abandoned : kept > mostKept && path !== newest) await rm(path, { recursive: true, force: true })
  }
}
