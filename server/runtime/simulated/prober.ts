import { isIP } from 'node:net'
import type { Prober } from '../../probing/prober.ts'
import type { SimulatedRuntime } from './index.ts'

/**
 * Health checks of simulated tasks: answered by what a task pretends to do. Load balancers, which have names and no
 * address, are well.
 */
export const simulatedProber = (runtime: Pick<SimulatedRuntime, 'answer'>): Prober => ({
  probe: async ({ host, port }) => (isIP(host) === 0 ? { is: 'connected' } : runtime.answer(host, port)),
})
