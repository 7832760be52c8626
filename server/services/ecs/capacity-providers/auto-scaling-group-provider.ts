import { ServiceError } from '../../../aws/errors.ts'
import type { AutoScalingGroupProvider, AutoScalingGroupProviderUpdate, ManagedScaling } from '../../../aws/generated/ecs.ts'

/** What AWS shows where nothing is given. */
const defaultScaling = {
  status: 'DISABLED',
  targetCapacity: 100,
  minimumScalingStepSize: 1,
  maximumScalingStepSize: 10_000,
  instanceWarmupPeriod: 300,
} as const satisfies ManagedScaling

/**
 * An Auto Scaling group's provider as it is shown: what is given over what was before, over the defaults. Throws
 * ClientException for scaling steps that contradict each other.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_AutoScalingGroupProvider.html
 */
export function autoScalingGroupProvider(
  autoScalingGroupArn: string,
  given: AutoScalingGroupProviderUpdate,
  before: Partial<AutoScalingGroupProvider> = {},
): AutoScalingGroupProvider {
  const managedScaling = { ...defaultScaling, ...before.managedScaling, ...given.managedScaling }
  if ((managedScaling.minimumScalingStepSize ?? 1) > (managedScaling.maximumScalingStepSize ?? 10_000)) {
    throw new ServiceError(
      'ClientException',
      'The minimum or maximum scaling step size value is invalid. Specify a minimum scaling step size value that is less than or equal to the maximum scaling step size value and try again.',
    )
  }
  return {
    autoScalingGroupArn,
    managedScaling,
    managedTerminationProtection: given.managedTerminationProtection ?? before.managedTerminationProtection ?? 'DISABLED',
    managedDraining: given.managedDraining ?? before.managedDraining ?? 'ENABLED',
  }
}
