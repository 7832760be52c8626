// The table of ECS' Express Gateway services.
import type { ExpressGatewayServiceConfiguration } from '../aws/generated/ecs.ts'
import type { TableDefinition } from './store.ts'

/** What an Express service is beside the service that runs it. */
export interface ExpressServiceRow {
  readonly serviceArn: string
  readonly infrastructureRoleArn: string
  /** As it was asked for last, defaults filled in, without what the service's own rows say. */
  readonly configuration: ExpressGatewayServiceConfiguration
  /** Milliseconds since the epoch. */
  readonly createdAt: number
  readonly updatedAt: number
}

/** Keyed by service ARN. */
export const expressServices: TableDefinition<ExpressServiceRow> = {
  name: 'ecs_express_services',
  key: row => row.serviceArn,
}
