import type { Attribute } from '../aws/generated/ecs.ts'
import type { RuntimeNode } from '../runtime/runtime.ts'

/** What the runtimes can do, as ECS' agent would say it: what RegisterTaskDefinition finds required of it. */
const capabilities: readonly string[] = [
  ...Array.from({ length: 28 }, (_, index) => `com.amazonaws.ecs.capability.docker-remote-api.1.${index + 17}`),
  ...['awsfirelens', 'awslogs', 'json-file', 'none'].map(driver => `com.amazonaws.ecs.capability.logging-driver.${driver}`),
  'com.amazonaws.ecs.capability.ecr-auth',
  'com.amazonaws.ecs.capability.privileged-container',
  'com.amazonaws.ecs.capability.task-iam-role',
  'com.amazonaws.ecs.capability.task-iam-role-network-host',
  'ecs.capability.container-health-check',
  'ecs.capability.container-ordering',
  'ecs.capability.execution-role-awslogs',
  'ecs.capability.execution-role-ecr-pull',
  'ecs.capability.secrets.asm.environment-variables',
  'ecs.capability.secrets.ssm.environment-variables',
  'ecs.capability.task-cpu-mem-limit',
  'ecs.capability.task-eni',
]

/** Machines of which Kubernetes says no zone are in one. */
export const zoneName = (region: string, letter = 'a'): string => `${region}${letter}`

const attributeName = /^[\w./\\-]{1,128}$/

/**
 * A node's attributes: those that ECS gives every instance, what can be run there, and the node's labels.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-placement-constraints.html#attributes
 */
export function nodeAttributes(node: RuntimeNode, region: string): readonly Attribute[] {
  const { labels } = node
  const labelled = Object.entries(labels).filter(([name, value]) => attributeName.test(name) && value.length <= 128)
  return [
    { name: 'ecs.availability-zone', value: zoneName(region, node.zone) },
    { name: 'ecs.cpu-architecture', value: node.cpuArchitecture },
    { name: 'ecs.instance-type', value: labels['node.kubernetes.io/instance-type'] ?? 'kecs' },
    { name: 'ecs.os-family', value: 'LINUX' },
    { name: 'ecs.os-type', value: 'linux' },
    ...capabilities.map(name => ({ name })),
    ...labelled.map(([name, value]) => (value === '' ? { name } : { name, value })),
  ]
}
