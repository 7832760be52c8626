import type { TargetDescription } from '../aws/generated/elbv2.ts'
import type { Cluster, NetworkBinding, Tag, Task, TaskDefinition } from '../aws/generated/ecs.ts'
import type { TableDefinition } from './store.ts'

/** Account and region, `000000000000/us-east-1`: the scope of every name. */
export type Scope = string
export const scopeOf = (account: string, region: string): Scope => `${account}/${region}`

export interface ClusterRow {
  readonly scope: Scope
  /** Kubernetes namespace of its tasks. */
  readonly namespace: string
  /** As DescribeClusters shows it once its capacity providers are attached, without counts and tags. INACTIVE clusters stay for a while, as on AWS. */
  readonly cluster: Cluster & { readonly clusterArn: string; readonly clusterName: string; readonly status: string }
  readonly tags: readonly Tag[]
  /** Milliseconds since the epoch. */
  readonly createdAt: number
  readonly deletedAt?: number
  /** When it was made with capacity providers, and when other ones were attached last. Milliseconds since the epoch. */
  readonly provisionedAt?: number
  readonly attachedAt?: number
}

/** Keyed by cluster ARN. */
export const clusters: TableDefinition<ClusterRow, 'scope'> = {
  name: 'ecs_clusters',
  key: row => row.cluster.clusterArn,
  indexes: { scope: row => row.scope },
}

/** The last revision that a family ever had: numbers are never used twice. */
export interface TaskDefinitionFamilyRow {
  readonly scope: Scope
  readonly family: string
  readonly lastRevision: number
}

export const familyKey = (scope: Scope, family: string): string => `${scope}/${family}`

/** Keyed by `familyKey`. */
export const taskDefinitionFamilies: TableDefinition<TaskDefinitionFamilyRow, 'scope'> = {
  name: 'ecs_task_definition_families',
  key: row => familyKey(row.scope, row.family),
  indexes: { scope: row => row.scope },
}

export interface TaskDefinitionRow {
  readonly scope: Scope
  readonly taskDefinition: TaskDefinition & {
    readonly taskDefinitionArn: string
    readonly family: string
    readonly revision: number
    readonly status: 'ACTIVE' | 'INACTIVE' | 'DELETE_IN_PROGRESS'
  }
  readonly tags: readonly Tag[]
  /** IAM had its roles when a task of it was first launched by a scheduler: they are not looked up again for its tasks. */
  readonly hadRoles?: true
}

/** Keyed by task definition ARN, ordered by family, then revision as a number. The space sorts before all that a family may hold. */
export const taskDefinitions: TableDefinition<TaskDefinitionRow, 'scope' | 'family'> = {
  name: 'ecs_task_definitions',
  key: row => row.taskDefinition.taskDefinitionArn,
  order: row => `${familyKey(row.scope, row.taskDefinition.family)} ${String(row.taskDefinition.revision).padStart(10, '0')}`,
  indexes: { scope: row => row.scope, family: row => familyKey(row.scope, row.taskDefinition.family) },
}

/** A target group that a service's task is registered in while it runs. */
export interface TaskLoadBalancer {
  readonly targetGroupArn: string
  readonly containerName: string
  readonly containerPort: number
  /** What it was registered as, once it was. */
  readonly target?: TargetDescription
  /** When it was deregistered, and until when its connections drain. Milliseconds since the epoch. */
  readonly deregistered?: { readonly at: number; readonly drainsUntil: number }
}

/** A Cloud Map service that a service's task is an instance of while it runs, under the task's id. */
export interface TaskServiceRegistry {
  readonly registryArn: string
  /** Whose host port is registered, in network modes bridge and host. */
  readonly containerName?: string
  readonly containerPort?: number
  /** The port that is registered, in network mode awsvpc. */
  readonly port?: number
  /** The health that was told last, once it was registered. */
  readonly told?: 'HEALTHY' | 'UNHEALTHY'
  readonly isDeregistered?: true
  /** Service Connect sends it requests by this instance. */
  readonly isConnect?: true
  /** Of Service Connect: milliseconds since the epoch. */
  readonly deregisteredAt?: number
}

