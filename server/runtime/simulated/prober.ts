import type { Prober } from '../../probing/prober.ts'
import type { SimulatedRuntime } from './index.ts'

/** Health checks of simulated tasks: answered by what a task pretends to do. Functions have nobody who runs them. */
export const simulatedProber = (runtime: Pick<SimulatedRuntime, 'answer'>): Prober => ({
  probe: async ({ protocol, host, port }) =>
    protocol === 'LAMBDA' ? { is: 'failed', why: 'functions are not simulated' } : runtime.answer(host, port),
})
