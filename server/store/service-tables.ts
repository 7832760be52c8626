// The tables of ECS services. Operations write what a user asks for, the service reconciler what comes of it; both read and
// write within one commit, so that neither loses the other's word. Tasks are tied to a service by `TaskRow.serviceArn`, and
// to its deployment or task set by `startedBy`.
import type {
  DeploymentLifecycleHookAction,
  DeploymentLifecycleHookStage,
  DeploymentLifecycleHookStatus,
  DeploymentLifecycleHookTargetType,
  DeploymentRolloutState,
  Service,
  ServiceDeployment,
  ServiceDeploymentStatus,
  ServiceEvent,
  ServiceRevision,
  Tag,
  TaskSet,
} from '../aws/generated/ecs.ts'
import type { TableDefinition } from './store.ts'
import type { Scope } from './tables.ts'

/** One entry of a service's `deployments`: what is not in its revision. Counts of tasks are computed from the tasks. */
export interface DeploymentRecord {
  /** `ecs-svc/` and 19 digits, which are those of its revision too: Terraform counts on it. Its tasks' `startedBy`. */
  readonly id: string
  readonly status: 'PRIMARY' | 'ACTIVE'
  readonly serviceRevisionArn: string
  /** Absent for one that only drains because its own service deployment is long over. */
  readonly serviceDeploymentArn?: string
  /** How many tasks the scheduler wants of it now. */
  readonly desiredCount: number
  /** Consecutive failures as `failedTasks` shows them: none once a task is healthy. */
  readonly failedTasks: number
  /** What the circuit breaker counts; unlike `failedTasks` it stays where `resetOnHealthyTask` is off. */
  readonly breakerFailures: number
  readonly rolloutState: DeploymentRolloutState
  readonly rolloutStateReason: string
  /** Milliseconds since the epoch, as all here. */
  readonly createdAt: number
  readonly updatedAt: number
  /** When a task last failed: what a throttled restart counts from. */
  readonly lastFailureAt?: number
  /** When a task last found no room; absent once one is ready. */
  readonly unplacedAt?: number
}

/** Which members of DescribeServices' answer are kept apart or computed. */
type ComputedMember =
  | 'deployments'
  | 'taskSets'
  | 'events'
  | 'tags'
  | 'runningCount'
  | 'pendingCount'
  | 'currentServiceRevisions'
  | 'currentServiceDeployment'

export interface ServiceRow {
  readonly scope: Scope
  /** As DescribeServices shows it, without what is computed or kept apart. Its launch settings are those of the PRIMARY deployment. */
  readonly service: Omit<Service, ComputedMember> & {
    readonly serviceArn: string
    readonly serviceName: string
    readonly clusterArn: string
    readonly status: 'ACTIVE' | 'DRAINING' | 'INACTIVE'
    /** Of a DAEMON: written by the reconciler, one for each machine. */
    readonly desiredCount: number
    readonly schedulingStrategy: 'REPLICA' | 'DAEMON'
  }
  readonly tags: readonly Tag[]
  /** Newest first; the first is PRIMARY. Empty for the controllers EXTERNAL and CODE_DEPLOY, which have task sets. */
  readonly deployments: readonly DeploymentRecord[]
  /** The revision of the last deployment that completed: what is rolled back to. */
  readonly completedRevisionArn?: string
  /** Of the newest service deployment. */
  readonly serviceDeploymentArn?: string
  /** The last thing said of its steadiness and placement, so that nothing is said twice; the reconciler's own. */
  readonly said?: ServiceSaid
  /** Milliseconds since the epoch. */
  readonly createdAt: number
  readonly deletedAt?: number
  readonly clientToken?: string
  readonly requestDigest?: string
}

/** Messages that hold until the opposite is true or six hours are over, each with when it was said (milliseconds). */
export type ServiceSaid = Readonly<Partial<Record<'steady' | 'unplaced' | 'inconsistent' | 'blocked' | 'unbalanced' | 'protected', number>>>

/** Keyed by service ARN. INACTIVE services stay for a while, as on AWS. */
export const services: TableDefinition<ServiceRow, 'cluster' | 'scope' | 'clientToken' | 'status'> = {
  name: 'ecs_services',
  key: row => row.service.serviceArn,
  indexes: {
    cluster: row => row.service.clusterArn,
    scope: row => row.scope,
    /** `CLUSTER_ARN ACTIVE` and so on. */
    status: row => `${row.service.clusterArn} ${row.service.status}`,
    clientToken: row => (row.clientToken === undefined ? undefined : `${row.service.clusterArn} ${row.clientToken}`),
  },
}

/** Newest first, at most 100. Apart from the service, whose row is written far more often. */
export interface ServiceEventsRow {
  readonly serviceArn: string
  readonly events: readonly ServiceEvent[]
}

/** Keyed by service ARN. */
export const serviceEvents: TableDefinition<ServiceEventsRow> = {
  name: 'ecs_service_events',
  key: row => row.serviceArn,
}

export interface ServiceRevisionRow {
  /** As DescribeServiceRevisions shows it. Never changed. */
  readonly revision: ServiceRevision & {
    readonly serviceRevisionArn: string
    readonly serviceArn: string
    readonly clusterArn: string
    /** An ARN. */
    readonly taskDefinition: string
  }
  /** What a revision has beside what it shows. */
  readonly enableExecuteCommand: boolean
  /** Of one with Service Connect. */
  readonly connect?: RevisionConnect
}

