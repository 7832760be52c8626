import type { Clock } from '../../shared/clock.ts'
import { nodeMachineId } from '../domain/container-instance.ts'
import { probeRequestOf } from '../domain/elbv2/health-probe.ts'
import { type Schedule, counts, firstCheck, nextCheck } from '../domain/elbv2/health-schedule.ts'
import { type Standing, failureOf, initialStanding, standingAfter, stoppedStanding } from '../domain/elbv2/health-verdict.ts'
import { sameJson } from '../domain/same-json.ts'
import type { TargetDescription } from '../aws/generated/elbv2.ts'
import type { Logger } from '../log.ts'
import type { ProbeOutcome, Prober } from '../probing/prober.ts'
import type { RuntimeNode } from '../runtime/runtime.ts'
import {
  type TargetGroupRow,
  type TargetHealthRow,
  type TargetRow,
  loadBalancers,
  targetGroupUses,
  targetGroups,
  targetHealth,
  targetKey,
  targets,
} from '../store/elbv2-tables.ts'
import type { Store } from '../store/store.ts'
import type { Reconciler } from './reconciler.ts'

export interface TargetReconcilerParts {
  readonly store: Store
  readonly clock: Clock
  readonly prober: Prober
  readonly nodes: () => readonly RuntimeNode[]
  readonly log: Logger
}

/** What this process knows of a target beside its row: lost with the process, and found out anew. */
interface Memory {
  /** Whose memory it is: the same address may be registered anew. */
  readonly registeredAt: number
  standing: Standing
  schedule: Schedule
}

/** Checks the health of targets, and writes what changes. Keys are `targetKey`s. */
export class TargetReconciler implements Reconciler {
  readonly kind = 'target'
  /** A check waits as long as its timeout for a target that does not answer. */
  readonly concurrency = 256
  readonly #parts: TargetReconcilerParts
  readonly #memories = new Map<string, Memory>()

  constructor(parts: TargetReconcilerParts) {
    this.#parts = parts
  }

  *keys(): Iterable<string> {
    for (const row of this.#parts.store.table(targets).all()) yield targetKey(row.targetGroupArn, row.target)
  }

  forget(): void {
    this.#memories.clear()
  }

  async reconcile(key: string, signal: AbortSignal): Promise<number | undefined> {
    const checked = this.#checked(key)
    if (checked === undefined) return this.#unchecked(key)
    const { clock } = this.#parts
    const memory = this.#memoryOf(key, checked)
    const began = clock.now()
    const { row, group } = checked
    const times = timesOf(row, group, began)
    // An interval that was made shorter holds from now on.
    const nextAt = Math.min(memory.schedule.nextAt, began + times.intervalMs)
    memory.schedule = { ...memory.schedule, nextAt }
    if (began < nextAt) return nextAt - began
    const outcome = await this.#probe(checked, signal)
    const standing =
      outcome === undefined
        ? stoppedStanding
        : standingAfter(
            memory.standing === stoppedStanding ? initialStanding : memory.standing,
            failureOf(outcome, group.targetGroup),
            group.targetGroup,
            counts(times),
          )
    await this.#write(key, row, standing)
    memory.standing = standing
    memory.schedule = nextCheck(memory.schedule, standing.found.state === 'initial', times)
    return Math.max(0, memory.schedule.nextAt - clock.now())
  }

  /** A target that is registered in a group which a load balancer uses and checks. */
  #checked(key: string): Checked | undefined {
    const { store } = this.#parts
    const row = store.table(targets).get(key)
    if (row === undefined || row.drainingUntil !== undefined) return undefined
    const group = store.table(targetGroups).get(row.targetGroupArn)
    const isUsed = store.table(targetGroupUses).count('targetGroup', row.targetGroupArn) > 0
    return group === undefined || !isUsed || !group.targetGroup.HealthCheckEnabled ? undefined : { row, group }
  }

  /** What was found of a target that nobody checks any more says nothing of it later. One that drains takes it along. */
  async #unchecked(key: string): Promise<undefined> {
    const { store } = this.#parts
    this.#memories.delete(key)
    const isDraining = store.table(targets).get(key)?.drainingUntil !== undefined
    if (isDraining || store.table(targetHealth).get(key) === undefined) return
    await store.commit(transaction => transaction.remove(targetHealth, key))
  }

  #memoryOf(key: string, { row, group }: Checked): Memory {
    const known = this.#memories.get(key)
    if (known !== undefined && known.registeredAt === row.registeredAt) return known
    const found = this.#parts.store.table(targetHealth).get(key)
    const memory: Memory = {
      registeredAt: row.registeredAt,
      standing: found === undefined ? initialStanding : { ...initialStanding, found: foundOf(found) },
      schedule: firstCheck(key, found !== undefined && found.state !== 'initial', timesOf(row, group, this.#parts.clock.now())),
    }
    this.#memories.set(key, memory)
    return memory
  }

  /** Undefined where there is no such machine or load balancer. */
  async #probe({ row, group }: Checked, signal: AbortSignal): Promise<ProbeOutcome | undefined> {
    const request = probeRequestOf(row.target, group.targetGroup, target => this.#addressOf(target, group))
    if (request === undefined) return undefined
    const outcome = await this.#parts.prober.probe(request, signal)
    if (outcome.is === 'failed') this.#parts.log.debug({ ...request, why: outcome.why }, 'health check failed')
    return outcome
  }

  /** A load balancer's name leads to it inside the cluster, at the ports of its listeners. */
  #addressOf({ Id }: TargetDescription, { targetGroup: { TargetType } }: TargetGroupRow): string | undefined {
    if (TargetType === 'ip') return Id
    if (TargetType === 'alb') return this.#parts.store.table(loadBalancers).get(Id)?.loadBalancer.DNSName
    return this.#parts.nodes().find(({ name }) => nodeMachineId(name) === Id)?.address
  }

  /** Writes what was found where it differs, unless the target was deregistered or registered anew meanwhile. */
  async #write(key: string, row: TargetRow, { found }: Standing): Promise<void> {
    const { store, clock, log } = this.#parts
    const before = store.table(targetHealth).get(key)
    if (before !== undefined && sameJson(foundOf(before), found)) return
    await store.commit(transaction => {
      const now = store.table(targets).get(key)
      if (now === undefined || now.registeredAt !== row.registeredAt || now.drainingUntil !== undefined) return
      const { targetGroupArn, target } = row
      transaction.put(targetHealth, { targetGroupArn, target, ...found, since: clock.now() })
    })
    log.debug({ targetGroupArn: row.targetGroupArn, target: row.target, ...found }, 'target health changed')
  }
}

interface Checked {
  readonly row: TargetRow
  readonly group: TargetGroupRow
}

const foundOf = ({ state, reason, description }: TargetHealthRow): Standing['found'] => ({
  state,
  ...(reason === undefined ? {} : { reason }),
  ...(description === undefined ? {} : { description }),
})

const timesOf = ({ registeredAt }: TargetRow, { targetGroup }: TargetGroupRow, now: number) => ({
  registeredAt,
  intervalMs: (targetGroup.HealthCheckIntervalSeconds ?? 30) * 1000,
  now,
})
