import { fullImageName } from './image-name.ts'
import type { Docker } from './docker.ts'

/**
 * Images in a node's containerd, by its own `ctr`, which kind's nodes and k3s both have. Not by `kind load` and
 * `k3d image import`: those want a finished cluster, write whole archives to disk, and hide failures.
 */

const list = ['ctr', '--namespace', 'k8s.io', 'images', 'list']
// Without --all-platforms: an image of several platforms that Docker holds one of would be refused.
const importImages = ['ctr', '--namespace', 'k8s.io', 'images', 'import', '-']

/** Whether the node's containerd answers. */
export const runtimeAnswers = async (docker: Docker, node: string, signal: AbortSignal): Promise<boolean> =>
  (await docker.exec(node, ['ctr', 'version'], { signal })).code === 0

/** Names whose image in the node is not the one that Docker has under that name, or, where Docker has none, is absent. */
export const missingIn = async (
  docker: Docker,
  node: string,
  images: readonly string[],
  signal: AbortSignal,
): Promise<readonly string[]> => {
  const [listed, ids] = await Promise.all([docker.exec(node, list, { signal }), docker.imageIds(images, signal)])
  const present = parseImages(listed.stdout)
  return images.filter(image => {
    const known = present.get(fullImageName(image))
    const id = ids.get(image)
    return known === undefined || (id !== undefined && !known.has(id))
  })
}

/** Brings images of the local Docker into a node, in one stream. */
export const importInto = (docker: Docker, node: string, images: readonly string[], signal: AbortSignal): Promise<void> =>
  docker.saveInto(images, node, importImages, signal)

/**
 * From `ctr images list`: full name → digests it is known by. Kubernetes' plugin adds a row named after the image's
 * configuration with the same target; that is Docker's image id, or, where Docker keeps images in containerd, the target is.
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
