import type { Clock } from '../../shared/clock.ts'
import type { BackendPlace } from '../backend/backend.ts'
import type { BusEvent } from '../backend/events.ts'
import { parseArn } from '../domain/arn.ts'
import { deploymentEvents, hookEvents, instanceEvents, serviceActionEvents, taskEvents } from '../domain/ecs-events.ts'
import type { RuntimeNode } from '../runtime/runtime.ts'
import { instancesOf } from '../services/ecs/container-instances/instances.ts'
import { showInstance } from '../services/ecs/container-instances/show-instance.ts'
import { type ContainerInstanceRow, containerInstances } from '../store/ecs-tables.ts'
import { serviceDeployments, serviceEvents, services } from '../store/service-tables.ts'
import type { Change, Store, TableDefinition } from '../store/store.ts'
import { clusters, tasks } from '../store/tables.ts'

export interface EventSourceParts {
  readonly store: Store
  readonly clock: Clock
  readonly nodes: () => readonly RuntimeNode[]
  readonly put: (events: readonly BusEvent[], place: BackendPlace) => void
}

type Rows<Row> = { readonly before: Row | undefined; readonly after: Row | undefined }

/** Tells `put` of what changes in ECS' tables, in its order. The answer ends it. */
export const tellChanges = ({ store, clock, nodes, put }: EventSourceParts): (() => void) => {
  /** What a table's changes are, with rows of its type: `watch` knows tables by their names alone. */
  const source = <Row extends object>(table: TableDefinition<Row>, eventsOf: (rows: Rows<Row>, now: number) => readonly BusEvent[]) => {
    const former = new Map<string, Row>([...store.table(table).all()].map(row => [table.key(row), row]))
    return (key: string): readonly BusEvent[] => {
      const before = former.get(key)
      const after = store.table(table).get(key)
      if (after === undefined) former.delete(key)
      else former.set(key, after)
      return before === after ? [] : eventsOf({ before, after }, clock.now())
    }
  }
  const shownInstance = ({ clusterArn, containerInstanceArn }: ContainerInstanceRow): object => {
    const cluster = store.table(clusters).get(clusterArn)
    const all = cluster === undefined ? [] : instancesOf({ store, nodes }, cluster)
    const instance = all.find(({ row }) => row.containerInstanceArn === containerInstanceArn)
    return instance === undefined ? {} : showInstance({ store, clock }, instance)
  }
  const clusterOf = (serviceArn: string): string => store.table(services).get(serviceArn)?.service.clusterArn ?? ''
  const sources = new Map<string, (key: string) => readonly BusEvent[]>([
    [tasks.name, source(tasks, ({ before, after }, now) => taskEvents(before, after, now))],
    [services.name, source(services, ({ before, after }, now) => deploymentEvents(before, after, now))],
    [
      serviceEvents.name,
      source(serviceEvents, ({ before, after }, now) => serviceActionEvents(before, after, clusterOf(after?.serviceArn ?? ''), now)),
    ],
    [serviceDeployments.name, source(serviceDeployments, ({ before, after }, now) => hookEvents(before, after, now))],
    [
      containerInstances.name,
      source(containerInstances, ({ before, after }, now) =>
        instanceEvents(before, after, after === undefined ? {} : shownInstance(after), now),
      ),
    ],
  ])
  return store.watch((changes: readonly Change[]) => {
    for (const { table, key } of changes) {
      const events = sources.get(table)?.(key) ?? []
      const { account = '', region = '' } = parseArn(events[0]?.resources[0] ?? '') ?? {}
      if (events.length > 0) put(events, { account, region })
    }
  })
}