/** What a deployment with Service Connect found, and made, in its namespace. */
export interface RevisionConnect {
  readonly namespaceArn: string
  /** The Cloud Map services in which its tasks are registered. */
  readonly registries: readonly ConnectRegistry[]
  /** Keys of the endpoints that are its own. */
  readonly own: readonly string[]
  /** Keys of all endpoints that there were, its own included: its tasks know these for as long as they run. */
  readonly endpoints: readonly string[]
}

export interface ConnectRegistry {
  readonly discoveryName: string
  readonly registryArn: string
  readonly containerName: string
  readonly containerPort: number
}

/** Keyed by revision ARN. */
export const serviceRevisions: TableDefinition<ServiceRevisionRow, 'service' | 'taskDefinition'> = {
  name: 'ecs_service_revisions',
  key: row => row.revision.serviceRevisionArn,
  indexes: { service: row => row.revision.serviceArn, taskDefinition: row => row.revision.taskDefinition },
}

/** A lifecycle stage, of those that hooks name and of those that have none. */
export type Stage = DeploymentLifecycleHookStage | 'SCALE_UP' | 'BAKE_TIME' | 'CLEAN_UP'

/** One execution of a lifecycle hook. */
export interface HookRun {
  readonly hookId: string
  /** Its place in the deployment configuration's `lifecycleHooks`. */
  readonly index: number
  readonly targetType: DeploymentLifecycleHookTargetType
  /** Of a Lambda function. */
  readonly targetArn?: string
  readonly status: DeploymentLifecycleHookStatus
  /** Milliseconds since the epoch, as all here. */
  readonly expiresAt: number
  readonly timeoutAction: DeploymentLifecycleHookAction
  /** When its function is to be called next; absent of a hook that is over or calls nothing. */
  readonly callAt?: number
  /** What its function is given, with what it answered so far. */
  readonly details?: unknown
  /** Why it failed, in AWS's words. */
  readonly failure?: string
}

/** How far a deployment that goes through lifecycle stages has come. */
export interface StageProgress {
  readonly stage: Stage
  /** When the stage was entered: milliseconds since the epoch. */
  readonly since: number
  /** Those of the stage. */
  readonly hooks: readonly HookRun[]
  /** Which step of the production traffic's shift is the present or the next one, from 0. */
  readonly step: number
  /** Percent of the production and of the test traffic that the target revision is to have. */
  readonly production: number
  readonly test: number
  /** The source revision: what serves until the traffic is shifted. Absent of a service's first deployment. */
  readonly sourceRevisionArn?: string
  /** The deployment is rolled back: the traffic goes back to the source. */
  readonly isRollback?: true
  /** What was left of former deployments has no traffic any more: the source was ready to have all of it. */
  readonly isReconciled?: true
}

export interface ServiceDeploymentRow {
  /** Of the strategies other than ROLLING, once begun; of that one at its hooks, and while it puts in order what there was before it. */
  readonly progress?: StageProgress
  /** Since when a rolling deployment with alarms bakes: milliseconds since the epoch. */
  readonly bakesSince?: number
  /** As DescribeServiceDeployments shows it, without the counts of tasks in its revisions and what is shown of `progress`. */
  readonly serviceDeployment: ServiceDeployment & {
    readonly serviceDeploymentArn: string
    readonly serviceArn: string
    readonly clusterArn: string
    readonly status: ServiceDeploymentStatus
    /** Seconds, as all of AWS's times. */
    readonly createdAt: number
    readonly targetServiceRevision: { readonly arn: string }
  }
}

/** Later than any time in milliseconds that is met. */
const never = 9_999_999_999_999

/** Keyed by service deployment ARN; those of a service newest first. */
export const serviceDeployments: TableDefinition<ServiceDeploymentRow, 'service'> = {
  name: 'ecs_service_deployments',
  key: row => row.serviceDeployment.serviceDeploymentArn,
  order: ({ serviceDeployment: { serviceArn, createdAt, serviceDeploymentArn } }) =>
    `${serviceArn} ${String(never - Math.round(createdAt * 1000)).padStart(13, '0')} ${serviceDeploymentArn}`,
  indexes: { service: row => row.serviceDeployment.serviceArn },
}

export interface TaskSetRow {
  /** As DescribeTaskSets shows it, without counts and tags. The operations write all but `stabilityStatus`, its time and `failures`. */
  readonly taskSet: Omit<TaskSet, 'computedDesiredCount' | 'pendingCount' | 'runningCount' | 'tags'> & {
    /** `ecs-svc/` and 19 digits: its tasks' `startedBy`. */
    readonly id: string
    readonly taskSetArn: string
    readonly serviceArn: string
    readonly clusterArn: string
    readonly status: 'PRIMARY' | 'ACTIVE' | 'DRAINING'
    /** An ARN. */
    readonly taskDefinition: string
    readonly scale: { readonly value: number; readonly unit: 'PERCENT' }
  }
  readonly tags: readonly Tag[]
  /** What its scheduler counts of its tasks, as of a deployment's. */
  readonly failures?: Pick<DeploymentRecord, 'failedTasks' | 'lastFailureAt' | 'unplacedAt'>
  /** CreateTaskSet's idempotency. */
  readonly clientToken?: string
  readonly requestDigest?: string
}

/** Keyed by task set ARN. */
export const taskSets: TableDefinition<TaskSetRow, 'service' | 'taskDefinition'> = {
  name: 'ecs_task_sets',
  key: row => row.taskSet.taskSetArn,
  indexes: { service: row => row.taskSet.serviceArn, taskDefinition: row => row.taskSet.taskDefinition },
}
