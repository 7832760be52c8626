// The tables of ECS' gateways.
import type { Gateway, Tag } from '../aws/generated/ecs.ts'
import type { TableDefinition } from './store.ts'
import type { Scope } from './tables.ts'

export interface GatewayRow {
  readonly scope: Scope
  /** As DescribeGateway shows it once the last change is over, without tags and times. */
  readonly gateway: Gateway & { readonly gatewayArn: string; readonly name: string; readonly status: 'ACTIVE' | 'UPDATE_COMPLETE' }
  readonly tags: readonly Tag[]
  /** Milliseconds since the epoch. */
  readonly createdAt: number
  readonly updatedAt: number
  readonly clientToken?: string
  /** Of the call that made it; absent where an older version did. */
  readonly requestDigest?: string
}

/** Keyed by ARN. */
export const gateways: TableDefinition<GatewayRow, 'name' | 'scope'> = {
  name: 'ecs_gateways',
  key: row => row.gateway.gatewayArn,
  indexes: { scope: row => row.scope, name: row => gatewayNameKey(row.scope, row.gateway.name) },
}

export const gatewayNameKey = (scope: Scope, name: string): string => `${scope}/${name}`

export interface GatewayAssociationRow {
  readonly scope: Scope
  readonly gatewayArn: string
  readonly clusterArn: string
  /** When it was taken back: it is shown as DISASSOCIATING for a moment. Milliseconds since the epoch. */
  readonly removedAt?: number
}

export const gatewayAssociationKey = (gatewayArn: string, clusterArn: string): string => `${gatewayArn} ${clusterArn}`

/** Keyed by `gatewayAssociationKey`. */
export const gatewayAssociations: TableDefinition<GatewayAssociationRow, 'cluster' | 'gateway' | 'scope'> = {
  name: 'ecs_gateway_associations',
  key: row => gatewayAssociationKey(row.gatewayArn, row.clusterArn),
  indexes: { scope: row => row.scope, gateway: row => row.gatewayArn, cluster: row => row.clusterArn },
}
