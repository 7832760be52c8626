import { doorPort } from '../../../shared/names.ts'
import { ecrImage, repositoryPath } from '../../domain/ecr.ts'
import type { ImageRegistry } from '../../registry/registry.ts'
import type { TaskSpec } from '../runtime.ts'

/** What nodes call the registry: the door is a port of theirs, and their own loopback needs neither TLS nor settings. */
const nodeHost = `localhost:${doorPort}`

/** Whether an image is pulled from the registry that runs beside, as nodes name it. */
export const isOwnImage = (image: string): boolean => image.startsWith(`${nodeHost}/`)

/**
 * Images that `kecs image load` brought in work offline, `latest` too. A tag that was pushed anew to the registry that
 * runs beside is what the next task gets, as on ECS; asking there costs next to nothing.
 */
export const pullPolicyOf = (image: string): 'Always' | 'IfNotPresent' => (isOwnImage(image) ? 'Always' : 'IfNotPresent')

/** The names of images by which nodes pull them, of those that come from the registry that runs beside. */
export type NodeImages = ReadonlyMap<string, string>

/**
 * Which images of a task come from the registry: those of its own address, and those of ECR to whose repository
 * something was pushed. Others of ECR are as any image: brought in by `kecs image load`, or pulled from AWS.
 */
export const nodeImagesOf = async (
  { containers }: TaskSpec,
  registry: Pick<ImageRegistry, 'host' | 'holds'> | undefined,
): Promise<NodeImages> => {
  const names = new Map<string, string>()
  if (registry === undefined) return names
  for (const { image = '' } of containers) {
    const found = ecrImage(image, registry.host)
    if (found === undefined) continue
    const isItsOwn = image.startsWith(`${registry.host}/`)
    if (isItsOwn || (await registry.holds(repositoryPath(found, nameOf(found.image))))) {
      names.set(image, `${nodeHost}/${repositoryPath(found, found.image)}`)
    }
  }
  return names
}

/**
 * An image of the registry that runs beside by what its tag stands for now; others, and what is not there, as they are. What
 * is known of such a name stays true.
 */
export const pinned = async (image: string, registry: Pick<ImageRegistry, 'manifest'> | undefined): Promise<string> => {
  const [, repository, tag] = /^([^@]+?)(?::([^:/@]+))?$/.exec(image.slice(nodeHost.length + 1)) ?? []
  if (registry === undefined || repository === undefined || !isOwnImage(image)) return image
  const manifest = await registry.manifest(repository, tag ?? 'latest')
  return manifest === undefined ? image : `${nodeHost}/${repository}@${manifest.digest}`
}

/** Of `NAME:TAG` and `NAME@DIGEST`. */
const nameOf = (image: string): string => image.replace(/[:@].*$/, '')

/** The task with these images by the names that nodes pull them under. */
export const withNodeImages = (spec: TaskSpec, names: NodeImages): TaskSpec =>
  names.size === 0
    ? spec
    : { ...spec, containers: spec.containers.map(each => ({ ...each, image: names.get(each.image ?? '') ?? each.image })) }

/** A message of the kubelet's with the names of ECR in it again. */
export const withEcrNames = (message: string): string =>
  message.replaceAll(new RegExp(`${nodeHost}/(?:v2/)?(\\d{12})/([a-z0-9-]+)/`, 'g'), '$1.dkr.ecr.$2.amazonaws.com/')
