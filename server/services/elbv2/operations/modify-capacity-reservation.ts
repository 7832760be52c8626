// Differs from AWS: a reservation is kept and shown as provisioned at once; it reserves nothing.
import { ServiceError } from '../../../aws/errors.ts'
import type { ModifyCapacityReservationInput, ModifyCapacityReservationOutput } from '../../../aws/generated/elbv2.ts'
import { hiddenQuotas } from '../../../domain/elbv2/quotas.ts'
import { invalidConfiguration, validationError } from '../../../domain/elbv2/refusals.ts'
import { loadBalancers } from '../../../store/elbv2-tables.ts'
import { recentDecreases, showCapacity } from '../capacity.ts'
import type { Elbv2Context } from '../context.ts'
import { findLoadBalancer } from '../find.ts'

/**
 * Reserves capacity units, or takes the reservation back; it can be made smaller twice a day.
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_ModifyCapacityReservation.html
 */
export async function modifyCapacityReservation(
  context: Elbv2Context,
  input: ModifyCapacityReservationInput,
): Promise<ModifyCapacityReservationOutput> {
  const resets = input.ResetCapacityReservation === true
  const units = input.MinimumLoadBalancerCapacity?.CapacityUnits
  if (resets && units !== undefined) throw validationError('You cannot both reset and set a capacity reservation')
  if (!resets && units === undefined) throw validationError('A minimum load balancer capacity must be specified')
  return context.store.commit(transaction => {
    const row = findLoadBalancer(context, input.LoadBalancerArn)
    if (row.loadBalancer.Type === 'gateway') {
      throw new ServiceError('OperationNotPermittedException', 'Capacity reservations are not supported for Gateway Load Balancers')
    }
    const most = hiddenQuotas.capacityUnitsPerLoadBalancer
    if (units !== undefined && units < 1) throw invalidConfiguration('The capacity units must be greater than 0')
    if (units !== undefined && units > most) {
      throw new ServiceError('CapacityUnitsLimitExceededException', `You have exceeded the limit of '${most}' capacity units`)
    }
    const now = context.clock.now()
    const decreases = recentDecreases(row, now)
    const isLess = units !== undefined && units < (row.capacity?.capacityUnits ?? 0)
    if (isLess && decreases.length >= hiddenQuotas.capacityDecreasesPerDay) {
      throw new ServiceError(
        'CapacityDecreaseRequestsLimitExceededException',
        'You have exceeded the daily capacity decrease limit for this load balancer',
      )
    }
    const capacity = {
      ...(units === undefined ? {} : { capacityUnits: units }),
      modifiedAt: now,
      decreasedAt: isLess ? [...decreases, now] : decreases,
    }
    const changed = { ...row, capacity }
    transaction.put(loadBalancers, changed)
    return showCapacity(changed, now)
  })
}
