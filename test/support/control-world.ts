// Every service of the API over a store in memory, with reconcilers and simulated tasks on a clock that a test moves.
import { randomIds } from '../../shared/ids.ts'
import type { Owners } from '../../server/backend/owners.ts'
import { createAwsApi } from '../../server/aws/aws-api.ts'
import type { BoundService } from '../../server/aws/service.ts'
import { createReconciling } from '../../server/compose/reconcilers.ts'
import { createLog } from '../../server/log.ts'
import { SimulatedRuntime } from '../../server/runtime/simulated/index.ts'
import { bindApplicationAutoScaling } from '../../server/services/application-autoscaling/index.ts'
import { ecsService } from '../../server/services/ecs/index.ts'
import { elbv2Service } from '../../server/services/elbv2/index.ts'
import { bindServiceDiscovery } from '../../server/services/servicediscovery/index.ts'
import { memoryStore } from '../../server/store/memory.ts'
import { FakeClock } from './fake-clock.ts'
import { wireHeaders } from './wire.ts'

/** No task's container can be spoken to. */
const noSessions = { open: () => 'unreachable' as const }

export class ControlWorld {
  readonly clock = new FakeClock()
  readonly store = memoryStore({ clock: this.clock })
  readonly services: readonly BoundService[]
  /** What was logged as a warning or an error, one line each. */
  readonly complaints: string[] = []
  readonly #handle: (request: Request) => Promise<Response>
  readonly #stop: () => Promise<void>

  /** `owners` knows what belongs to other services; nobody does where it is absent. */
  constructor({ owners }: { readonly owners?: Owners } = {}) {
    const { clock, store } = this
    const log = createLog({ logLevel: 'warn' }, { write: line => this.complaints.push(line) })
    const runtime = new SimulatedRuntime({ clock, ids: randomIds })
    const settings = { endpointUrl: 'http://localhost:4566' }
    const reconciling = createReconciling({ store, clock, ids: randomIds, log, runtime, settings, owners, publishedPorts: undefined })
    const wake = (kind: string, key: string): void => reconciling.controller.wake(kind, key)
    const common = { store, clock, ids: randomIds, wake, owners }
    this.services = [
      ecsService({
        ...common,
        ...settings,
        sessions: noSessions,
        epoch: runtime.epoch,
        nodes: () => runtime.nodes(),
        carriesConnect: true,
        publishedPorts: undefined,
      }),
      elbv2Service(common),
      bindServiceDiscovery(common),
      bindApplicationAutoScaling(common),
    ]
    const api = createAwsApi({ services: this.services, ids: randomIds, log, strict: true })
    this.#handle = request => api.handle(request)
    this.#stop = async () => {
      await reconciling.stop()
      await runtime.close()
    }
    reconciling.begin()
  }

  /** Calls an operation with a body as it goes over the wire. */
  async call(service: BoundService, operation: string, body: string): Promise<{ readonly status: number; readonly text: string }> {
    const headers = wireHeaders(service.model, operation)
    const response = await this.#handle(new Request('http://kecs/', { method: 'POST', headers, body }))
    return { status: response.status, text: await response.text() }
  }

  stop(): Promise<void> {
    return this.#stop()
  }
}
