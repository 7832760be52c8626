import type { Limit } from '../../aws/generated/elbv2.ts'

/**
 * AWS' default quotas of an account in a region, under the names that DescribeAccountLimits has for them.
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html
 */
export const quotas = {
  'application-load-balancers': 50,
  'condition-values-per-alb-rule': 5,
  'condition-wildcards-per-alb-rule': 6,
  'gateway-load-balancers': 100,
  'gateway-load-balancers-per-vpc': 100,
  'geneve-target-groups': 100,
  'listeners-per-application-load-balancer': 50,
  'listeners-per-network-load-balancer': 50,
  'network-load-balancers': 50,
  'rules-per-application-load-balancer': 100,
  'target-groups': 3000,
  'target-groups-per-action-on-application-load-balancer': 5,
  'target-groups-per-action-on-network-load-balancer': 1,
  'target-groups-per-application-load-balancer': 100,
  'targets-per-application-load-balancer': 1000,
  'targets-per-availability-zone-per-gateway-load-balancer': 300,
  'targets-per-availability-zone-per-network-load-balancer': 500,
  'targets-per-network-load-balancer': 3000,
} as const

export const accountLimits: readonly Limit[] = Object.entries(quotas).map(([Name, max]) => ({ Name, Max: String(max) }))

/** Quotas that DescribeAccountLimits does not show. */
export const hiddenQuotas = {
  actionsPerRule: 5,
  certificatesPerApplicationLoadBalancer: 25,
  certificatesPerNetworkLoadBalancer: 25,
  targetsPerTargetGroup: 1000,
  registrationsPerTarget: 100,
  tags: 50,
  trustStores: 20,
  revocationEntriesPerTrustStore: 500_000,
  verifyListenersPerLoadBalancer: 2,
  capacityDecreasesPerDay: 2,
  capacityUnitsPerLoadBalancer: 1500,
} as const
