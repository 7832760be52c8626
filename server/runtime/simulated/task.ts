import type { Clock } from '../../../shared/clock.ts'
import { messageOf } from '../../../shared/errors.ts'
import type { ContainerDefinition } from '../../aws/generated/ecs.ts'
import type { ProbeOutcome } from '../../probing/prober.ts'
import { ExecRefused, type ExecCommand, type RunningCommand, type TaskObservation, type TaskRef, type TaskSpec } from '../runtime.ts'
import { isHeldAtFirst } from '../../domain/container-order.ts'
import { SimulatedContainer } from './container.ts'
import { type HostPort, openHostPort } from './host-port.ts'
import { planOf } from './wishes.ts'

/** How long things take. Milliseconds. */
export interface Timings {
  /** From the start to a node with a network. */
  readonly placing: number
  /** From there to running containers. */
  readonly pulling: number
}

export interface SimulatedTaskParts {
  readonly clock: Clock
  readonly timings: Timings
  /** The task's own address. */
  readonly address: string
  readonly onChange: (task: TaskRef) => void
}

/** ECS' stopTimeout where a container gives none: seconds. */
const defaultStopTimeout = 30

export const simulatedNode = { name: 'simulated', address: '127.0.0.1' }

/** A task that only says that it runs; its TCP host ports are real. */
export class SimulatedTask {
  readonly ref: TaskRef
  readonly memo: string | undefined
  readonly #spec: TaskSpec
  readonly #parts: SimulatedTaskParts
  readonly #containers: readonly SimulatedContainer[]
  #placedAt: number | undefined
  #stoppingSince: number | undefined
  #failure: TaskObservation['failure']
  #ports: HostPort[] = []
  #cancelPlacing: (() => void) | undefined
  #isDisposed = false

