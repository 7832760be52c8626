import { createHash } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { CliError } from '../../shared/errors.ts'
import { labelPrefix } from '../../shared/names.ts'
import type { Docker } from '../cluster/docker.ts'

export interface ControlPlaneImageOptions {
  /** Root of a source checkout, whose dist/image/kecs goes into the image; without, the published image is used. */
  readonly checkout?: string
  readonly image: string
  readonly signal: AbortSignal
  readonly progress: (line: string) => void
}

/** On images of ours: a digest of what they were built from. */
const sourceLabel = `${labelPrefix}/source`

/**
 * Sees to it that the local Docker has the control plane's image as this checkout makes it. A released binary has its
 * published image, which the cluster pulls where Docker lacks it.
 * @throws CliError when the binary is missing, or Docker cannot build
 */
export const ensureControlPlaneImage = async (
  docker: Docker,
  options: ControlPlaneImageOptions,
): Promise<'built' | 'unchanged' | 'published'> => {
  const { checkout, image, signal, progress } = options
  if (checkout === undefined) return 'published'
  const binary = join(checkout, 'dist', 'image', 'kecs')
  const dockerfile = join(checkout, 'deploy', 'Dockerfile')
  const source = await digestOf([binary, dockerfile])
  if ((await docker.imageLabel(image, sourceLabel, signal)) === source) return 'unchanged'
  progress(`Building ${image}`)
  await docker.build({
    context: join(checkout, 'dist', 'image'),
    dockerfile,
    tag: image,
    labels: { [sourceLabel]: source },
    args: {},
    signal,
    onLine: () => undefined,
  })
  return 'built'
}

/** Of a file's size and time where it is large: it is read for nothing otherwise at each `up`. */
const digestOf = async (paths: readonly string[]): Promise<string> => {
  const hash = createHash('sha256')
  for (const path of paths) {
    const { size, mtimeMs } = await stat(path).catch(() => {
      throw new CliError(
        `${path} is missing, so the control plane's image cannot be built.`,
        'Make it with `./dev build`, or name a published image with --image.',
      )
    })
    hash.update(size > 1_000_000 ? `${size} ${mtimeMs}` : await readFile(path))
  }
  return hash.digest('hex').slice(0, 32)
}
