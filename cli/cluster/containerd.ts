import { link, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Docker } from './docker.ts'
import type { LoadOptions } from './driver.ts'
import { archiveOf, type ArchiveRequest } from './image-archive.ts'
import { fullImageName } from './image-name.ts'

/**
 * Images in a node's containerd, by its own `ctr`, which kind's nodes and k3s both have. Not by `kind load` and
 * `k3d image import`: those want a finished cluster, write whole archives to disk, and hide failures.
 */

const ctr = ['ctr', '--namespace', 'k8s.io'] as const
const list = [...ctr, 'images', 'list']
// Without --all-platforms: an image of several platforms that Docker holds one of would be refused.
const importFrom = (file: string): readonly string[] => [...ctr, 'images', 'import', file]
const importImages = importFrom('-')

/** A folder of this machine that the nodes see as another one. */
export interface SharedFolder {
  readonly here: string
  readonly inNode: string
}

/** Waits within a node for a command to succeed, 0.1 s between tries: each `docker exec` costs more than many of these. */
export const waitInNode = async (docker: Docker, node: string, command: string, signal: AbortSignal): Promise<boolean> => {
  // Ends by itself where nobody can end it any more: a node forgets nothing that was started in it.
  const script = `n=0; until ${command} >/dev/null 2>&1; do n=$((n+1)); [ $n -lt 300 ] || exit 1; sleep 0.1 || sleep 1; done`
  return (await docker.exec(node, ['sh', '-c', script], { signal })).code === 0
}

/** A command of the node that succeeds once its containerd answers. */
export const runtimeAnswers = 'ctr version'

/** Names whose image in the node is not the one that Docker has under that name, or, where Docker has none, is absent. */
export const missingIn = async (
  docker: Pick<Docker, 'exec' | 'imageIds'>,
  node: string,
  images: readonly string[],
  signal: AbortSignal,
): Promise<readonly string[]> => {
  const [listed, ids] = await Promise.all([docker.exec(node, list, { signal }), docker.imageIds(images, signal)])
  const present = parseImages(listed.stdout)
  const isThere = async (image: string): Promise<boolean> => {
    const known = present.get(fullImageName(image))
    const id = ids.get(image)
    if (known === undefined || id === undefined) return known !== undefined
    if (known.has(id)) return true
    const [target = ''] = known
    return configurationIn(await docker.exec(node, [...ctr, 'content', 'get', target], { signal })) === id
  }
  const there = await Promise.all(images.map(isThere))
  return images.filter((_, at) => there[at] === false)
}

/** What is read of an image's manifest. https://github.com/opencontainers/image-spec/blob/main/manifest.md */
interface Manifest {
  config?: { digest?: string }
}

/** The image's id, from its manifest; undefined where the node has an index of several, or nothing, under that digest. */
const configurationIn = ({ code, stdout }: { readonly code: number; readonly stdout: string }): string | undefined => {
  if (code !== 0) return undefined
  const { config }: Manifest = JSON.parse(stdout)
  return config?.digest
}

/** Brings images of the local Docker into nodes: in one stream, or by copies where there is a folder for those. */
export const importInto = async (
  docker: Docker,
  nodes: readonly string[],
  images: readonly string[],
  { copies, signal, shared, lane = 0 }: LoadOptions & { readonly shared?: SharedFolder },
): Promise<void> => {
  const stream = async (what: readonly string[]) => {
    await Promise.all(nodes.map(node => docker.saveInto(what, node, importImages, signal)))
  }
  if (copies === undefined) return images.length === 0 ? undefined : stream(images)
  const ids = await docker.imageIds(images, signal)
  for (const image of images) {
    const copied = await importCopy(docker, nodes, { image, id: ids.get(image) ?? '', folder: copies, signal, shared, lane })
    if (!copied) await stream([image])
  }
}

/**
 * False when the image has to be streamed. Copies save time and nothing else, so what is wrong with one (no room for it,
 * no `tar`, a file gone bad) is no reason to fail: where it matters, the stream fails too and says why.
 */
const importCopy = async (
  docker: Docker,
  nodes: readonly string[],
  { shared, lane, ...request }: ArchiveRequest & { readonly shared: SharedFolder | undefined; readonly lane: number },
): Promise<boolean> => {
  let archive: string | undefined
  try {
    const file = (archive = await archiveOf(docker, request))
    if (file === undefined) return false
    if (shared !== undefined && (await importLinked(docker, nodes, file, { shared, lane, signal: request.signal }))) return true
    await Promise.all(nodes.map(node => docker.sendInto(file, node, importImages, request.signal)))
    return true
  } catch {
    request.signal.throwIfAborted()
    if (archive !== undefined) await rm(archive, { force: true })
    return false
  }
}

/** The name is there for a moment; what an interrupted command left of it is taken by the next one. */
const linkName = (lane: number): string => `.image-${lane}.tar`

/**
 * Gives nodes a file under a name that they see themselves: sent, every byte would go through Docker's client, its daemon and
 * two of its helpers. False where a link is not to be had, as between two file systems, or where the node cannot read it.
 */
const importLinked = async (
  docker: Docker,
  nodes: readonly string[],
  file: string,
  { shared: { here, inNode }, lane, signal }: { readonly shared: SharedFolder; readonly lane: number; readonly signal: AbortSignal },
): Promise<boolean> => {
  const name = join(here, linkName(lane))
  try {
    await rm(name, { force: true })
    await link(file, name)
    const done = await Promise.all(nodes.map(node => docker.exec(node, importFrom(`${inNode}/${linkName(lane)}`), { signal })))
    return done.every(({ code }) => code === 0)
  } catch {
    signal.throwIfAborted()
    return false
  } finally {
    await rm(name, { force: true })
  }
}

/**
 * From `ctr images list`: full name → digests it is known by, its target first. Kubernetes' plugin adds a row named after the
 * image's configuration with the same target, but for an image that took the name of another; that is Docker's image id, or,
 * where Docker keeps images in containerd, the target is.
 */
export const parseImages = (text: string): ReadonlyMap<string, ReadonlySet<string>> => {
  const rows = text
    .split('\n')
    .map(line => line.trim().split(/\s+/))
    .flatMap(([name, , target]) => (name && target?.startsWith('sha256:') ? [{ name, target }] : []))
  const idsOf = new Map<string, string[]>()
  for (const { name, target } of rows) if (name.startsWith('sha256:')) idsOf.set(target, [...(idsOf.get(target) ?? []), name])
  return new Map(
    rows
      .filter(({ name }) => !name.startsWith('sha256:'))
      .map(({ name, target }) => [name, new Set([target, ...(idsOf.get(target) ?? [])])]),
  )
}
