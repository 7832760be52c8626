import { createHash } from 'node:crypto'
import type { Clock } from '../../../shared/clock.ts'
import type { ContainerDefinition } from '../../aws/generated/ecs.ts'
import type { ProbeOutcome } from '../../probing/prober.ts'
import type { ContainerObservation, ExecCommand, RunningCommand } from '../runtime.ts'
import { SimulatedTerminal } from './terminal.ts'
import type { Plan } from './wishes.ts'

/** Log lines that are kept of a container. */
const keptLines = 1_000
/** Between the stop signal and the end of a container that honours it. Milliseconds. */
const terminationMs = 5

/** ECS' restartAttemptPeriod where a policy names none: seconds. */
const defaultRestartPeriod = 300

const terminated = { sigkill: 137, sigterm: 143 }

export interface ContainerParts {
  readonly clock: Clock
  readonly taskId: string
  readonly definition: ContainerDefinition
  readonly plan: Plan
  readonly onChange: () => void
}

/** A container that only says that it runs: waiting → running → terminated, as its plan has it. */
export class SimulatedContainer {
  readonly name: string
  readonly logs: string[] = []
  readonly #parts: ContainerParts
  readonly #timers = new Set<() => void>()
  #state: ContainerObservation['state'] = { is: 'waiting', reason: 'ContainerCreating' }
  readonly #terminals = new Set<SimulatedTerminal>()
  #isHeld = false
  #isStopping = false
  #checkPasses = false
  #pull: { pullStartedAt: number; pullStoppedAt?: number } | undefined

  constructor(parts: ContainerParts) {
    this.#parts = parts
    this.name = parts.definition.name ?? ''
  }

  get state(): ContainerObservation['state'] {
    return this.#state
  }

