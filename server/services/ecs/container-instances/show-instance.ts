import type { Attribute, ContainerInstance, ContainerInstanceField, ContainerInstanceHealthStatus } from '../../../aws/generated/ecs.ts'
import { epochSeconds } from '../../../../shared/clock.ts'
import { version } from '../../../../shared/version.ts'
import { parseArn } from '../../../domain/arn.ts'
import { nodeMachineId } from '../../../domain/container-instance.ts'
import type { RuntimeNode } from '../../../runtime/runtime.ts'
import { tasks } from '../../../store/tables.ts'
import type { TaskRow } from '../../../store/tables.ts'
import type { EcsContext } from '../context.ts'
import type { Instance } from './instances.ts'
import { nodeAttributes } from '../../../domain/node-attributes.ts'
import { nodeResources, remainingResources } from './resources.ts'

/** The tasks that are or were on an instance, STOPPED ones too. */
export const tasksOn = (context: Pick<EcsContext, 'store'>, { row }: Instance): readonly TaskRow[] => [
  ...context.store.table(tasks).by('containerInstance', row.containerInstanceArn),
]

/** Those that ECS knows by itself or from the agent, then those that PutAttributes added. */
export const attributesOf = ({ row, node }: Instance): readonly Attribute[] => [
  ...(node === undefined ? (row.registered?.attributes ?? []) : nodeAttributes(node, parseArn(row.clusterArn)?.region ?? '')),
  ...row.attributes,
]

/**
 * An instance as DescribeContainerInstances shows it: counts and what is left are taken from its tasks.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerInstance.html
 */
export function showInstance(
  context: Pick<EcsContext, 'store' | 'clock'>,
  instance: Instance,
  include: ReadonlySet<ContainerInstanceField> = new Set(),
): ContainerInstance {
  const { row, node } = instance
  const placed = tasksOn(context, instance)
  const count = (...statuses: readonly string[]): number => placed.filter(({ task }) => statuses.includes(task.lastStatus)).length
  const facts = node === undefined ? (row.registered ?? {}) : factsOf(node)
  return {
    ...facts,
    containerInstanceArn: row.containerInstanceArn,
    version: row.version,
    registeredResources: facts.registeredResources ?? [],
    remainingResources: remainingResources(facts.registeredResources ?? [], placed),
    status: row.status,
    agentConnected: row.status !== 'INACTIVE' && (node?.isReady ?? false),
    runningTasksCount: count('RUNNING'),
    pendingTasksCount: count('PROVISIONING', 'PENDING', 'ACTIVATING'),
    attributes: attributesOf(instance),
    attachments: [],
    tags: include.has('TAGS') ? row.tags : [],
    ...(include.has('CONTAINER_INSTANCE_HEALTH') ? { healthStatus: healthOf(node, context.clock.now()) } : {}),
  }
}

/** An instance as calls answer it that change it: with its tags. */
export const showWholeInstance = (context: Pick<EcsContext, 'store' | 'clock'>, instance: Instance): ContainerInstance =>
  showInstance(context, instance, new Set<ContainerInstanceField>(['TAGS']))

const factsOf = (node: RuntimeNode): NonNullable<Instance['row']['registered']> => ({
  ec2InstanceId: nodeMachineId(node.name),
  registeredAt: epochSeconds(node.createdAt),
  registeredResources: nodeResources(node),
  versionInfo: {
    agentVersion: version,
    ...(node.containerRuntimeVersion === undefined ? {} : { dockerVersion: node.containerRuntimeVersion }),
  },
})

function healthOf(node: RuntimeNode | undefined, now: number): ContainerInstanceHealthStatus {
  const status = node === undefined ? 'INSUFFICIENT_DATA' : node.isReady ? 'OK' : 'IMPAIRED'
  return { overallStatus: status, details: [{ type: 'CONTAINER_RUNTIME', status, lastUpdated: epochSeconds(now) }] }
}
