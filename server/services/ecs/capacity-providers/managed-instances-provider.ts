import { ServiceError } from '../../../aws/errors.ts'
import type { InstanceLaunchTemplate, InstanceLaunchTemplateUpdate, ManagedInstancesProvider } from '../../../aws/generated/ecs.ts'
import type { EcsContext } from '../context.ts'
import { firstMissing } from '../tasks/check-roles.ts'

type Given = Omit<ManagedInstancesProvider, 'instanceLaunchTemplate'> & {
  readonly infrastructureRoleArn: string
  readonly instanceLaunchTemplate: InstanceLaunchTemplateUpdate
}

/**
 * A provider of managed instances as it is shown: what is given over what was before. Throws ClientException in the
 * words of AWS' page on its errors.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/managed-instances-errors.html
 */
export function managedInstancesProvider(given: Given, before: ManagedInstancesProvider = {}): ManagedInstancesProvider {
  const template = { ...before.instanceLaunchTemplate, ...given.instanceLaunchTemplate }
  const { ec2InstanceProfileArn, networkConfiguration } = template
  if (!/^arn:[^:]+:iam::\d{12}:role\/.+$/.test(given.infrastructureRoleArn)) {
    refuse(invalidRole)
  }
  if (ec2InstanceProfileArn === undefined) {
    return refuse('Amazon ECS Managed Instances capacity provider must specify an instance profile.')
  }
  if (!/^arn:[^:]+:iam::\d{12}:instance-profile\/.+$/.test(ec2InstanceProfileArn)) {
    refuse('The specified instance profile role arn is invalid. Specify a valid role ARN and try again.')
  }
  if (networkConfiguration === undefined) {
    return refuse('Amazon ECS Managed Instances capacity provider must specify a Network Configuration.')
  }
  checkNetwork(networkConfiguration)
  return {
    ...before,
    ...given,
    propagateTags: given.propagateTags ?? before.propagateTags ?? 'NONE',
    instanceLaunchTemplate: {
      ...template,
      ec2InstanceProfileArn,
      networkConfiguration,
      capacityOptionType: before.instanceLaunchTemplate?.capacityOptionType ?? optionOf(given.instanceLaunchTemplate),
    },
  }
}

const invalidRole = 'The specified infrastructure role arn is invalid. Specify a valid role ARN and try again.'

/** Throws ClientException for an infrastructure role that IAM has not. */
export async function checkInfrastructureRole(
  context: Pick<EcsContext, 'account' | 'region' | 'owners'>,
  managed: { readonly infrastructureRoleArn?: string | undefined } | undefined,
): Promise<void> {
  if ((await firstMissing(context, [managed?.infrastructureRoleArn])) !== undefined) refuse(invalidRole)
}

/** Chosen when a provider is made, and never changed. */
const optionOf = (template: InstanceLaunchTemplateUpdate & Pick<InstanceLaunchTemplate, 'capacityOptionType'>) =>
  template.capacityOptionType ?? 'ON_DEMAND'

function checkNetwork({ subnets, securityGroups = [] }: InstanceLaunchTemplate['networkConfiguration']): void {
  if (subnets === undefined || subnets.length === 0) {
    refuse('Amazon ECS Managed Instances capacity provider must specify a Network Configuration with non empty subnets.')
  }
  if (subnets?.some(id => !/^subnet-([0-9a-z]{8}|[0-9a-z]{17})$/.test(id))) {
    refuse('The specified subnet id is invalid. Specify a subnet ID and try again.')
  }
  if (securityGroups.some(id => !/^sg-([0-9a-z]{8}|[0-9a-z]{17})$/.test(id))) {
    refuse('The specified security group id is invalid. Specify a security group ID and try again.')
  }
}

function refuse(message: string): never {
  throw new ServiceError('ClientException', message)
}
