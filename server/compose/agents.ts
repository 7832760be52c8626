import type { Clock } from '../../shared/clock.ts'
import type { Ids } from '../../shared/ids.ts'
import type { KubeClient } from '../../shared/kube/index.ts'
import { Adjusters } from '../agents/adjusters.ts'
import { authenticateAgents } from '../agents/authenticate.ts'
import { Drains, isShipped } from '../agents/drains.ts'
import { AgentFeed } from '../agents/feed.ts'
import { makeLogStreams } from '../agents/log-streams.ts'
import type { MemoryKills } from '../agents/memory-kills.ts'
import { UsageReports } from '../agents/usage-reports.ts'
import { AgentProbes } from '../agents/probes.ts'
import type { Backend } from '../backend/backend.ts'
import { createAgents } from '../http/agents.ts'
import type { Prober } from '../probing/prober.ts'
import type { Wake } from '../reconcilers/reconciler.ts'
import type { TaskLogs } from '../reconcilers/task.ts'
import type { Runtime, TaskRef } from '../runtime/runtime.ts'
import type { Store } from '../store/store.ts'
import { definitionOf } from '../store/runnable-definition.ts'
import type { Started } from './started.ts'

export interface AgentsParts {
  readonly store: Store
  readonly clock: Clock
  readonly ids: Ids
  readonly runtime: Runtime
  readonly backend: Backend | undefined
  /** What the runtime asks the agents. */
  readonly memoryKills: MemoryKills
  /** How often scaling looks at what tasks use. Milliseconds. */
  readonly scalingPeriodMs: number
}

/** What the control plane has for the agents of the nodes. */
export interface Agents {
  /** For the task reconciler: logs have their streams before a task starts, and pods stay until logs are delivered. */
  readonly logs: TaskLogs
  /** The runtime saw something of a task. */
  readonly noticed: (task: TaskRef) => void
  /** What tasks use. */
  readonly usage: UsageReports
  /** Health checks made by the agents, for a control plane that reaches no task. */
  readonly prober: Prober
  listen(on: AgentsListening): Promise<void>
}

export interface AgentsListening {
  readonly host: string
  readonly port: number
  readonly client: KubeClient
  readonly isSynced: () => boolean
  readonly wake: Wake
  readonly started: Started
}

export const createAgentsSide = ({ store, clock, ids, runtime, backend, memoryKills, scalingPeriodMs }: AgentsParts): Agents => {
  const feed = new AgentFeed({ store, runtime, clock })
  const drains = new Drains()
  const adjusters = new Adjusters({ runtime, clock })
  const usage = new UsageReports({ clock, periodMs: scalingPeriodMs })
  const probes = new AgentProbes({ clock, ids })
  return {
    usage,
    logs: {
      prepare: async (row, definition, signal) => {
        await makeLogStreams(row, definition, backend, signal)
        const adjustedOn = await adjusters.of(row, definition, signal)
        return adjustedOn === undefined ? {} : { adjustedOn }
      },
      leftToWait: row => drains.leftToWait(row, definitionOf(store, row.task.taskDefinitionArn), clock.now()),
      areShipped: row => {
        const definition = definitionOf(store, row.task.taskDefinitionArn)
        return definition !== undefined && isShipped(definition)
      },
      hasNoNetwork: taskArn => drains.isIsolated(taskArn),
      leftToRoute: (row, observation) => drains.leftToRoute(row, definitionOf(store, row.task.taskDefinitionArn), observation, clock.now()),
      released: task => {
        drains.forget(task.taskArn)
        // Of a pod that it let go the runtime says nothing more.
        feed.changed(task)
      },
    },
    noticed: task => feed.changed(task),
    prober: probes,
    listen: async ({ host, port, client, isSynced, wake, started }) => {
      const server = createAgents({
        authenticate: authenticateAgents(client, clock),
        isSynced,
        listen: (node, send, end) => {
          const unlisten = feed.listen(node, send, end)
          const leave = probes.join(send)
          const forget = adjusters.join(node)
          const leaveKills = memoryKills.join(node, send)
          return () => {
            leaveKills()
            forget()
            leave()
            unlisten()
          }
        },
        probed: (id, outcome) => probes.answered(id, outcome),
        explained: (runtimeId, wasKilled) => memoryKills.answered(runtimeId, wasKilled),
        adjusting: (node, told) => {
          for (const taskArn of adjusters.note(node, told)) wake('task', taskArn)
        },
        drained: taskArns => {
          for (const taskArn of taskArns) {
            drains.note(taskArn)
            wake('task', taskArn)
          }
        },
        used: tasks => ({ nextInMs: usage.note(tasks) }),
        isolated: taskArns => {
          for (const taskArn of taskArns) {
            drains.noteIsolated(taskArn)
            wake('task', taskArn)
          }
        },
        routed: taskArns => {
          for (const taskArn of taskArns) {
            drains.noteRouted(taskArn)
            wake('task', taskArn)
          }
        },
      })
      const listening = await server.listen(host, port)
      started.add("the agents' port", async () => {
        feed.close()
        await listening.stop()
      })
    },
  }
}
