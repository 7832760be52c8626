import type { Clock } from '../../shared/clock.ts'
import type { Ids } from '../../shared/ids.ts'
import type { ServerConfig } from '../config.ts'
import type { Logger } from '../log.ts'
import type { Runtime } from '../runtime/runtime.ts'

/** A runtime that holds something of this process. */
export interface ClosableRuntime extends Runtime {
  close(): Promise<void>
}

export interface RuntimeParts {
  readonly config: ServerConfig
  readonly clock: Clock
  readonly ids: Ids
  readonly log: Logger
}

/** The runtime of the configuration, its epoch known. Loaded only when it is the one: client-node takes a while. */
export const openRuntime = async ({ config, clock, ids }: RuntimeParts): Promise<ClosableRuntime> => {
  if (config.runtime === 'kubernetes') throw new Error('the kubernetes runtime is not composed yet')
  const { SimulatedRuntime } = await import('../runtime/simulated/index.ts')
  return new SimulatedRuntime({ clock, ids })
}
