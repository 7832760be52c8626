// `kecs migrate` with a fault at one of its calls, on a real cluster: its own steps over its own sides, as a program of its
// own so that it can be killed where the fault is.
//
//   bun test/support/faulty-migration.ts '{"home": …, "name": …, "to": …, "program": …, "call": …, "when": …, "how": …}'
//
// Prints how it ended: `moved`, or why not.
import { dirname } from 'node:path'
import { makeDriver } from '../../cli/cluster/drivers.ts'
import { localDocker } from '../../cli/cluster/docker.ts'
import { runningProcess } from '../../cli/cluster/control-process.ts'
import { requireInstance } from '../../cli/instance.ts'
import { keepJournal } from '../../cli/legacy/journal.ts'
import { migrate, type Side, type Sides } from '../../cli/legacy/migration.ts'
import { instanceOn, sidesOf } from '../../cli/legacy/sides.ts'
import { endInside } from '../../cli/legacy/outside.ts'
import { isProcessAlive } from '../../cli/processes.ts'
import { freeLegacyPorts } from '../../cli/up/settings.ts'
import { CliError, messageOf } from '../../shared/errors.ts'
import { connect } from '../../shared/kube/index.ts'
import { until } from './until.ts'

export interface MigrationFault {
  /** At which call of the migration's; only the first one of that name. */
  readonly call: keyof Sides
  /** `during`: some moments after it began, for a kill alone. */
  readonly when: 'before' | 'during' | 'after'
  /** `side lost`: the new control plane ends there, and what is asked of it has to go wrong by itself. */
  readonly how: 'fails' | 'killed' | 'side lost'
}

export interface FaultyMigration extends MigrationFault {
  /** KECS_HOME, and the instance in it. */
  readonly home: string
  readonly name: string
  readonly to: Side
  /** The binary that a control plane on this machine is. */
  readonly program: string
}

/** How long after its begin a call is in full swing. Milliseconds. */
const moments = 150

const run = async ({ home, name, to, program, call, when, how }: FaultyMigration): Promise<string> => {
  const instance = await requireInstance(home, name)
  if (instance.driver === 'simulated') throw new Error('a simulated instance has no cluster')
  const docker = localDocker()
  const driver = makeDriver(instance.driver, { docker, program: instance.program ?? instance.driver, env: process.env })
  const { signal } = new AbortController()
  const kube = await connect({ kubeconfig: await driver.kubeconfig(instance, signal) })
  const legacy = instance.legacy ?? { ports: await freeLegacyPorts(instance, []) }
  // As the program finds itself: a process of another is started anew when the program goes on.
  const self = { command: program, args: [], checkout: dirname(dirname(program)) }
  const sides = sidesOf({ instance, legacy, driver, kube, docker, self, env: process.env })

  const loseNewSide = async (): Promise<void> => {
    if (to === 'in-cluster') return endInside(kube, signal)
    const serving = await runningProcess(instanceOn('legacy', { instance, legacy }), signal)
    if (serving === undefined) throw new Error('there is no new side')
    process.kill(serving.pid, 'SIGKILL')
    await until('it is gone', () => !isProcessAlive(serving.pid), { everyMs: 10 })
  }
  const strike = async (): Promise<void> => {
    if (how === 'killed') process.kill(process.pid, 'SIGKILL')
    if (how === 'side lost') return loseNewSide()
    throw new CliError(`${call} failed: this was asked for.`, '')
  }

  let isOver = false
  const faulty = new Proxy(sides, {
    get: (target, key: keyof Sides) => {
      if (key !== call || isOver) return target[key]
      isOver = true
      return async (...given: readonly unknown[]) => {
        if (when === 'before') await strike()
        if (when === 'during') setTimeout(() => void strike(), moments)
        const answer: unknown = await Reflect.apply(target[key], target, given)
        if (when === 'after') await strike()
        return answer
      }
    },
  })

  const from = instance.legacy === undefined ? 'in-cluster' : 'legacy'
  try {
    await migrate(
      { id: crypto.randomUUID(), from, to, legacy, direction: 'there', begun: [] },
      {
        name,
        sides: faulty,
        keep: state => keepJournal(instance, state),
        show: (_title, work) => work(),
        signal,
        backSignal: () => AbortSignal.timeout(180_000),
      },
    )
    return 'moved'
  } catch (error) {
    return messageOf(error)
  } finally {
    kube.close()
  }
}

if (import.meta.main) console.log(await run(JSON.parse(process.argv[2] ?? '') as FaultyMigration))
