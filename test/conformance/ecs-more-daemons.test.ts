// Managed daemons, driven by the AWS SDK.
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import {
  CreateCapacityProviderCommand,
  CreateDaemonCommand,
  DeleteCapacityProviderCommand,
  DeleteDaemonCommand,
  DeleteDaemonTaskDefinitionCommand,
  DescribeDaemonCommand,
  DescribeDaemonDeploymentsCommand,
  DescribeDaemonRevisionsCommand,
  DescribeDaemonTaskDefinitionCommand,
  DescribeTasksCommand,
  ListDaemonDeploymentsCommand,
  ListDaemonTaskDefinitionsCommand,
  ListDaemonsCommand,
  ListTagsForResourceCommand,
  ListTasksCommand,
  RegisterDaemonTaskDefinitionCommand,
  StopTaskCommand,
  TagResourceCommand,
  type Task,
  UpdateDaemonCommand,
  waitUntilDaemonActive,
  waitUntilDaemonDeploymentStopped,
  waitUntilDaemonDeploymentSuccessful,
  waitUntilDaemonTaskDefinitionActive,
  waitUntilDaemonTaskDefinitionDeleted,
} from '@aws-sdk/client-ecs'
import { EcsSuite, refusal } from '../support/ecs-suite.ts'
import { until } from '../support/until.ts'

const suite = new EcsSuite('daemons')
beforeAll(() => suite.open(), 60_000)
afterAll(() => suite.close(), 300_000)

async function register(name: string): Promise<string> {
  const { daemonTaskDefinitionArn } = await suite.ecs.send(
    new RegisterDaemonTaskDefinitionCommand({
      family: suite.named(name),
      containerDefinitions: [{ name: 'agent', image: 'busybox:latest', command: ['sleep', '600'], stopTimeout: 2 }],
      cpu: '128',
      memory: '256',
    }),
  )
  return daemonTaskDefinitionArn ?? ''
}

/** A cluster with a capacity provider of managed instances. */
async function managedCluster(name: string) {
  const clusterArn = await suite.cluster(name)
  const { capacityProvider } = await suite.ecs.send(
    new CreateCapacityProviderCommand({
      name: suite.named(name),
      cluster: clusterArn,
      managedInstancesProvider: {
        infrastructureRoleArn: 'arn:aws:iam::000000000000:role/infrastructure',
        instanceLaunchTemplate: {
          ec2InstanceProfileArn: 'arn:aws:iam::000000000000:instance-profile/instances',
          networkConfiguration: { subnets: ['subnet-0123456789abcdef0'] },
        },
      },
    }),
  )
  const provider = capacityProvider?.capacityProviderArn ?? ''
  suite.undo(() => suite.ecs.send(new DeleteCapacityProviderCommand({ capacityProvider: provider, cluster: clusterArn })))
  return { clusterArn, provider }
}

/** The tasks that a daemon has and wants. */
async function tasksOf(cluster: string, daemonName: string): Promise<Task[]> {
  const { taskArns = [] } = await suite.ecs.send(new ListTasksCommand({ cluster, daemonName }))
  if (taskArns.length === 0) return []
  return (await suite.ecs.send(new DescribeTasksCommand({ cluster, tasks: taskArns }))).tasks ?? []
}

