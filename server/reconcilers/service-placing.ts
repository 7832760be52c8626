import type { Clock } from '../../shared/clock.ts'
import { type Ids, randomOf } from '../../shared/ids.ts'
import { Placer } from '../domain/placement.ts'
import { type PortRange, TakenPorts } from '../domain/host-ports.ts'
import { type LaunchSource, type Placed, type WantedPlace, placeTasks } from '../domain/services/launch.ts'
import type { TaskSetStep } from '../domain/services/task-sets.ts'
import type { Runtime } from '../runtime/runtime.ts'
import type { ServiceRow } from '../store/service-tables.ts'
import { machinesOf } from '../store/machines.ts'
import type { Store } from '../store/store.ts'
import { clusters, taskDefinitions, tasks } from '../store/tables.ts'

/** What gives new tasks their place. */
export interface PlacingParts {
  readonly store: Store
  readonly clock: Clock
  readonly ids: Ids
  readonly runtime: Pick<Runtime, 'epoch' | 'nodes'>
  /** The host ports that can be reached from outside the machine. */
  readonly publishedPorts: PortRange | undefined
}

interface Wanted extends Omit<LaunchSource, 'cluster' | 'definition' | 'settings'> {
  readonly settings: LaunchSource['settings'] & { readonly taskDefinition: string }
  readonly wanted: readonly WantedPlace[]
}

/** Tasks for a service, not yet in the store. */
export const placeFor = ({ store, clock, ids, runtime, publishedPorts }: PlacingParts, { wanted, ...source }: Wanted): Placed => {
  const cluster = store.table(clusters).get(source.service.service.clusterArn)
  const definition = store.table(taskDefinitions).get(source.settings.taskDefinition)
  if (cluster === undefined || definition === undefined) return { rows: [], failure: 'INACTIVE' }
  const { active, areSomeDraining } = machinesOf(store, cluster.cluster.clusterArn, runtime.nodes())
  const { placementConstraints = [], placementStrategy: strategy = [] } = source.service.service
  const constraints = [...placementConstraints, ...(definition.taskDefinition.placementConstraints ?? [])]
  return placeTasks({ ...source, cluster, definition }, wanted, {
    placer: new Placer(active, { constraints, strategy, areSomeDraining }, randomOf(ids)),
    taken: new TakenPorts([...store.table(tasks).by('holdsPorts', 'yes')].map(row => row.hostPorts ?? [])),
    publishedPorts,
    ids,
    nodes: runtime.nodes(),
    epoch: runtime.epoch,
    now: clock.now(),
  })
}

export const placeForTaskSet = (
  parts: PlacingParts,
  service: ServiceRow,
  { taskSet, launches, desiredCount, present }: TaskSetStep,
): Placed =>
  placeFor(parts, {
    service,
    settings: { ...taskSet.taskSet, enableExecuteCommand: service.service.enableExecuteCommand ?? false },
    startedBy: taskSet.taskSet.id,
    desiredCount,
    present,
    wanted: Array.from({ length: launches }, () => ({})),
  })
