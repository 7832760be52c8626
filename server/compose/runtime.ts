import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Clock } from '../../shared/clock.ts'
import { messageOf } from '../../shared/errors.ts'
import type { Ids } from '../../shared/ids.ts'
import type { KubeClient, KubeSource } from '../../shared/kube/index.ts'
import { pause } from '../../shared/pause.ts'
import type { MemoryKills } from '../agents/memory-kills.ts'
import type { ServerConfig } from '../config.ts'
import type { Logger } from '../log.ts'
import type { Prober } from '../probing/prober.ts'
import type { ImageRegistry } from '../registry/registry.ts'
import type { Runtime } from '../runtime/runtime.ts'

/** A runtime, and how to give back what it holds of this process. */
export interface OpenedRuntime {
  readonly runtime: Runtime
  /** Asks tasks that run on it how they are; over the network where absent. */
  readonly prober?: Prober
  /** The Kubernetes cluster's API, where tasks run on one. */
  readonly client?: KubeClient
  /** For images with an ECR address; undefined where none runs. */
  readonly registry?: ImageRegistry | undefined
  close(): void | Promise<void>
}

export interface RuntimeParts {
  readonly config: ServerConfig
  readonly clock: Clock
  readonly ids: Ids
  readonly log: Logger
  /** Which Kubernetes cluster; the configuration's where absent. */
  readonly kubeSource?: KubeSource
  /** Of the agents, where there are any. */
  readonly memoryKills: MemoryKills
}

/**
 * How long a Kubernetes cluster may be away at the start: one that is started again runs its pods before it answers
 * them. Shorter than what the liveness probe allows. Milliseconds.
 */
const awayLimitMs = 45_000
const tryAgainMs = 500

/** The runtime of the configuration, its epoch known. Loaded only when it is the one: client-node takes a while. */
export const openRuntime = async (parts: RuntimeParts): Promise<OpenedRuntime> => {
  if (parts.config.runtime === 'kubernetes') return openKubernetes(parts)
  const { SimulatedRuntime } = await import('../runtime/simulated/index.ts')
  const { simulatedProber } = await import('../runtime/simulated/prober.ts')
  const runtime = new SimulatedRuntime(parts)
  return { runtime, prober: simulatedProber(runtime), close: () => runtime.close() }
}

/** The cluster that this process runs in, unless it runs outside of it. */
const sourceOf = async ({ outside }: ServerConfig): Promise<KubeSource> =>
  outside === undefined ? 'in-cluster' : { kubeconfig: await readFile(outside.kubeconfig, 'utf8'), folder: dirname(outside.kubeconfig) }

const openKubernetes = async ({ config, clock, log, kubeSource, ...parts }: RuntimeParts): Promise<OpenedRuntime> => {
  const [{ kubernetesRuntime }, { isUnreachable }] = await Promise.all([
    import('../runtime/kubernetes/index.ts'),
    import('../../shared/kube/index.ts'),
  ])
  const onProblem = (what: string, error: unknown): void => log.warn({ err: error }, `${what}: ${messageOf(error)}`)
  const source = kubeSource ?? (await sourceOf(config))
  const deadline = clock.now() + awayLimitMs
  for (;;) {
    try {
      const { instance, nodeDataDir, registryHost: host, dataDir } = config
      const url = config.outside?.doorUrl
      const memoryKills = config.agentPort === undefined ? undefined : parts.memoryKills
      const registry = host === undefined ? undefined : { host, folder: join(dataDir, 'registry'), ...(url === undefined ? {} : { url }) }
      const runtime = await kubernetesRuntime({ source, instance, nodeDataDir, registry, memoryKills, clock, onProblem })
      const { client } = runtime
      return { runtime, client, registry: runtime.registry, close: () => client.close() }
    } catch (error) {
      if (!isUnreachable(error) || clock.now() > deadline) throw error
      log.warn(`Kubernetes does not answer yet: ${messageOf(error)}`)
      await pause(clock, tryAgainMs)
    }
  }
}