export interface TaskRow {
  readonly scope: Scope
  /** 32 hexadecimal digits. */
  readonly taskId: string
  readonly namespace: string
  /** As DescribeTasks shows it, without tags. */
  readonly task: Task & {
    readonly taskArn: string
    readonly clusterArn: string
    readonly taskDefinitionArn: string
    readonly lastStatus: string
    readonly desiredStatus: string
    readonly version: number
  }
  readonly tags: readonly Tag[]
  /**
   * The host ports that the task holds from RunTask until it is STOPPED, for each container with port mappings, in
   * their order. DescribeTasks shows a container's bindings once it runs. Network modes bridge and host only.
   */
  readonly hostPorts?: readonly { readonly containerName: string; readonly networkBindings: readonly NetworkBinding[] }[]
  /**
   * By what its containers ask the node's agent: an id for the task's credentials and one for each container, by name.
   * They cannot be guessed. Tasks of versions without an agent have none.
   */
  readonly agentIds?: { readonly credentials: string; readonly containers: Readonly<Record<string, string>> }
  /** The runtime's epoch under which it was or will be started. */
  readonly epoch: string
  /** The service that launched it; `task.startedBy` names its deployment or task set. */
  readonly serviceArn?: string
  /** The daemon that launched it; `task.startedBy` names the revision. */
  readonly daemonArn?: string
  /** A STOPPED task of a service or daemon whose end its scheduler has counted. */
  readonly isAccountedFor?: true
  /** Its service's scheduler has seen it healthy. */
  readonly hasBeenReady?: true
  /** Launched by its service's scheduler to spread tasks evenly over zones. */
  readonly rebalances?: true
  /** AWS is to renew what it runs on: its service stops it once another one is ready, or where there is no room for one beside it. */
  readonly retires?: true
  /** Its target groups, from the revision of its service that it was launched by. */
  readonly loadBalancers?: readonly TaskLoadBalancer[]
  /** Its service registries, from the same revision. */
  readonly serviceRegistries?: readonly TaskServiceRegistry[]
  /** Keys of the Service Connect endpoints that it knows, from the same revision. */
  readonly connectEndpoints?: readonly string[]
  /** Until when scaling in and deployments leave it alone: milliseconds since the epoch. */
  readonly protectedUntil?: number
  /** The machine that it must run on, for StartTask; where there is room otherwise. */
  readonly nodeName?: string
  /** What the launch was asked for with: RunTask's idempotency. */
  readonly clientToken?: string
  /** Digest of the request that made it, for telling a repeated call from another one under the same token. */
  readonly requestDigest?: string
}

export const clientTokenKey = (clusterArn: string, clientToken: string): string => `${clusterArn} ${clientToken}`

export const startedByKey = (clusterArn: string, startedBy: string): string => `${clusterArn} ${startedBy}`

/** `web` of `arn:…:task-definition/web:3`. */
export const familyOfTask = (taskDefinitionArn: string): string =>
  taskDefinitionArn.slice(taskDefinitionArn.lastIndexOf('/') + 1, taskDefinitionArn.lastIndexOf(':'))

export const taskFamilyKey = (clusterArn: string, family: string): string => `${clusterArn} ${family}`

/** Keyed by task ARN. */
export const tasks: TableDefinition<
  TaskRow,
  | 'cluster'
  | 'clientToken'
  | 'desiredStatus'
  | 'lastStatus'
  | 'holdsPorts'
  | 'containerInstance'
  | 'taskDefinition'
  | 'family'
  | 'startedBy'
  | 'service'
  | 'daemon'
> = {
  name: 'ecs_tasks',
  key: row => row.task.taskArn,
  indexes: {
    cluster: row => row.task.clusterArn,
    taskDefinition: row => row.task.taskDefinitionArn,
    containerInstance: row => row.task.containerInstanceArn,
    clientToken: row => (row.clientToken === undefined ? undefined : clientTokenKey(row.task.clusterArn, row.clientToken)),
    /** `CLUSTER_ARN RUNNING` or `CLUSTER_ARN STOPPED`. */
    desiredStatus: row => `${row.task.clusterArn} ${row.task.desiredStatus}`,
    /** `CLUSTER_ARN RUNNING` and so on: what a cluster's counts are made of. */
    lastStatus: row => `${row.task.clusterArn} ${row.task.lastStatus}`,
    /** `CLUSTER_ARN FAMILY` */
    family: row => taskFamilyKey(row.task.clusterArn, familyOfTask(row.task.taskDefinitionArn)),
    /** `CLUSTER_ARN STARTED_BY` */
    startedBy: row => (row.task.startedBy === undefined ? undefined : startedByKey(row.task.clusterArn, row.task.startedBy)),
    /** `yes` for tasks that hold host ports. */
    holdsPorts: row => (row.hostPorts !== undefined && row.task.lastStatus !== 'STOPPED' ? 'yes' : undefined),
    /** Of a service, all that do not run any more and are counted left out: what its scheduler looks at. */
    service: row => (row.isAccountedFor === true ? undefined : row.serviceArn),
    daemon: row => (row.isAccountedFor === true ? undefined : row.daemonArn),
  },
}
