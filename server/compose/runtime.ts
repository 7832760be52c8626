import type { Clock } from '../../shared/clock.ts'
import { messageOf } from '../../shared/errors.ts'
import type { Ids } from '../../shared/ids.ts'
import type { KubeSource } from '../../shared/kube/index.ts'
import type { ServerConfig } from '../config.ts'
import type { Logger } from '../log.ts'
import type { Runtime } from '../runtime/runtime.ts'

/** A runtime, and how to give back what it holds of this process. */
export interface OpenedRuntime {
  readonly runtime: Runtime
  close(): void | Promise<void>
}

export interface RuntimeParts {
  readonly config: ServerConfig
  readonly clock: Clock
  readonly ids: Ids
  readonly log: Logger
  /** Which Kubernetes cluster; the one that this process runs in where absent. */
  readonly kubeSource?: KubeSource
}

/** The runtime of the configuration, its epoch known. Loaded only when it is the one: client-node takes a while. */
export const openRuntime = async ({ config, clock, ids, log, kubeSource = 'in-cluster' }: RuntimeParts): Promise<OpenedRuntime> => {
  if (config.runtime === 'simulated') {
    const { SimulatedRuntime } = await import('../runtime/simulated/index.ts')
    const runtime = new SimulatedRuntime({ clock, ids })
    return { runtime, close: () => runtime.close() }
  }
  const { kubernetesRuntime } = await import('../runtime/kubernetes/index.ts')
  const onProblem = (what: string, error: unknown): void => log.warn({ err: error }, `${what}: ${messageOf(error)}`)
  const runtime = await kubernetesRuntime({ source: kubeSource, instance: config.instance, clock, onProblem })
  return { runtime, close: () => runtime.client.close() }
}
