// The control plane killed again and again, over a disk and a runtime's world that outlive it.
import type { BoundService } from '../../../server/aws/service.ts'
import { createReconciling } from '../../../server/compose/reconcilers.ts'
import { createLog } from '../../../server/log.ts'
import { SimulatedRuntime } from '../../../server/runtime/simulated/index.ts'
import { simulatedProber } from '../../../server/runtime/simulated/prober.ts'
import { ecsService } from '../../../server/services/ecs/index.ts'
import { elbv2Service } from '../../../server/services/elbv2/index.ts'
import { JournaledStore } from '../../../server/store/journaled-store.ts'
import { silentLog } from '../../../server/store/store-log.ts'
import type { Store } from '../../../server/store/store.ts'
import type { Clock } from '../../../shared/clock.ts'
import { FakeClock, settle } from '../fake-clock.ts'
import { CrashDisk, CrashJournal } from './disk.ts'
import { Fate, type KillPoint, Trouble, killPoints, never, onPurpose } from './fate.ts'
import { CrashRuntime } from './machines.ts'
import { Seeded } from './seeded.ts'

export type ServiceName = 'ecs' | 'elasticloadbalancing'

/** One life of the control plane. */
interface Life {
  readonly fate: Fate
  readonly store: Store
  readonly services: readonly BoundService[]
}

const caller = {
  account: '000000000000',
  region: 'us-east-1',
  requestId: 'r',
  principal: 'arn:aws:iam::000000000000:root',
  calledAt: 'http://localhost:4566',
}

export class CrashWorld {
  readonly clock = new FakeClock()
  readonly random: Seeded
  readonly disk = new CrashDisk()
  readonly trouble: Trouble
  /** By task id, how often it was truly started. */
  readonly starts = new Map<string, number>()
  /** What was logged as an error. */
  readonly complaints: string[] = []
  readonly kills: KillPoint[] = []
  /** How often the machines went down with the control plane. */
  outages = 0
  readonly #mostKills: number
  #life: Life
  #runtime: SimulatedRuntime
  #next = Promise.withResolvers<void>()

  constructor(seed: number, mostKills: number) {
    this.random = new Seeded(seed)
    this.#mostKills = mostKills
    this.trouble = new Trouble(this.random)
    this.#runtime = new SimulatedRuntime({ clock: this.clock, ids: this.random })
    this.#life = this.#begin(this.#fate())
  }

  get runtime(): SimulatedRuntime {
    return this.#runtime
  }

  get store(): Store {
    return this.#life.store
  }

  /** Calls an operation until it is answered, as SDKs do: the answer or `{ error }` as JSON, and how many attempts it took. */
  async call(service: ServiceName, operation: string, input: object): Promise<{ readonly answer: string; readonly attempts: number }> {
    for (let attempts = 1; ; attempts++) {
      const outcome = await this.#attempt(service, operation, input)
      if (outcome !== 'died' && outcome !== 'failed') return { answer: outcome, attempts }
      if (outcome === 'died') await this.#next.promise
      await this.pause(this.random.below(100))
    }
  }

  /** Resolves after so many milliseconds of the world's clock. */
  pause(milliseconds: number): Promise<void> {
    return new Promise(resolve => void this.clock.after(milliseconds, resolve))
  }

  /** Moves time on, and begins lives where they ended, until `work` is done. */
  async live<Answer>(work: Promise<Answer>): Promise<Answer> {
    const progress = { isDone: false }
    const done = work.finally(() => (progress.isDone = true))
    done.catch(() => {})
    const limit = this.clock.now() + 7_200_000
    while (!progress.isDone) {
      if (this.clock.now() > limit) throw new Error('the clients are not done after two hours')
      await this.#move(60_000)
    }
    return done
  }

  /** One more life, of `milliseconds`, which nothing ends. */
  async settle(milliseconds: number): Promise<void> {
    this.#life.fate.end()
    this.trouble.end()
    this.#restart(new Fate())
    const end = this.clock.now() + milliseconds
    while (this.clock.now() < end) await this.#move(end - this.clock.now())
  }

