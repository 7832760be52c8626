import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock } from '../../shared/clock.ts'
import { isNotFound, kinds, type KubeClient } from '../../shared/kube/index.ts'
import { images, registryName, registryPort, systemNamespace } from '../../shared/names.ts'
import { pause } from '../../shared/pause.ts'
import { answers, distributionApi } from './distribution.ts'
import { type ImageRegistry, RegistryUnavailable } from './registry.ts'

export interface ClusterRegistryParts {
  readonly client: KubeClient
  readonly clock: Clock
  readonly host: string
  /** Where it keeps images, as this process sees it. */
  readonly folder: string
  /** Where this process reaches it; its Service where absent. */
  readonly url?: string
}

const where = { name: registryName, namespace: systemNamespace }
const serviceUrl = `http://${registryName}.${systemNamespace}:${registryPort}`

/** Below its folder: a folder for each repository. https://pkg.go.dev/github.com/distribution/distribution/registry/storage */
const repositories = 'docker/registry/v2/repositories'

const isFolder = async (path: string): Promise<boolean> =>
  stat(path).then(
    found => found.isDirectory(),
    () => false,
  )

/** How long it may take from when it is first asked for: its image is pulled then. Milliseconds. */
const startLimitMs = 120_000
const lookAgainMs = 300

/**
 * The registry of this cluster. `kecs up` makes it without a pod, which costs nothing; the first who needs it starts
 * it, and it runs from then on.
 */
export const clusterRegistry = ({ client, clock, host, folder, url = serviceUrl }: ClusterRegistryParts): ImageRegistry => {
  let askedAt: number | undefined

  const start = async (): Promise<void> => {
    try {
      await client.patch(kinds.deployment, where, { merge: { spec: { replicas: 1 } } }, { fieldManager: 'kecs-control-plane' })
    } catch (error) {
      if (!isNotFound(error)) throw error
      throw new RegistryUnavailable('The registry is not installed in this cluster: `kecs up` installs it.', false)
    }
  }

  return {
    ...distributionApi(url),
    host,
    holds: repository => isFolder(join(folder, repositories, repository)),
    ready: async ({ limitMs = startLimitMs, signal } = {}) => {
      const end = clock.now() + limitMs
      for (let isStarted = false; !(await answers(url)); isStarted = true) {
        if (!isStarted) await start()
        signal?.throwIfAborted()
        askedAt ??= clock.now()
        const isHopeless = clock.now() - askedAt >= startLimitMs
        if (isHopeless || clock.now() >= end) {
          // Whoever asks next waits anew: its image may have been brought in.
          if (isHopeless) askedAt = undefined
          throw new RegistryUnavailable(unavailable, !isHopeless)
        }
        await pause(clock, lookAgainMs)
      }
      askedAt = undefined
    },
  }
}

const unavailable = `The registry that kecs runs for images with an ECR address does not answer yet. Its image, ${images.registry}, is pulled when it is first needed; without a network bring it in with \`kecs image load ${images.registry}\`.`
