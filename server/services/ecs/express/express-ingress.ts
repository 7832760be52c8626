import type { ExpressGatewayServiceConfiguration, LoadBalancer } from '../../../aws/generated/ecs.ts'
import { madeUpVpc, madeUpZone } from '../../../domain/elbv2/made-up-vpc.ts'
import { expressScaling, namesInServiceArn, scalingNames } from '../../../domain/express/scaling.ts'
import { namedKey, scalableTargets, scalingPolicies, targetKey } from '../../../store/autoscaling-tables.ts'
import type { ExpressIngress } from '../../../store/ecs-express-tables.ts'
import type { WantedIngress } from '../../../store/express-ingress.ts'
import type { Transaction } from '../../../store/store.ts'
import { scopeOf } from '../../../store/tables.ts'
import type { EcsContext } from '../context.ts'
import { definitionToLaunch } from '../tasks/launch-parts.ts'
import { invalidParameter } from '../tasks/invalid-parameter.ts'

/** Where the load balancer of subnets is: asked of EC2, made up where there is none to ask. */
export async function expressPlacement(
  context: EcsContext,
  subnets: readonly string[],
): Promise<Pick<WantedIngress, 'zones' | 'vpcId' | 'isNetworkKnown'>> {
  const known = await context.owners?.subnets(subnets, context)
  const zones = subnets.map((SubnetId, index) => ({
    ZoneName: known?.find(({ subnetId }) => subnetId === SubnetId)?.availabilityZone ?? madeUpZone(context, index),
    SubnetId,
    LoadBalancerAddresses: [],
  }))
  return { zones, vpcId: known?.[0]?.vpcId ?? madeUpVpc(context), isNetworkKnown: known !== undefined }
}

/** The container that traffic goes to: the first with a port. Throws InvalidParameterException where none has one. */
export function reachedContainer(
  context: EcsContext,
  taskDefinition: string,
): { readonly containerName: string; readonly containerPort: number } {
  for (const { name = '', portMappings = [] } of definitionToLaunch(context, taskDefinition).taskDefinition.containerDefinitions ?? []) {
    const containerPort = portMappings[0]?.containerPort
    if (containerPort !== undefined) return { containerName: name, containerPort }
  }
  throw invalidParameter('The task definition has no container with a port mapping.')
}

export const registeredIn = (
  { targetGroupArn }: ExpressIngress,
  container: { readonly containerName: string; readonly containerPort: number },
): readonly LoadBalancer[] => [{ targetGroupArn, ...container }]

/** Writes what scales the service: between its least and most tasks, by the metric that is asked for. */
export function putExpressScaling(
  context: EcsContext,
  transaction: Transaction,
  {
    serviceArn,
    ingress,
    configuration,
  }: {
    readonly serviceArn: string
    readonly ingress: ExpressIngress
    readonly configuration: ExpressGatewayServiceConfiguration
  },
): void {
  const scope = scopeOf(context.account, context.region)
  const names = namesInServiceArn(serviceArn)
  const name = scalingNames(names.clusterName, names.serviceName)
  const made = expressScaling({
    place: context,
    scope,
    ids: context.ids,
    now: context.clock.now(),
    ...names,
    wanted: configuration.scalingTarget ?? {},
    ingress,
    before: context.store.table(scalableTargets).get(targetKey(scope, name)),
  })
  const policy = context.store.table(scalingPolicies).get(namedKey(scope, name, made.policy.policy.PolicyName))?.policy
  const { PolicyARN, Alarms, CreationTime } = policy ?? made.policy.policy
  transaction.put(scalableTargets, made.target)
  transaction.put(scalingPolicies, { ...made.policy, policy: { ...made.policy.policy, PolicyARN, Alarms, CreationTime } })
}
