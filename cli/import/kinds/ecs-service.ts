import { CliError } from '../../../shared/errors.ts'
import { pause } from '../../wait.ts'
import { type Input, only, recordOf, recordsOf, tagsOf, textOf } from '../wanted.ts'
import { type Kind, type KindContext, type Present, chunks, pages } from './kind.ts'
import { clusterArns } from './ecs-cluster.ts'

/** What UpdateService takes. @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_UpdateService.html */
const updatable = [
  'desiredCount',
  'taskDefinition',
  'capacityProviderStrategy',
  'deploymentConfiguration',
  'deploymentController',
  'availabilityZoneRebalancing',
  'networkConfiguration',
  'placementConstraints',
  'placementStrategy',
  'platformVersion',
  'healthCheckGracePeriodSeconds',
  'enableExecuteCommand',
  'enableECSManagedTags',
  'loadBalancers',
  'propagateTags',
  'serviceRegistries',
  'serviceConnectConfiguration',
  'volumeConfigurations',
]
/** What only CreateService takes. */
const fixed = ['serviceName', 'cluster', 'launchType', 'schedulingStrategy', 'role']

/** What a file no longer says is taken away. */
const lists = ['loadBalancers', 'serviceRegistries', 'placementConstraints', 'placementStrategy']

const lastOf = (arn: unknown): unknown => (typeof arn === 'string' ? arn.slice(arn.lastIndexOf('/') + 1) : arn)

/** Clusters, roles and task definitions may be named by their ARN or without. */
const shape = (input: Input): Input => {
  const named = Object.fromEntries(
    ['cluster', 'taskDefinition', 'role'].flatMap(member => (input[member] === undefined ? [] : [[member, lastOf(input[member])]])),
  )
  const empty = Object.fromEntries(lists.map(member => [member, []]))
  // A deployment that failed is begun anew by the next import, changed or not.
  return { ...empty, deployment: 'COMPLETED', ...only(input, [...updatable, ...fixed, 'deployment']), ...named }
}

const presentOf = (service: Input): Present => {
  const [arn, serviceName] = [textOf(service['serviceArn']), textOf(service['serviceName'])]
  const primary = recordsOf(service['deployments']).find(({ status }) => status === 'PRIMARY') ?? {}
  const ofDeployment = only(primary, ['serviceConnectConfiguration', 'volumeConfigurations'])
  const deployment = primary['rolloutState'] === 'FAILED' ? 'FAILED' : 'COMPLETED'
  const members = shape({ ...service, deployment, ...ofDeployment, cluster: service['clusterArn'], role: service['roleArn'] })
  const name = `${textOf(members['cluster'])}/${serviceName}`
  return { arn, name, members, attributes: { arn, name: serviceName }, tags: tagsOf(service['tags']) }
}

const described = async ({ api }: KindContext, cluster: string, services: readonly string[]): Promise<readonly Input[]> => {
  const found = await Promise.all(
    chunks(services, 10).map(some => api.json('ecs', 'DescribeServices', { cluster, services: some, include: ['TAGS'] })),
  )
  return found.flatMap(answer => recordsOf(answer['services']))
}

