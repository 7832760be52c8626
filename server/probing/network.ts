import { messageOf } from '../../shared/errors.ts'
import { probeHttp } from './http.ts'
import { probeHttp2 } from './http2.ts'
import type { ProbeOutcome, ProbeRequest, Prober } from './prober.ts'
import { probeTcp } from './tcp.ts'

type Probe = (request: ProbeRequest, signal: AbortSignal) => Promise<ProbeOutcome>

/** Invokes a function for a health check. */
export type ProbeLambda = Probe

/** Asks targets over the network, from where the control plane runs: in the cluster it reaches every task's address. */
export class NetworkProber implements Prober {
  readonly #probes: Readonly<Record<ProbeRequest['protocol'], Probe>>

  /** `probeLambda` is absent where there is no backend that has functions. */
  constructor(probeLambda: ProbeLambda = async () => ({ is: 'failed', why: 'no backend has functions' })) {
    this.#probes = { HTTP: probeHttp, HTTP2: probeHttp2, GRPC: probeHttp2, TCP: probeTcp, LAMBDA: probeLambda }
  }

  async probe(request: ProbeRequest, signal: AbortSignal): Promise<ProbeOutcome> {
    const timeout = AbortSignal.timeout(request.timeoutMs)
    try {
      return await this.#probes[request.protocol](request, AbortSignal.any([signal, timeout]))
    } catch (error) {
      if (signal.aborted) throw error
      return timeout.aborted ? { is: 'timedOut' } : { is: 'failed', why: messageOf(error) }
    }
  }
}
