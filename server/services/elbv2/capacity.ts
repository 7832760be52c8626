import type { DescribeCapacityReservationOutput } from '../../aws/generated/elbv2.ts'
import { hiddenQuotas } from '../../domain/elbv2/quotas.ts'
import { epochSeconds } from '../../../shared/clock.ts'
import type { LoadBalancerRow } from '../../store/elbv2-tables.ts'

const aDayMs = 24 * 3_600_000

/** Milliseconds of the decreases that count at `now`. */
export const recentDecreases = ({ capacity }: LoadBalancerRow, now: number): readonly number[] =>
  (capacity?.decreasedAt ?? []).filter(at => now - at < aDayMs)

/** A load balancer's reservation; what was never reserved has no time and no state. */
export function showCapacity(row: LoadBalancerRow, now: number): DescribeCapacityReservationOutput {
  const { capacity, loadBalancer } = row
  const DecreaseRequestsRemaining = hiddenQuotas.capacityDecreasesPerDay - recentDecreases(row, now).length
  if (capacity === undefined) return { DecreaseRequestsRemaining, CapacityReservationState: [] }
  const LastModifiedTime = epochSeconds(capacity.modifiedAt)
  const units = capacity.capacityUnits
  if (units === undefined) return { LastModifiedTime, DecreaseRequestsRemaining, CapacityReservationState: [] }
  const zones = loadBalancer.AvailabilityZones ?? []
  return {
    LastModifiedTime,
    DecreaseRequestsRemaining,
    MinimumLoadBalancerCapacity: { CapacityUnits: units },
    CapacityReservationState: zones.map(({ ZoneName }) => ({
      State: { Code: 'provisioned' },
      AvailabilityZone: ZoneName,
      EffectiveCapacityUnits: units / zones.length,
    })),
  }
}
