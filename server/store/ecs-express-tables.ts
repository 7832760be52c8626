// The table of ECS' Express Gateway services.
import type { ExpressGatewayServiceConfiguration } from '../aws/generated/ecs.ts'
import type { TableDefinition } from './store.ts'

/** A rule of a load balancer that Express services of one network share. */
export interface ExpressIngress {
  /** Whose services share: the account and region, subnets and security groups. */
  readonly network: string
  readonly loadBalancerArn: string
  readonly listenerArn: string
  readonly ruleArn: string
  readonly targetGroupArn: string
  /** The host name of the rule's condition. */
  readonly host: string
}

/** What an Express service is beside the service that runs it. */
export interface ExpressServiceRow {
  readonly serviceArn: string
  readonly infrastructureRoleArn: string
  /** As it was asked for last, defaults filled in, without what the service's own rows say. */
  readonly configuration: ExpressGatewayServiceConfiguration
  /** What leads to it; absent once it is INACTIVE, and for services that were made before there were load balancers for them. */
  readonly ingress?: ExpressIngress
  /** Milliseconds since the epoch. */
  readonly createdAt: number
  readonly updatedAt: number
}

/** Keyed by service ARN. */
export const expressServices: TableDefinition<ExpressServiceRow, 'network' | 'loadBalancer'> = {
  name: 'ecs_express_services',
  key: row => row.serviceArn,
  indexes: { network: row => row.ingress?.network, loadBalancer: row => row.ingress?.loadBalancerArn },
}
