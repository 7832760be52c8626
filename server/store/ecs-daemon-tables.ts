// The tables of ECS' managed daemons.
import type {
  DaemonDeployment,
  DaemonDeploymentConfiguration,
  DaemonDeploymentStatus,
  DaemonRevision,
  DaemonTaskDefinition,
  DaemonTaskDefinitionStatus,
  Tag,
} from '../aws/generated/ecs.ts'
import type { TableDefinition } from './store.ts'
import { familyKey } from './tables.ts'
import type { Scope } from './tables.ts'

/** The last revision that a family of daemon task definitions ever had: numbers are never used twice. */
export interface DaemonFamilyRow {
  readonly scope: Scope
  readonly family: string
  readonly lastRevision: number
}

/** Keyed by `familyKey`. */
export const daemonFamilies: TableDefinition<DaemonFamilyRow> = {
  name: 'ecs_daemon_families',
  key: row => familyKey(row.scope, row.family),
}

export interface DaemonTaskDefinitionRow {
  readonly scope: Scope
  /** As DescribeDaemonTaskDefinition shows it. DELETED ones stay for a while. */
  readonly daemonTaskDefinition: DaemonTaskDefinition & {
    readonly daemonTaskDefinitionArn: string
    readonly family: string
    readonly revision: number
    readonly status: DaemonTaskDefinitionStatus
  }
  readonly tags: readonly Tag[]
  /** IAM had its roles when a task of it was first launched by a scheduler: they are not looked up again for its tasks. */
  readonly hadRoles?: true
}

/** Keyed by ARN, ordered by family, then revision as a number. */
export const daemonTaskDefinitions: TableDefinition<DaemonTaskDefinitionRow, 'scope'> = {
  name: 'ecs_daemon_task_definitions',
  key: row => row.daemonTaskDefinition.daemonTaskDefinitionArn,
  order: row => `${familyKey(row.scope, row.daemonTaskDefinition.family)} ${String(row.daemonTaskDefinition.revision).padStart(10, '0')}`,
  indexes: { scope: row => row.scope },
}

export interface DaemonRow {
  readonly scope: Scope
  readonly daemonArn: string
  readonly clusterArn: string
  readonly capacityProviderArns: readonly string[]
  readonly deploymentArn: string
  /** What its tasks are to run: what the newest deployment brought, unless that was rolled back. */
  readonly revisionArn: string
  /** What ran before, while the newest deployment is under way: what it would be rolled back to. */
  readonly formerRevisionArn?: string
  /** Tasks that failed one after another; none where absent. */
  readonly failedTasks?: number
  /** When the last one failed or found no room. */
  readonly failedAt?: number
  /** When it was asked to go: it is removed once its tasks are stopped. */
  readonly deletedAt?: number
  readonly tags: readonly Tag[]
  /** Milliseconds since the epoch, as all times of these rows. */
  readonly createdAt: number
  readonly updatedAt: number
  /** CreateDaemon's idempotency: the token and a digest of the request. */
  readonly clientToken?: string
  readonly requestDigest: string
}

/** Keyed by ARN. */
export const daemons: TableDefinition<DaemonRow, 'cluster' | 'scope'> = {
  name: 'ecs_daemons',
  key: row => row.daemonArn,
  indexes: { cluster: row => row.clusterArn, scope: row => row.scope },
}

export interface DaemonRevisionRow {
  readonly daemonArn: string
  /** As DescribeDaemonRevisions shows it. */
  readonly revision: DaemonRevision & { readonly daemonRevisionArn: string; readonly daemonTaskDefinitionArn: string }
}

/** Keyed by ARN. */
export const daemonRevisions: TableDefinition<DaemonRevisionRow, 'daemon' | 'taskDefinition'> = {
  name: 'ecs_daemon_revisions',
  key: row => row.revision.daemonRevisionArn,
  indexes: { daemon: row => row.daemonArn, taskDefinition: row => row.revision.daemonTaskDefinitionArn },
}

export interface DaemonDeploymentRow {
  readonly daemonArn: string
  readonly createdAt: number
  /** Since when each machine has a task of its own that is well: when the bake time began. */
  readonly readyAt?: number
  /** As DescribeDaemonDeployments shows it. */
  readonly deployment: DaemonDeployment & {
    readonly daemonDeploymentArn: string
    readonly status: DaemonDeploymentStatus
    readonly deploymentConfiguration: DaemonDeploymentConfiguration
  }
}

/** Keyed by ARN, the oldest of a daemon first. */
export const daemonDeployments: TableDefinition<DaemonDeploymentRow, 'daemon'> = {
  name: 'ecs_daemon_deployments',
  key: row => row.deployment.daemonDeploymentArn,
  order: row => `${row.daemonArn} ${String(row.createdAt).padStart(15, '0')} ${row.deployment.daemonDeploymentArn}`,
  indexes: { daemon: row => row.daemonArn },
}
