// The tables of ECS beside clusters, task definitions and tasks: what an account has, and what tasks run on.
import type { Attribute, CapacityProvider, ContainerInstance, SettingName, Tag } from '../aws/generated/ecs.ts'
import type { TableDefinition } from './store.ts'
import type { Scope } from './tables.ts'

export interface AccountSettingRow {
  readonly scope: Scope
  readonly name: SettingName
  /** The ARN of the user, role or root user that it is set for. The root user's is everyone's default. */
  readonly principalArn: string
  readonly value: string
}

export const accountSettingKey = (scope: Scope, name: SettingName, principalArn: string): string => `${scope} ${principalArn} ${name}`

/** Keyed by `accountSettingKey`. */
export const accountSettings: TableDefinition<AccountSettingRow, 'scope'> = {
  name: 'ecs_account_settings',
  key: row => accountSettingKey(row.scope, row.name, row.principalArn),
  indexes: { scope: row => row.scope },
}

export interface CapacityProviderRow {
  readonly scope: Scope
  /** As DescribeCapacityProviders shows it once the last change is over, without tags. INACTIVE ones stay for a while, as on AWS. */
  readonly capacityProvider: CapacityProvider & {
    readonly capacityProviderArn: string
    readonly name: string
    readonly status: 'ACTIVE' | 'INACTIVE'
    readonly updateStatus?: 'CREATE_COMPLETE' | 'UPDATE_COMPLETE' | 'DELETE_COMPLETE'
  }
  readonly tags: readonly Tag[]
  /** When it was made, changed or deleted last. Milliseconds since the epoch. */
  readonly changedAt?: number
  /** Milliseconds since the epoch. */
  readonly deletedAt?: number
}

/** Keyed by ARN. Fargate's two are there without rows. */
export const capacityProviders: TableDefinition<CapacityProviderRow, 'scope'> = {
  name: 'ecs_capacity_providers',
  key: row => row.capacityProvider.capacityProviderArn,
  indexes: { scope: row => row.scope },
}

/**
 * What is known of a container instance beside the node that it stands for: a node that nothing was said of has no row.
 * Instances that RegisterContainerInstance made have no node, and all that they are is in `registered`.
 */
export interface ContainerInstanceRow {
  readonly scope: Scope
  readonly clusterArn: string
  readonly containerInstanceArn: string
  readonly status: 'ACTIVE' | 'DRAINING' | 'INACTIVE'
  /** As the agent registered it; absent where a node is what it stands for. */
  readonly registered?: Pick<ContainerInstance, 'attributes' | 'ec2InstanceId' | 'registeredAt' | 'registeredResources' | 'versionInfo'>
  /** What PutAttributes added: name and value. */
  readonly attributes: readonly Attribute[]
  readonly tags: readonly Tag[]
  /** Counts changes, as DescribeContainerInstances shows it; from 1. */
  readonly version: number
}

/** Keyed by ARN. */
export const containerInstances: TableDefinition<ContainerInstanceRow, 'cluster'> = {
  name: 'ecs_container_instances',
  key: row => row.containerInstanceArn,
  indexes: { cluster: row => row.clusterArn },
}