/** @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateService.html */
export const service: Kind = {
  all: async context => {
    const found = await Promise.all(
      (await clusterArns(context)).map(async cluster => {
        const arns = await pages(
          nextToken => context.api.json('ecs', 'ListServices', { cluster, maxResults: 100, nextToken }),
          'serviceArns',
          'nextToken',
        )
        return described(context, cluster, arns.map(textOf))
      }),
    )
    return found
      .flat()
      .filter(({ status }) => status === 'ACTIVE')
      .map(presentOf)
  },
  create: async ({ api }, input) => {
    const { service: made } = await api.json('ecs', 'CreateService', input)
    return presentOf({ tags: input['tags'], ...recordOf(made) })
  },
  change: async ({ api }, present, input, changed) => {
    const [cluster, name] = [textOf(present.members['cluster']), textOf(present.members['serviceName'])]
    const emptied = Object.fromEntries(lists.map(member => [member, []]))
    const members = only(
      { ...emptied, ...input },
      updatable.filter(member => changed.includes(member)),
    )
    const again = changed.includes('deployment') ? { forceNewDeployment: true } : {}
    const { service: updated } = await api.json('ecs', 'UpdateService', { cluster, service: name, ...members, ...again })
    return { ...presentOf({ ...recordOf(updated) }), tags: present.tags }
  },
  remove: async (context, { arn, members }) => {
    const cluster = textOf(members['cluster'])
    await context.api.json('ecs', 'DeleteService', { cluster, service: arn, force: true })
    for (;;) {
      const [left] = await described(context, cluster, [arn])
      if (left === undefined || left['status'] === 'INACTIVE') return
      context.progress(`${textOf(left['serviceName'])}: ${String(left['runningCount'])} tasks still run`)
      await pause(500, context.signal)
    }
  },
  shape,
  fixed,
  service: 'ecs',
  nameOf: input =>
    typeof input['cluster'] === 'string' ? `${textOf(lastOf(input['cluster']))}/${textOf(input['serviceName'])}` : undefined,
  sameName: 'is in the way',
}

/** Tasks that fail one after the other before it is said that no further one will do better. */
const hopeless = 5

/**
 * Resolves once a service has one deployment, which is complete, and runs what it is to. Rejects with `CliError` for a
 * deployment that failed or whose tasks do nothing else, with ECS' own words for why.
 */
export const awaitSteady = async (context: KindContext, { arn, members }: Present): Promise<void> => {
  const cluster = textOf(members['cluster'])
  for (;;) {
    const [found] = await described(context, cluster, [arn])
    if (found === undefined) return
    const deployments = recordsOf(found['deployments'])
    const primary = deployments.find(({ status }) => status === 'PRIMARY')
    const name = textOf(found['serviceName'])
    // One before it that failed may still be described.
    const failed = primary?.['rolloutState'] === 'FAILED' ? primary : undefined
    const isHopeless = Number(primary?.['failedTasks'] ?? 0) >= hopeless && found['runningCount'] === 0
    if (failed !== undefined || isHopeless) {
      const why = textOf(failed?.['rolloutStateReason']) || 'its tasks stop as soon as they start'
      throw new CliError(`The deployment of ${name} failed: ${why}`, 'Mend it, and run the command again.', {
        details: await lastReasons(context, cluster, name),
      })
    }
    const isComplete = primary === undefined || (primary['rolloutState'] ?? 'COMPLETED') === 'COMPLETED'
    if (deployments.length <= 1 && isComplete && found['runningCount'] === found['desiredCount']) return
    context.progress(waitingFor(found, primary))
    await pause(500, context.signal)
  }
}

/** How far the deployment is. Where tasks are found unhealthy, that in ECS' own words. */
export const waitingFor = (found: Input, primary: Input | undefined): string => {
  const { serviceName, runningCount, desiredCount, events } = found
  const failures = Number(primary?.['failedTasks'] ?? 0)
  const unhealthy = recordsOf(events).find(
    ({ createdAt, message }) => Number(createdAt) >= Number(primary?.['createdAt']) && textOf(message).includes('unhealthy'),
  )
  const counts = `${textOf(serviceName)}: ${String(runningCount)} of ${String(desiredCount)} tasks run`
  const failed = failures > 0 ? `, ${failures} failed` : ''
  return `${counts}${failed}${unhealthy === undefined ? '' : `; ${textOf(unhealthy['message'])}`}`
}

/** Why tasks of a service stopped, each reason once. */
const lastReasons = async ({ api }: KindContext, cluster: string, serviceName: string): Promise<readonly string[]> => {
  const { taskArns } = await api.json('ecs', 'ListTasks', { cluster, serviceName, desiredStatus: 'STOPPED', maxResults: 10 })
  if (!Array.isArray(taskArns) || taskArns.length === 0) return []
  const { tasks } = await api.json('ecs', 'DescribeTasks', { cluster, tasks: taskArns })
  return [...new Set(recordsOf(tasks).map(task => textOf(task['stoppedReason'])))]
}
