import { AwsRefusal } from '../../apply/api.ts'
import { pause } from '../../wait.ts'
import { type Input, only, recordsOf, tagsOf, textOf } from '../wanted.ts'
import { type Kind, type KindContext, type Present, chunks, pages } from './kind.ts'

const shape = (input: Input): Input =>
  only(input, [
    'clusterName',
    'settings',
    'configuration',
    'serviceConnectDefaults',
    'capacityProviders',
    'defaultCapacityProviderStrategy',
  ])

const presentOf = (cluster: Input): Present => {
  const [arn, name] = [textOf(cluster['clusterArn']), textOf(cluster['clusterName'])]
  return { arn, name, members: shape(cluster), attributes: { arn, name }, tags: tagsOf(cluster['tags']) }
}

const described = async ({ api }: KindContext, names: readonly string[]): Promise<readonly Input[]> => {
  const found = await Promise.all(
    chunks(names, 100).map(clusters => api.json('ecs', 'DescribeClusters', { clusters, include: ['TAGS', 'SETTINGS', 'CONFIGURATIONS'] })),
  )
  return found.flatMap(({ clusters }) => recordsOf(clusters)).filter(({ status }) => status === 'ACTIVE' || status === 'PROVISIONING')
}

const one = async (context: KindContext, name: string): Promise<Present> => {
  const [cluster] = await described(context, [name])
  if (cluster === undefined) throw new AwsRefusal('ClusterNotFoundException', `The cluster ${name} is not there.`)
  return presentOf(cluster)
}

/** Names of every cluster of the account and region. */
export const clusterArns = async ({ api }: KindContext): Promise<readonly string[]> =>
  (await pages(nextToken => api.json('ecs', 'ListClusters', { nextToken }), 'clusterArns', 'nextToken')).map(textOf)

/** Those that were attached just now hold up the next ones. */
const putProviders = async ({ api, signal }: KindContext, input: Input): Promise<void> => {
  for (let tries = 0; ; tries++) {
    try {
      return void (await api.json('ecs', 'PutClusterCapacityProviders', input))
    } catch (error) {
      if (!(error instanceof AwsRefusal && error.code === 'UpdateInProgressException') || tries >= 60) throw error
      await pause(500, signal)
    }
  }
}

/** @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateCluster.html */
export const cluster: Kind = {
  all: async context => (await described(context, await clusterArns(context))).map(presentOf),
  create: async (context, input) => {
    await context.api.json('ecs', 'CreateCluster', input)
    return one(context, textOf(input['clusterName']))
  },
  change: async (context, { name }, input, changed) => {
    const { api } = context
    const updated = only(
      input,
      ['settings', 'configuration', 'serviceConnectDefaults'].filter(member => changed.includes(member)),
    )
    if (Object.keys(updated).length > 0) await api.json('ecs', 'UpdateCluster', { cluster: name, ...updated })
    if (changed.includes('capacityProviders') || changed.includes('defaultCapacityProviderStrategy')) {
      const { capacityProviders = [], defaultCapacityProviderStrategy = [] } = input
      await putProviders(context, { cluster: name, capacityProviders, defaultCapacityProviderStrategy })
    }
    return one(context, name)
  },
  remove: async ({ api, signal }, { arn }) => {
    // Tasks of services that were just deleted take a moment to be gone.
    for (let tries = 0; ; tries++) {
      try {
        return void (await api.json('ecs', 'DeleteCluster', { cluster: arn }))
      } catch (error) {
        const isBusy = error instanceof AwsRefusal && /^ClusterContains(Tasks|Services)Exception$/.test(error.code)
        if (!isBusy || tries >= 60) throw error
        await pause(500, signal)
      }
    }
  },
  shape,
  fixed: ['clusterName'],
  service: 'ecs',
  nameOf: input => textOf(input['clusterName']),
  sameName: 'is used',
}

const providerShape = (input: Input): Input => only(input, ['name', 'autoScalingGroupProvider', 'managedInstancesProvider'])

const providerOf = (provider: Input): Present => {
  const [arn, name] = [textOf(provider['capacityProviderArn']), textOf(provider['name'])]
  return { arn, name, members: providerShape(provider), attributes: { arn, name }, tags: tagsOf(provider['tags']) }
}

const providers = async ({ api }: KindContext): Promise<readonly Present[]> => {
  const found = await pages(
    nextToken => api.json('ecs', 'DescribeCapacityProviders', { include: ['TAGS'], nextToken }),
    'capacityProviders',
    'nextToken',
  )
  return recordsOf(found)
    .filter(({ updateStatus }) => updateStatus !== 'DELETE_IN_PROGRESS')
    .map(providerOf)
}

/** @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateCapacityProvider.html */
export const capacityProvider: Kind = {
  all: providers,
  create: async (context, input) => {
    const { capacityProvider: made } = await context.api.json('ecs', 'CreateCapacityProvider', input)
    return providerOf({ ...(typeof made === 'object' ? made : {}) })
  },
  change: async ({ api }, { name }, input) => {
    const updated = only(input, ['autoScalingGroupProvider', 'managedInstancesProvider'])
    const { capacityProvider: changed } = await api.json('ecs', 'UpdateCapacityProvider', { name, ...updated })
    return providerOf({ ...(typeof changed === 'object' ? changed : {}) })
  },
  remove: async ({ api }, { arn }) => void (await api.json('ecs', 'DeleteCapacityProvider', { capacityProvider: arn })),
  shape: providerShape,
  fixed: ['name'],
  service: 'ecs',
  nameOf: input => textOf(input['name']),
  sameName: 'is in the way',
}