describe('daemons', () => {
  test('are made, described, changed by deployments and deleted', async () => {
    const { clusterArn, provider } = await managedCluster('life')
    const first = await register('life')
    const second = await register('life')
    const create = new CreateDaemonCommand({
      daemonName: suite.named('life'),
      clusterArn,
      daemonTaskDefinitionArn: first,
      capacityProviderArns: [provider],
      clientToken: suite.named('life').slice(-36),
      tags: [{ key: 'team', value: 'red' }],
    })
    const made = await suite.ecs.send(create)
    const daemonArn = made.daemonArn ?? ''
    suite.undo(() => suite.ecs.send(new DeleteDaemonCommand({ daemonArn })))
    expect(made).toMatchObject({ status: 'ACTIVE' })
    expect(daemonArn).toEndWith(`:daemon/${suite.named('life')}/${suite.named('life')}`)
    expect((await suite.ecs.send(create)).deploymentArn).toBe(made.deploymentArn ?? '')
    const again = new CreateDaemonCommand({ ...create.input, clientToken: 'another' })
    expect(await refusal(suite.ecs.send(again))).toStartWith('InvalidParameterException: Creation of daemon was not idempotent.')
    await waitUntilDaemonActive({ client: suite.ecs, maxWaitTime: 180, minDelay: 1, maxDelay: 2 }, { daemonArn })
    await waitUntilDaemonDeploymentSuccessful(
      { client: suite.ecs, maxWaitTime: 180, minDelay: 1, maxDelay: 2 },
      { daemonDeploymentArns: [made.deploymentArn ?? ''] },
    )
    const { daemon } = await suite.ecs.send(new DescribeDaemonCommand({ daemonArn }))
    expect(daemon).toMatchObject({
      daemonArn,
      clusterArn,
      status: 'ACTIVE',
      deploymentArn: made.deploymentArn,
      currentRevisions: [{ totalRunningCount: 1, totalWithoutDaemonCount: 0, capacityProviders: [{ arn: provider, runningCount: 1 }] }],
    })
    // One task, of the daemon's group, on the one container instance; it is kept.
    const [stopped] = await tasksOf(clusterArn, suite.named('life'))
    expect(stopped).toMatchObject({ group: `daemon:${suite.named('life')}`, taskDefinitionArn: first, lastStatus: 'RUNNING' })
    await suite.ecs.send(new StopTaskCommand({ cluster: clusterArn, task: stopped?.taskArn }))
    const another = async () => {
      const [found] = await tasksOf(clusterArn, suite.named('life'))
      return found?.taskArn !== stopped?.taskArn && found?.lastStatus === 'RUNNING'
    }
    await until('another task runs', another, { withinMs: 180_000 })
    const [task] = await tasksOf(clusterArn, suite.named('life'))
    const revision = daemon?.currentRevisions?.[0]?.arn ?? ''
    const revisions = await suite.ecs.send(new DescribeDaemonRevisionsCommand({ daemonRevisionArns: [revision, `${revision}9`] }))
    expect(revisions.daemonRevisions?.[0]).toMatchObject({
      daemonArn,
      daemonTaskDefinitionArn: first,
      containerImages: [{ containerName: 'agent', image: 'busybox:latest' }],
    })
    expect(revisions.failures).toEqual([{ arn: `${revision}9`, reason: 'MISSING' }])

    await suite.ecs.send(new DeleteDaemonTaskDefinitionCommand({ daemonTaskDefinition: first }))
    const statusOf = async (daemonTaskDefinition: string) =>
      (await suite.ecs.send(new DescribeDaemonTaskDefinitionCommand({ daemonTaskDefinition }))).daemonTaskDefinition?.status
    expect(await statusOf(first)).toBe('DELETE_IN_PROGRESS')
    const updated = await suite.ecs.send(
      new UpdateDaemonCommand({
        daemonArn,
        daemonTaskDefinitionArn: second,
        capacityProviderArns: [provider],
        deploymentConfiguration: { drainPercent: 50 },
      }),
    )
    expect(updated.deploymentArn).not.toBe(made.deploymentArn)
    await waitUntilDaemonDeploymentSuccessful(
      { client: suite.ecs, maxWaitTime: 180, minDelay: 1, maxDelay: 2 },
      { daemonDeploymentArns: [updated.deploymentArn ?? ''] },
    )
    await until('what nothing uses any more is deleted', async () => (await statusOf(first)) === 'DELETED')
    const replaced = await tasksOf(clusterArn, suite.named('life'))
    expect(replaced.map(each => each.taskDefinitionArn)).toEqual([second])
    expect(replaced[0]?.taskArn).not.toBe(task?.taskArn)
    const deployments = await suite.ecs.send(new ListDaemonDeploymentsCommand({ daemonArn, status: ['SUCCESSFUL'] }))
    expect(deployments.daemonDeployments?.map(each => each.daemonDeploymentArn)).toEqual([
      updated.deploymentArn ?? '',
      made.deploymentArn ?? '',
    ])
    const described = await suite.ecs.send(new DescribeDaemonDeploymentsCommand({ daemonDeploymentArns: [updated.deploymentArn ?? ''] }))
    expect(described.daemonDeployments?.[0]).toMatchObject({
      sourceDaemonRevisions: [{ arn: revision }],
      deploymentConfiguration: { drainPercent: 50, bakeTimeInMinutes: 0 },
    })

    await suite.ecs.send(new TagResourceCommand({ resourceArn: daemonArn, tags: [{ key: 'tier', value: 'low' }] }))
    expect((await suite.ecs.send(new ListTagsForResourceCommand({ resourceArn: daemonArn }))).tags).toHaveLength(2)
    const listed = await suite.ecs.send(new ListDaemonsCommand({ clusterArn, capacityProviderArns: [provider] }))
    expect(listed.daemonSummariesList?.map(each => each.daemonArn)).toEqual([daemonArn])
    expect((await suite.ecs.send(new ListDaemonsCommand({ clusterArn, capacityProviderArns: ['other'] }))).daemonSummariesList).toEqual([])
    const used = new DeleteCapacityProviderCommand({ capacityProvider: provider, cluster: clusterArn })
    expect(await refusal(suite.ecs.send(used))).toStartWith(
      'ClientException: The capacity provider cannot be deleted because it is associated with',
    )
    expect((await suite.ecs.send(new DeleteDaemonCommand({ daemonArn }))).status).toBe('DELETE_IN_PROGRESS')
    const look = () => suite.ecs.send(new DescribeDaemonCommand({ daemonArn }))
    const gone = async () => (await look().then(({ daemon: left }) => left?.status, String)) !== 'DELETE_IN_PROGRESS'
    await until('the daemon is gone', gone, { withinMs: 180_000 })
    expect(await refusal(look())).toBe('DaemonNotFoundException: Daemon not found.')
    expect(await tasksOf(clusterArn, suite.named('life'))).toEqual([])
  }, 300_000)

  test('go back to the revision before when tasks of the new one fail', async () => {
    const { clusterArn, provider } = await managedCluster('back')
    const well = await register('back')
    const name = suite.named('back')
    const containerDefinitions = [{ name: 'agent', image: 'busybox:latest', command: ['sh', '-c', 'exit 3'] }]
    const broken = await suite.ecs.send(new RegisterDaemonTaskDefinitionCommand({ family: name, containerDefinitions }))
    const create = { daemonName: name, clusterArn, daemonTaskDefinitionArn: well, capacityProviderArns: [provider] }
    const { daemonArn = '', deploymentArn = '' } = await suite.ecs.send(new CreateDaemonCommand(create))
    suite.undo(() => suite.ecs.send(new DeleteDaemonCommand({ daemonArn })))
    const wait = { client: suite.ecs, maxWaitTime: 180, minDelay: 1, maxDelay: 2 }
    await waitUntilDaemonDeploymentSuccessful(wait, { daemonDeploymentArns: [deploymentArn] })
    const { daemonTaskDefinitionArn } = broken
    // A deployment that another one takes the place of is stopped.
    const same = { daemonArn, daemonTaskDefinitionArn: well, capacityProviderArns: [provider] }
    const superseded = await suite.ecs.send(new UpdateDaemonCommand(same))
    const updated = await suite.ecs.send(new UpdateDaemonCommand({ daemonArn, daemonTaskDefinitionArn, capacityProviderArns: [provider] }))
    await waitUntilDaemonDeploymentStopped(wait, { daemonDeploymentArns: [superseded.deploymentArn ?? ''] })
    const deployment = async () => {
      const asked = new DescribeDaemonDeploymentsCommand({ daemonDeploymentArns: [updated.deploymentArn ?? ''] })
      return (await suite.ecs.send(asked)).daemonDeployments?.[0]
    }
    await until('it is rolled back', async () => (await deployment())?.status === 'ROLLBACK_SUCCESSFUL', { withinMs: 180_000 })
    expect(await deployment()).toMatchObject({ circuitBreaker: { failureCount: 3, status: 'TRIGGERED', threshold: 3 } })
    expect((await tasksOf(clusterArn, name)).map(each => each.taskDefinitionArn)).toEqual([well])
  }, 300_000)

  test('are refused on other capacity than managed instances', async () => {
    const { clusterArn, provider } = await managedCluster('wrong')
    const daemonTaskDefinitionArn = await register('wrong')
    const create = (more: object) =>
      suite.ecs.send(
        new CreateDaemonCommand({
          daemonName: suite.named('wrong'),
          clusterArn,
          daemonTaskDefinitionArn,
          capacityProviderArns: [provider],
          ...more,
        }),
      )
    expect(await refusal(create({ daemonName: 'a b' }))).toStartWith('InvalidParameterException: DaemonName must match')
    expect(await refusal(create({ capacityProviderArns: [] }))).toStartWith('InvalidParameterException: ')
    expect(await refusal(create({ capacityProviderArns: ['none'] }))).toStartWith(
      'ClientException: The specified capacity provider does not exist.',
    )
    expect(await refusal(create({ daemonTaskDefinitionArn: `${daemonTaskDefinitionArn}9` }))).toStartWith('ClientException: ')
    expect(await refusal(create({ clusterArn: suite.named('none') }))).toBe('ClusterNotFoundException: Cluster not found.')
  })

  test('have task definitions of their own', async () => {
    const arns = [await register('definitions'), await register('definitions'), await register('definitions')]
    const family = suite.named('definitions')
    const list = async (more: object) =>
      (await suite.ecs.send(new ListDaemonTaskDefinitionsCommand({ family, ...more }))).daemonTaskDefinitions?.map(({ arn = '' }) => arn)
    expect(await list({})).toEqual(arns)
    expect(await list({ sort: 'DESC', maxResults: 2 })).toEqual(arns.toReversed().slice(0, 2))
    expect(await list({ revision: 'LAST_REGISTERED' })).toEqual(arns.slice(2))
    await waitUntilDaemonTaskDefinitionActive({ client: suite.ecs, maxWaitTime: 180 }, { daemonTaskDefinition: arns[2] })
    const { daemonTaskDefinition } = await suite.ecs.send(new DescribeDaemonTaskDefinitionCommand({ daemonTaskDefinition: family }))
    expect(daemonTaskDefinition).toMatchObject({
      family,
      revision: 3,
      status: 'ACTIVE',
      cpu: '128',
      containerDefinitions: [{ name: 'agent', image: 'busybox:latest', essential: true }],
    })
    await suite.ecs.send(new DeleteDaemonTaskDefinitionCommand({ daemonTaskDefinition: arns[2] }))
    await waitUntilDaemonTaskDefinitionDeleted(
      { client: suite.ecs, maxWaitTime: 180, minDelay: 1, maxDelay: 2 },
      { daemonTaskDefinition: arns[2] },
    )
    expect(await list({ status: 'ALL' })).toEqual(arns.slice(0, 2))
    expect(await register('definitions')).toEndWith(':4')
    const empty = new RegisterDaemonTaskDefinitionCommand({ family, containerDefinitions: [] })
    expect(await refusal(suite.ecs.send(empty))).toBe('ClientException: Container list cannot be empty.')
    expect(await refusal(suite.ecs.send(new DeleteDaemonTaskDefinitionCommand({ daemonTaskDefinition: family })))).toBe(
      'InvalidParameterException: Revision is missing.',
    )
  })
})
