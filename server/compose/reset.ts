import type { Logger } from '../log.ts'
import type { ClusterRef, Runtime } from '../runtime/runtime.ts'
import { connectEntries } from '../store/connect-tables.ts'
import { loadBalancers } from '../store/elbv2-tables.ts'
import type { Store } from '../store/store.ts'
import { type ClusterRow, clusters } from '../store/tables.ts'
import { type QuietParts, whileQuiet } from './quiet.ts'
import type { Reconciling } from './reconcilers.ts'

export interface ResetParts extends QuietParts {
  readonly store: Store
  readonly log: Logger
  readonly runtime: Runtime
  readonly reconciling: Pick<Reconciling, 'controller' | 'rooms'>
}

export interface ResetReport {
  readonly clusters: number
  readonly tasks: number
  readonly milliseconds: number
}

/** How many clusters' rooms are removed at once. */
const abreast = 32

/**
 * Empties the instance: every row, every task, every cluster's room. Calls that run end first and those that come wait
 * until it is done, so none sees half of it. Tasks are not given their stop timeout. On Kubernetes their pods are gone
 * when it resolves and the namespaces are going: a cluster of the same name waits for that. What the answer's function
 * is asked for while it runs is the same reset. Rejects with `StillBusy`, and with what the runtime throws: then the rows
 * are still there and it may be asked for again.
 */
export const createReset = (parts: ResetParts): (() => Promise<ResetReport>) => {
  let running: Promise<ResetReport> | undefined
  return () => (running ??= reset(parts).finally(() => (running = undefined)))
}

const reset = async (parts: ResetParts): Promise<ResetReport> => {
  const {
    store,
    clock,
    log,
    runtime,
    reconciling: { controller, rooms },
  } = parts
  const began = clock.now()
  return whileQuiet(parts, async () => {
    const refs = Array.from(store.table(clusters).all(), clusterRef)
    const tasks = [...runtime.list()]
    const named = namedInCluster(store)
    await removeRooms(rooms, refs)
    // Of clusters that no row tells of.
    await Promise.all([...runtime.list()].map(task => runtime.release(task)))
    await store.replace([])
    controller.forget()
    wakeGone(parts, named)
    const report = { clusters: refs.length, tasks: tasks.length, milliseconds: clock.now() - began }
    log.info(report, 'emptied')
    return report
  })
}

export const clusterRef = ({ cluster, namespace }: ClusterRow): ClusterRef => ({ clusterArn: cluster.clusterArn, namespace })

/** What has a name in the cluster by its rows. */
export interface NamedInCluster {
  readonly balancerArns: readonly string[]
  /** Of Service Connect. */
  readonly connectNames: readonly string[]
}

export const namedInCluster = (store: Store): NamedInCluster => ({
  balancerArns: Array.from(store.table(loadBalancers).all(), ({ loadBalancer }) => loadBalancer.LoadBalancerArn),
  connectNames: Array.from(store.table(connectEntries).all(), ({ name }) => name),
})

/** Wakes those whose rows went without being deleted: their names in the cluster go by that. */
export const wakeGone = ({ store, reconciling: { controller } }: ResetParts, { balancerArns, connectNames }: NamedInCluster): void => {
  for (const arn of balancerArns) if (store.table(loadBalancers).get(arn) === undefined) controller.wake('load-balancer', arn)
  for (const name of connectNames) controller.wake('connect-name', name)
}

/** Removes clusters' rooms with all that is in them, some at a time. */
export const removeRooms = async (rooms: Reconciling['rooms'], refs: readonly ClusterRef[]): Promise<void> => {
  for (let first = 0; first < refs.length; first += abreast) {
    await Promise.all(refs.slice(first, first + abreast).map(ref => rooms.remove(ref)))
  }
}
