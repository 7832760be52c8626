import { join } from 'node:path'
import { type Clock, systemClock } from '../../shared/clock.ts'
import { messageOf } from '../../shared/errors.ts'
import { userLookupFolder } from '../../shared/names.ts'
import { createBackend } from '../backend/client.ts'
import { Started } from '../compose/started.ts'
import { createLog, type Logger } from '../log.ts'
import { answerContainer } from './answers/index.ts'
import { clockDriftOf, KernelClock } from './clock-drift.ts'
import type { AgentConfig } from './config.ts'
import { ControlPlane } from './control-plane.ts'
import { CredentialStore } from './credentials.ts'
import { NetworkFaults } from './faults/network-faults.ts'
import { Isolation } from './isolation.ts'
import { KernelLog, tellsOfMemoryKill } from './kernel-log.ts'
import { KeptFile } from './kept-file.ts'
import { KnownTasks } from './known-tasks.ts'
import { listenAt } from './listening.ts'
import { NetworkProber } from '../probing/network.ts'
import type { AgentTask, TaskUse } from './protocol.ts'
import { Adjuster } from './adjuster.ts'
import { AdjustingReport } from './adjusting-report.ts'
import { followNri } from './nri/plugin.ts'
import { Collector } from './logs/collector.ts'
import { LogStreams } from './logs/log-streams.ts'
import { Routers } from './logs/routers.ts'
import { RuntimeIds } from './runtime-ids.ts'
import { Cgroups } from './stats/cgroups.ts'
import { Interfaces } from './stats/interfaces.ts'
import { TaskStats } from './stats/index.ts'
import { TaskMeter } from './stats/task-meter.ts'
import { reportUsage } from './usage-reporter.ts'
import { layOut } from './lay-out.ts'

/** A node's agent that answers. */
export interface RunningAgent {
  /** Where it answers containers, such as `http://169.254.170.2:80`. */
  readonly url: string
  stop(): Promise<void>
}

export interface AgentDependencies {
  readonly clock?: Clock
  readonly log?: Logger
}

/**
 * The agent of a node: answers its containers and delivers what they write. It knows of tasks what the control plane
 * tells; while that is away, and when the agent itself is started again, it goes on with what it knew. Resolves once it
 * answers. Rejects with `AddressRefused` where it may not have its address.
 */