  /** Throws `TaskRefused` when its containers' labels make no sense. */
  constructor(spec: TaskSpec, parts: SimulatedTaskParts) {
    const { taskArn, taskId, namespace } = spec
    this.ref = { taskArn, taskId, namespace }
    this.memo = spec.memo
    this.#spec = spec
    this.#parts = parts
    this.#containers = spec.containers
      .map(container => withSecrets(container, spec))
      .map(definition => {
        const plan = planOf(definition)
        const container = new SimulatedContainer({ clock: parts.clock, taskId, definition, plan, onChange: () => this.#changed() })
        if (isHeldAtFirst(definition)) container.hold()
        return container
      })
  }

  observe(): TaskObservation {
    const { address } = this.#parts
    const placedAt = this.#placedAt
    const network = { node: simulatedNode.name, hostAddress: simulatedNode.address, address }
    return {
      ...this.ref,
      ...(placedAt === undefined ? {} : { scheduledAt: placedAt, networkReadyAt: placedAt, ...network }),
      ...(this.#failure === undefined ? {} : { failure: this.#failure }),
      ...(this.#stoppingSince === undefined ? {} : { stoppingSince: this.#stoppingSince }),
      containers: this.#containers.map(container => container.observe()),
    }
  }

  start(): void {
    const { clock, timings } = this.#parts
    this.#cancelPlacing = clock.after(timings.placing, () => void this.#place())
    this.#changed()
  }

  startContainers(names: readonly string[]): void {
    if (this.#stoppingSince !== undefined || this.#placedAt === undefined) return
    const held = this.#containers.filter(({ name, isHeld }) => isHeld && names.includes(name))
    for (const container of held) container.begin(this.#parts.timings.pulling)
    if (held.length > 0) this.#changed()
  }

  stopContainers(names: readonly string[]): void {
    const graceMs = Math.max(...this.#spec.containers.map(({ stopTimeout }) => stopTimeout ?? defaultStopTimeout)) * 1_000
    for (const container of this.#containers) if (names.includes(container.name)) container.stop(graceMs)
  }

  stop(graceSeconds: number): void {
    if (this.#stoppingSince !== undefined) return
    this.#stoppingSince = this.#parts.clock.now()
    this.#cancelPlacing?.()
    for (const container of this.#containers) container.stop(graceSeconds * 1_000)
    this.#changed()
  }

  /** What is answered at an address and port that are the task's; undefined at others. */
  answer(host: string, port: number): ProbeOutcome | undefined {
    const isOnHost = this.#spec.networkMode === 'bridge' || this.#spec.networkMode === 'host'
    const isOwn = isOnHost ? host === simulatedNode.address : host === this.#parts.address
    if (this.#placedAt === undefined || !isOwn) return undefined
    const owner = this.#spec.containers.find(({ portMappings = [] }) =>
      portMappings.some(({ hostPort, containerPort }) => (isOnHost ? hostPort : containerPort) === port),
    )
    // On its own address a task may listen on ports that its definition does not name.
    const name = owner?.name ?? (isOnHost ? undefined : this.#spec.containers[0]?.name)
    return this.#containers.find(container => container.name === name)?.answer()
  }

  logs(container: string): readonly string[] {
    return this.#containers.find(({ name }) => name === container)?.logs ?? []
  }

  /** Throws `ExecRefused`. */
  exec({ container: name, command, onOutput }: ExecCommand): RunningCommand {
    const container = this.#containers.find(each => each.name === name)
    if (container?.state.is !== 'running') throw new ExecRefused(`The container ${name} does not run.`)
    return container.exec(command, onOutput)
  }

  /** Frees what it holds. */
  async dispose(): Promise<void> {
    this.#isDisposed = true
    this.#cancelPlacing?.()
    for (const container of this.#containers) container.dispose()
    await Promise.all(this.#ports.splice(0).map(port => port.close()))
  }

  async #place(): Promise<void> {
    try {
      await this.#openPorts()
    } catch (error) {
      this.#failure = portFailure(error)
      this.#changed()
      return
    }
    if (this.#isDisposed || this.#stoppingSince !== undefined) return
    this.#placedAt = this.#parts.clock.now()
    for (const container of this.#containers) if (!container.isHeld) container.begin(this.#parts.timings.pulling)
    this.#changed()
  }

  /** Tasks in bridge and host mode hold ports of the host; in awsvpc mode they have them on their own address. */
  async #openPorts(): Promise<void> {
    const { containers, networkMode, taskArn } = this.#spec
    if (networkMode !== 'bridge' && networkMode !== 'host') return
    for (const { name = '', image = '', portMappings = [] } of containers) {
      for (const { hostPort = 0, containerPort = 0, protocol = 'tcp' } of portMappings) {
        if (protocol !== 'tcp' || hostPort === 0) continue
        const port = await openHostPort(hostPort, { taskArn, container: name, image, containerPort })
        if (this.#isDisposed) await port.close()
        else this.#ports.push(port)
      }
    }
  }

  /** Ports are free again once nothing of the task runs, not only when its end is recorded. */
  #changed(): void {
    if (this.#containers.every(({ state }) => state.is === 'terminated')) {
      for (const port of this.#ports.splice(0)) void port.close()
    }
    this.#parts.onChange(this.ref)
  }
}

/** As the kubelet refuses a pod whose host port is taken. */
const portFailure = (error: unknown): { reason: string; message: string } => {
  const isTaken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE'
  return isTaken
    ? { reason: 'NodePorts', message: `A host port is taken: ${error.message}` }
    : { reason: 'HostPort', message: messageOf(error) }
}

/** What is fetched for a container is in its environment, where its command finds it. */
const withSecrets = (container: ContainerDefinition, { secrets = {} }: TaskSpec): ContainerDefinition => {
  const fetched = Object.entries(secrets[container.name ?? '']?.environment ?? {}).map(([name, value]) => ({ name, value }))
  return fetched.length === 0 ? container : { ...container, environment: [...(container.environment ?? []), ...fetched] }
}
