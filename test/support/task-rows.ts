// Rows of clusters, task definitions and tasks, and the context of an ECS operation over a store that forgets.
import type { Cluster, RunTaskRequest, TaskDefinition } from '../../server/aws/generated/ecs.ts'
import { clusterArn, taskDefinitionArn } from '../../server/domain/arn.ts'
import { newTask } from '../../server/domain/task-record.ts'
import type { Capacity, Individual, Launch } from '../../server/domain/task-record.ts'
import type { EcsContext } from '../../server/services/ecs/context.ts'
import type { Journal } from '../../server/store/journal.ts'
import { memoryStore } from '../../server/store/memory.ts'
import { clusters, scopeOf, taskDefinitionFamilies, taskDefinitions } from '../../server/store/tables.ts'
import type { ClusterRow, TaskDefinitionRow, TaskRow } from '../../server/store/tables.ts'
import type { Store } from '../../server/store/store.ts'
import { FakeClock } from './fake-clock.ts'

export const place = { account: '000000000000', region: 'us-east-1' }
const scope = scopeOf(place.account, place.region)

export const clusterRow = (
  clusterName = 'default',
  cluster: Omit<Partial<Cluster>, 'status'> & { readonly status?: string } = {},
): ClusterRow => ({
  scope,
  namespace: `${clusterName}-us-east-1`,
  cluster: { status: 'ACTIVE', ...cluster, clusterArn: clusterArn(place, clusterName), clusterName },
  tags: [],
  createdAt: 0,
})

/** As RegisterTaskDefinition leaves it: one container unless others are given. */
export const definitionRow = (
  taskDefinition: Partial<TaskDefinition> = {},
  more: { readonly tags?: TaskDefinitionRow['tags']; readonly status?: 'ACTIVE' | 'INACTIVE' } = {},
): TaskDefinitionRow => {
  const { family = 'web', revision = 1 } = taskDefinition
  return {
    scope,
    taskDefinition: {
      containerDefinitions: [{ name: 'app', image: 'nginx', cpu: 0, memory: 128, essential: true }],
      networkMode: 'bridge',
      compatibilities: taskDefinition.networkMode === 'awsvpc' ? ['EC2', 'FARGATE'] : ['EXTERNAL', 'EC2'],
      ...taskDefinition,
      family,
      revision,
      status: more.status ?? 'ACTIVE',
      taskDefinitionArn: taskDefinitionArn(place, family, revision),
    },
    tags: more.tags ?? [],
  }
}

export const fargateDefinition = (taskDefinition: Partial<TaskDefinition> = {}): TaskDefinitionRow =>
  definitionRow({
    family: 'fargate',
    networkMode: 'awsvpc',
    cpu: '256',
    memory: '512',
    requiresCompatibilities: ['FARGATE'],
    ...taskDefinition,
  })

let ids = 0
/** Ids that differ and look like real ones. */
export const countingIds = {
  hex32: () => (++ids).toString(16).padStart(32, '0'),
  uuid: () => `00000000-0000-4000-8000-${(++ids).toString(16).padStart(12, '0')}`,
}

export const taskRow = (definition: TaskDefinitionRow, launch: Partial<Launch> = {}, individual: Partial<Individual> = {}): TaskRow => {
  const capacity: Capacity = { launchType: 'EC2' }
  return newTask(
    {
      place,
      cluster: clusterRow(),
      definition,
      capacity,
      group: `family:${definition.taskDefinition.family}`,
      startedBy: undefined,
      overrides: undefined,
      networkConfiguration: undefined,
      enableExecuteCommand: false,
      tags: [],
      epoch: 'epoch-1',
      cpuArchitecture: 'x86_64',
      ...launch,
    },
    { taskId: countingIds.hex32(), uuid: countingIds.uuid, hostPorts: [], now: 0, ...individual },
  )
}

export interface TestContext extends EcsContext {
  readonly store: Store
  readonly clock: FakeClock
  /** The keys of tasks that were woken, in order. */
  readonly woken: readonly string[]
}

/** A context whose store holds the given rows. */
export async function testContext(
  rows: { readonly clusters?: readonly ClusterRow[]; readonly definitions?: readonly TaskDefinitionRow[] } = {},
  more: Partial<EcsContext> = {},
  journal?: Journal,
): Promise<TestContext> {
  const clock = new FakeClock(1_700_000_000_000)
  const store = memoryStore(journal === undefined ? { clock } : { clock, journal })
  const woken: string[] = []
  await store.commit(transaction => {
    for (const row of rows.clusters ?? [clusterRow()]) transaction.put(clusters, row)
    for (const row of rows.definitions ?? [definitionRow(), fargateDefinition()]) {
      transaction.put(taskDefinitions, row)
      const { family, revision } = row.taskDefinition
      transaction.put(taskDefinitionFamilies, { scope, family, lastRevision: revision })
    }
  })
  return {
    ...place,
    requestId: countingIds.uuid(),
    principal: `arn:aws:iam::${place.account}:root`,
    calledAt: 'http://localhost:4566',
    sessions: { open: () => 'unreachable' },
    ids: countingIds,
    wake: (_kind, key) => void woken.push(key),
    epoch: 'epoch-1',
    nodes: () => [],
    endpointUrl: 'http://localhost.localstack.cloud:4566',
    carriesConnect: true,
    publishedPorts: undefined,
    ...more,
    store,
    clock,
    woken,
  }
}

/** What a Fargate task needs beside its definition. */
export const fargate = {
  taskDefinition: 'fargate',
  launchType: 'FARGATE',
  networkConfiguration: { awsvpcConfiguration: { subnets: ['subnet-1', 'subnet-2'] } },
} as const satisfies RunTaskRequest