export const startAgent = async (
  config: AgentConfig,
  { clock = systemClock, ...dependencies }: AgentDependencies = {},
): Promise<RunningAgent> => {
  const log = dependencies.log ?? createLog(config)
  const started = new Started()
  const abort = new AbortController()
  try {
    const tasks = new KnownTasks(clock)
    await layOut(config.userLookupDir, join(config.stateDir, userLookupFolder)).catch((error: unknown) =>
      log.warn(`users of containers cannot be looked up by name on this node: ${messageOf(error)}`),
    )
    const kept = new KeptFile<readonly AgentTask[]>(join(config.stateDir, 'tasks.json'))
    const before = await kept.read()
    if (before !== undefined) tasks.accept({ is: 'listed', tasks: before })

    const backend = config.backendUrl === undefined ? undefined : createBackend({ url: config.backendUrl })
    const credentials = new CredentialStore({ backend, clock, log, stateDir: config.stateDir })
    await credentials.open()
    const runtimeIds = new RuntimeIds(config.containerLogsDir, clock)
    const runtimeId = runtimeIds.of.bind(runtimeIds)
    const stats = new TaskStats({ ...config, clock, runtimeId })
    const faults = new NetworkFaults({ ...config, clock, log })
    started.add('making packets late', () => faults.close())
    await faults.open()
    tasks.watch(all => {
      credentials.retain(all)
      stats.retain(all)
      faults.retain(all)
      kept.write(() => tasks.all()).catch((error: unknown) => log.warn(`the tasks could not be kept: ${messageOf(error)}`))
    })

    const controlPlane = new ControlPlane({ config, clock, log })
    const routers = new Routers({ ...config, clock, log })
    await routers.open()
    const collector = new Collector({
      ...config,
      tasks,
      streams: backend === undefined ? undefined : new LogStreams({ backend, clock, log }),
      routers,
      clock,
      log,
      runtimeId: async (task, container) => {
        await runtimeIds.refresh()
        return container.runtimeId ?? runtimeIds.of(task, container)
      },
      drained: arns => controlPlane.drained(arns, abort.signal),
      routed: arns => controlPlane.routed(arns, abort.signal),
    })
    const isolation = new Isolation({
      ...config,
      tasks,
      interfaces: new Interfaces(config.procDir, config.sysNetDir),
      clock,
      log,
      isolated: arns => controlPlane.isolated(arns, abort.signal),
    })
    await isolation.open()
    tasks.watch(() => isolation.look())
    isolation.look()
    started.add('taking networks away', () => isolation.stop())
    tasks.watch(() => collector.look())
    collector.look()
    started.add('delivering logs', () => collector.stop())
    const adjuster = new Adjuster({ ...config, tasks })
    const report = new AdjustingReport({ tell: told => controlPlane.adjusting(told, abort.signal), clock, log, signal: abort.signal })
    const adjusting = followNri(
      {
        socket: config.nriSocket,
        change: (request, withinMs) => adjuster.change(request, withinMs),
        became: told => report.became(told),
        clock,
        log,
      },
      abort.signal,
    )
    started.add('adjusting containers', async () => {
      abort.abort()
      await adjusting
    })
    const prober = new NetworkProber()
    const kernelLog = new KernelLog()
    const explain = async (ended: string): Promise<void> => {
      const text = kernelLog.read()
      if (text === undefined) log.warn('the kernel’s log cannot be read: a container that it kills for memory may end without that reason')
      const wasKilledForMemory = text !== undefined && tellsOfMemoryKill(text, ended)
      await controlPlane.explained({ runtimeId: ended, wasKilledForMemory }, abort.signal)
    }
    const following = controlPlane.follow(event => {
      if (event.is === 'ended') {
        explain(event.runtimeId).catch((error: unknown) => log.debug(`how a container ended could not be told: ${messageOf(error)}`))
        return
      }
      if (event.is === 'probe') {
        prober
          .probe(event.request, abort.signal)
          .then(outcome => controlPlane.probed({ id: event.id, outcome }, abort.signal))
          .catch((error: unknown) => log.debug(`a health check could not be told of: ${messageOf(error)}`))
        return
      }
      tasks.accept(event)
      if (event.is !== 'listed') return
      isolation.relisted()
      report.again()
      void collector.relisted()
    }, abort.signal)
    started.add('following the control plane', async () => {
      abort.abort()
      await following
      kernelLog.close()
    })

    const cgroups = new Cgroups(config.cgroupDir)
    const meter = new TaskMeter({ usageOf: id => cgroups.usageOf(id), clock, runtimeId })
    const reportUse = (used: readonly TaskUse[]): Promise<number> => controlPlane.used({ tasks: used }, abort.signal)
    const reporting = reportUsage({ read: () => meter.read(tasks.all()), report: reportUse, clock, log }, abort.signal)
    started.add('telling what tasks use', async () => {
      abort.abort()
      await reporting
    })

    const kernelClock = new KernelClock()
    started.add('reading the clock’s error', () => kernelClock.close())
    const clockDrift = () => clockDriftOf(kernelClock.read(), clock.now())
    const api = createBackend({ url: config.apiUrl })
    const server = await listenAt({
      config,
      clock,
      log,
      answer: async (request, caller) => {
        if (new URL(request.url).pathname === readyPath) return new Response('ready\n', { status: tasks.isTold ? 200 : 503 })
        await runtimeIds.refresh()
        return answerContainer(request, caller, { tasks, credentials, stats, faults, api, log, runtimeIds, clockDrift })
      },
    })
    started.add('answering containers', () => server.stop())
    log.info({ node: config.node, url: server.url }, 'answering containers')
    return { url: server.url, stop: () => started.stop() }
  } catch (error) {
    abort.abort()
    await started.stop().catch((failure: unknown) => log.error({ err: failure }, 'what had started could not be stopped'))
    throw error
  }
}

/** What the kubelet asks: whether it was told of its tasks. */
export const readyPath = '/kecs/ready'