  async stop(): Promise<void> {
    this.#life.fate.end()
    await this.runtime.close()
  }

  /** Time up to the next timer, `most` milliseconds at most. */
  async #move(most: number): Promise<void> {
    await settle()
    if (this.#life.fate.isDead) {
      // Away for a moment or for long: what runs goes on meanwhile.
      await this.clock.advance(this.random.pick([0, 5, 300, 20_000]))
      if (this.random.chance(0.1)) await this.#goDown()
      this.#restart(this.#fate())
      return
    }
    const step = this.clock.untilNext
    await this.clock.advance(Math.min(most, Math.max(0, step ?? most)))
  }

  /** Nothing that ran is there any more. */
  async #goDown(): Promise<void> {
    this.outages++
    await this.#runtime.close()
    this.#runtime = new SimulatedRuntime({ clock: this.clock, ids: this.random })
  }

  #restart(fate: Fate): void {
    this.#life = this.#begin(fate)
    this.#next.resolve()
    this.#next = Promise.withResolvers()
  }

  #fate(): Fate {
    if (this.kills.length >= this.#mostKills) return new Fate()
    const point = this.random.pick(killPoints)
    // Often right after the start, sometimes after long.
    const fate = new Fate(point, this.random.below(this.random.pick([2, 6, 25])))
    fate.onEnd(() => this.kills.push(point))
    return fate
  }

  #begin(fate: Fate): Life {
    const { disk, random, trouble, runtime: world } = this
    const clock = mortalClock(this.clock, fate)
    const journal = new CrashJournal({ disk, fate, trouble, clock, random })
    const store = new JournaledStore({ journal, clock, log: silentLog }, disk.contents())
    const runtime = new CrashRuntime(world, fate, this)
    const log = createLog({ logLevel: 'error' }, { write: line => line.includes(onPurpose) || this.complaints.push(line) })
    const settings = { endpointUrl: 'http://localhost:4566' }
    const inner = simulatedProber(world)
    const prober: typeof inner = { probe: (...asked) => (fate.isDead ? never() : inner.probe(...asked)) }
    const reconciling = createReconciling({ store, clock, ids: random, log, runtime, settings, prober, publishedPorts: undefined })
    const wake = (kind: string, key: string): void => reconciling.controller.wake(kind, key)
    const common = { store, clock, ids: random, wake }
    const ecs = { sessions: noSessions, epoch: world.epoch, nodes: () => world.nodes(), carriesConnect: true, publishedPorts: undefined }
    reconciling.begin()
    return { fate, store, services: [ecsService({ ...common, ...settings, ...ecs }), elbv2Service(common)] }
  }

  async #attempt(service: ServiceName, operation: string, input: object): Promise<string> {
    const { services, fate } = this.#life
    if (fate.isDead) return 'died'
    const bound = services.find(({ model }) => model.signingName === service)
    const invoked = Promise.resolve(bound?.invoke(operation, caller, input)).catch((error: unknown) => ({ error: String(error) }))
    const outcome = await Promise.race([invoked, fate.died])
    if (outcome === 'died' || fate.ends('before an answer')) return 'died'
    const answer = JSON.stringify(outcome)
    return answer.includes(onPurpose) ? 'failed' : answer
  }
}

/** No task's container can be spoken to. */
const noSessions = { open: () => 'unreachable' as const }

/** The world's clock, whose timers end with a life. */
const mortalClock = (clock: Clock, fate: Fate): Clock => {
  const cancels = new Set<() => void>()
  fate.onEnd(() => {
    for (const cancel of cancels) cancel()
  })
  return {
    now: () => clock.now(),
    after: (milliseconds, callback) => {
      if (fate.isDead) return () => {}
      const cancel = clock.after(milliseconds, () => {
        cancels.delete(cancel)
        if (!fate.ends('at a timer')) callback()
      })
      cancels.add(cancel)
      return () => {
        cancels.delete(cancel)
        cancel()
      }
    },
  }
}
