// Differs from AWS: a reservation is kept and shown as provisioned at once; it reserves nothing.
import type { DescribeCapacityReservationInput, DescribeCapacityReservationOutput } from '../../../aws/generated/elbv2.ts'
import { showCapacity } from '../capacity.ts'
import type { Elbv2Context } from '../context.ts'
import { findLoadBalancer } from '../find.ts'

/** @see https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeCapacityReservation.html */
export const describeCapacityReservation = (
  context: Elbv2Context,
  input: DescribeCapacityReservationInput,
): DescribeCapacityReservationOutput => showCapacity(findLoadBalancer(context, input.LoadBalancerArn), context.clock.now())