  observe(): ContainerObservation {
    const image = this.#parts.definition.image ?? ''
    const isMade = this.#state.is !== 'waiting'
    return {
      name: this.name,
      state: this.#state,
      ...this.#pull,
      ...(this.#isHeld ? { isHeld: true } : {}),
      ...(hasCheck(this.#parts.definition) ? { checkPasses: this.#checkPasses && this.#state.is === 'running' } : {}),
      ...(isMade ? { imageDigest: `sha256:${sha256(image)}`, runtimeId: sha256(`${this.#parts.taskId}/${this.name}`) } : {}),
    }
  }

  /** What whoever asks at one of its ports is answered. That it is well counts as a connection, whatever was asked. */
  answer(): ProbeOutcome {
    if (this.#state.is !== 'running') return { is: 'failed', why: 'it does not run' }
    const { listensAtMs, ill } = this.#parts.plan.answers
    const ranMs = this.#parts.clock.now() - this.#state.startedAt
    if (ranMs < listensAtMs) return { is: 'failed', why: 'nobody listens yet' }
    return ill === undefined || ranMs < ill.fromMs ? { is: 'connected' } : ill.outcome
  }

  /** Waits to be let go. */
  hold(): void {
    this.#isHeld = true
  }

  get isHeld(): boolean {
    return this.#isHeld
  }

  /** Pulls and starts within `milliseconds` and what the plan adds to it. */
  begin(milliseconds: number): void {
    const { clock, plan } = this.#parts
    this.#isHeld = false
    this.#pull = { pullStartedAt: clock.now() }
    this.#after(milliseconds + plan.startDelayMs, () => this.#pulled())
  }

  /** Sends the stop signal; what is not over after the grace is killed. */
  stop(graceMs: number): void {
    if (this.#isStopping) return
    this.#isStopping = true
    this.#cancel()
    if (this.#state.is !== 'running') return
    const isHeard = !this.#parts.plan.ignoresStopSignal && graceMs > 0
    const code = isHeard ? terminated.sigterm : terminated.sigkill
    this.#after(isHeard ? terminationMs : graceMs, () => this.#exit(code, { signal: isHeard ? 15 : 9 }))
  }

  /** Runs a command beside its own; it ends with the container. Throws `ExecRefused` for one that is not known here. */
  exec(command: readonly string[], onOutput: ExecCommand['onOutput']): RunningCommand {
    const { clock, definition } = this.#parts
    const environment = new Map((definition.environment ?? []).map(({ name = '', value = '' }) => [name, value]))
    const terminal = new SimulatedTerminal({ clock, command, environment, onOutput })
    this.#terminals.add(terminal)
    void terminal.ended.then(() => this.#terminals.delete(terminal))
    return terminal
  }

  /** Nothing happens to it any more. */
  dispose(): void {
    this.#cancel()
    this.#hangUp()
  }

  #hangUp(): void {
    for (const terminal of this.#terminals) terminal.close()
  }

  #pulled(): void {
    const { clock, plan } = this.#parts
    const now = clock.now()
    if (plan.failure?.reason === 'ErrImagePull') {
      this.#become({ is: 'waiting', ...plan.failure })
      return
    }
    this.#pull = { pullStartedAt: this.#pull?.pullStartedAt ?? now, pullStoppedAt: now }
    if (plan.failure === undefined) this.#run()
    else this.#become({ is: 'terminated', exitCode: 128, ...plan.failure, finishedAt: now })
  }

  #run(): void {
    const { clock, plan } = this.#parts
    this.#checkPasses = plan.health.startsWell
    this.#become({ is: 'running', startedAt: clock.now() })
    if (plan.health.turnsAtMs !== undefined) this.#after(plan.health.turnsAtMs, () => this.#turn())
    for (const { atMs, text } of plan.course.lines) this.#after(atMs, () => this.#write(text))
    const { exit } = plan.course
    if (plan.oomAtMs !== undefined) this.#after(plan.oomAtMs, () => this.#exit(terminated.sigkill, { reason: 'OOMKilled', signal: 9 }))
    if (exit !== undefined) this.#after(exit.atMs, () => this.#exit(exit.code))
  }

  /** As its restart policy has it: after it ran for the policy's period, unless its exit code is ignored or it was told to stop. */
  #isRestarted(exitCode: number, startedAt: number): boolean {
    const { restartPolicy } = this.#parts.definition
    if (restartPolicy?.enabled !== true || this.#isStopping) return false
    const { restartAttemptPeriod = defaultRestartPeriod, ignoredExitCodes = [] } = restartPolicy
    return !ignoredExitCodes.includes(exitCode) && this.#parts.clock.now() - startedAt >= restartAttemptPeriod * 1_000
  }

  #turn(): void {
    this.#checkPasses = !this.#checkPasses
    this.#parts.onChange()
  }

  #exit(exitCode: number, more: { readonly reason?: string; readonly signal?: number } = {}): void {
    if (this.#state.is !== 'running') return
    this.#cancel()
    this.#hangUp()
    const { startedAt } = this.#state
    if (this.#isRestarted(exitCode, startedAt)) return this.#run()
    const reason = exitCode === 0 ? 'Completed' : 'Error'
    this.#become({ is: 'terminated', exitCode, reason, ...more, startedAt, finishedAt: this.#parts.clock.now() })
  }

  #write(text: string): void {
    this.logs.push(...text.split('\n'))
    this.logs.splice(0, this.logs.length - keptLines)
  }

  #become(state: ContainerObservation['state']): void {
    this.#state = state
    this.#parts.onChange()
  }

  #after(milliseconds: number, callback: () => void): void {
    const cancel = this.#parts.clock.after(milliseconds, () => {
      this.#timers.delete(cancel)
      callback()
    })
    this.#timers.add(cancel)
  }

  #cancel(): void {
    for (const cancel of this.#timers) cancel()
    this.#timers.clear()
  }
}

const hasCheck = ({ healthCheck }: ContainerDefinition): boolean => healthCheck !== undefined && healthCheck.command[0] !== 'NONE'

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')
