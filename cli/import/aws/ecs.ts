import { readOnlyMembers } from '../kinds/task-definition.ts'
import { reference } from '../value.ts'
import { type Input, type Wanted, listOf, only, recordOf, recordsOf, textOf, without } from '../wanted.ts'
import type { AwsDocuments } from './documents.ts'
import type { Mapping } from './mapping.ts'

// DescribeClusters, DescribeTaskDefinition and DescribeServices as what CreateCluster, RegisterTaskDefinition and
// CreateService take: members that only Describe… answers are left away.

const lastOf = (arn: string): string => arn.slice(arn.lastIndexOf('/') + 1)
const mapped = (mapping: Mapping, value: Input): Input => recordOf(mapping.map(value)) ?? {}
const isFilled = (value: unknown): boolean => value !== undefined && value !== null && !(Array.isArray(value) && value.length === 0)
const filledOnly = (value: Input, members: readonly string[]): Input =>
  Object.fromEntries(Object.entries(only(value, members)).filter(([, each]) => isFilled(each)))

/** Clusters among the files, and those that services name. */
export const clustersOf = ({ clusters, services, capacityProviders }: AwsDocuments, mapping: Mapping): readonly Wanted[] => {
  const there = new Set(['FARGATE', 'FARGATE_SPOT', ...capacityProviders.map(({ name }) => textOf(name))])
  const declared = clusters.map(cluster => {
    const name = textOf(cluster['clusterName'])
    const all = listOf(cluster['capacityProviders']).map(String)
    const missing = all.filter(each => !there.has(each))
    if (missing.length > 0)
      mapping.notes.add(`${name} is without its capacity providers ${missing.join(', ')}, which are not among the files.`)
    const providers = all.filter(each => there.has(each))
    const strategy = recordsOf(cluster['defaultCapacityProviderStrategy']).filter(each => there.has(textOf(each['capacityProvider'])))
    const members = mapped(mapping, filledOnly(cluster, ['clusterName', 'settings', 'configuration', 'tags']))
    const defaults = recordOf(cluster['serviceConnectDefaults'])
    const namespace = defaults === undefined ? undefined : mapping.find(textOf(defaults['namespace']))
    if (defaults !== undefined && namespace === undefined) {
      mapping.notes.add(
        `${name} is without its Service Connect namespace, which is not among the files (aws servicediscovery get-namespace).`,
      )
    }
    const input = {
      ...members,
      ...(providers.length > 0 && { capacityProviders: providers }),
      ...(strategy.length > 0 && { defaultCapacityProviderStrategy: strategy }),
      ...(namespace !== undefined && { serviceConnectDefaults: { namespace } }),
    }
    return { kind: 'cluster' as const, id: `cluster ${name}`, name, input }
  })
  const names = new Set(declared.map(({ name }) => name))
  const implied = [...new Set(services.map(clusterOf))].filter(name => !names.has(name))
  return [...declared, ...implied.map(name => ({ kind: 'cluster' as const, id: `cluster ${name}`, name, input: { clusterName: name } }))]
}

export const capacityProvidersOf = ({ capacityProviders }: AwsDocuments, mapping: Mapping): readonly Wanted[] =>
  capacityProviders
    .filter(({ name }) => !textOf(name).startsWith('FARGATE'))
    .map(provider => {
      const name = textOf(provider['name'])
      const input = mapped(mapping, filledOnly(provider, ['name', 'autoScalingGroupProvider', 'tags']))
      return { kind: 'capacity provider', id: `capacity provider ${name}`, name, input }
    })

const clusterOf = (service: Input): string => lastOf(textOf(service['clusterArn'] ?? service['cluster'])) || 'default'

/** One of each family: the revision that a service runs, else the newest. */
export const taskDefinitionsOf = ({ taskDefinitions, services }: AwsDocuments, mapping: Mapping): readonly Wanted[] => {
  const used = new Set(services.map(service => lastOf(textOf(service['taskDefinition']))))
  const families = Map.groupBy(taskDefinitions, ({ family }) => textOf(family))
  return [...families].map(([family, revisions]) => {
    const newest = revisions.toSorted((a, b) => Number(b['revision'] ?? 0) - Number(a['revision'] ?? 0))
    const chosen = newest.find(({ revision }) => used.has(`${family}:${String(revision)}`)) ?? newest[0] ?? {}
    const own = without(chosen, readOnlyMembers)
    const input = mapped(mapping, filledOnly(own, Object.keys(own)))
    return { kind: 'task definition', id: `task definition ${family}`, name: family, input }
  })
}

const serviceMembers = [
  'serviceName',
  'desiredCount',
  'launchType',
  'capacityProviderStrategy',
  'platformVersion',
  'deploymentConfiguration',
  'deploymentController',
  'placementConstraints',
  'placementStrategy',
  'healthCheckGracePeriodSeconds',
  'schedulingStrategy',
  'enableECSManagedTags',
  'propagateTags',
  'enableExecuteCommand',
  'availabilityZoneRebalancing',
  'volumeConfigurations',
  'tags',
]

export const servicesOf = (documents: AwsDocuments, mapping: Mapping): readonly Wanted[] =>
  documents.services.map(service => {
    const name = textOf(service['serviceName'])
    const cluster = clusterOf(service)
    const primary = recordsOf(service['deployments']).find(({ status }) => status === 'PRIMARY') ?? {}
    const members = mapped(mapping, filledOnly({ ...service, ...only(primary, ['volumeConfigurations']) }, serviceMembers))
    const balancers = balancersOf(name, service, mapping)
    const registries = registriesOf(name, service, mapping)
    const dropped = [
      ...(isFilled(members['capacityProviderStrategy']) ? ['launchType'] : []),
      ...(members['schedulingStrategy'] === 'DAEMON' ? ['desiredCount'] : []),
      ...(balancers.length === 0 ? ['healthCheckGracePeriodSeconds'] : []),
    ]
    return {
      kind: 'service',
      id: `service ${cluster}/${name}`,
      name: `${cluster}/${name}`,
      input: {
        ...without(members, dropped),
        cluster,
        taskDefinition: definitionOf(service, documents),
        ...networkOf(service, mapping),
        ...connectOf(name, service, primary, mapping),
        ...(balancers.length > 0 && { loadBalancers: balancers }),
        ...(registries.length > 0 && { serviceRegistries: registries }),
      },
    }
  })

/** The family's among the files; else by its name, for the instance to have. */
const definitionOf = (service: Input, { taskDefinitions }: AwsDocuments): unknown => {
  const named = lastOf(textOf(service['taskDefinition']))
  const family = named.replace(/:\d+$/, '')
  return taskDefinitions.some(each => each['family'] === family) ? reference(`task definition ${family}`) : family
}

const networkOf = (service: Input, mapping: Mapping): Input => {
  const vpc = recordOf(recordOf(service['networkConfiguration'])?.['awsvpcConfiguration'])
  if (vpc === undefined) return {}
  const securityGroups = mapping.securityGroups(vpc['securityGroups'])
  const awsvpcConfiguration = {
    ...vpc,
    subnets: mapping.subnets(vpc['subnets']),
    ...(securityGroups.length > 0 && { securityGroups }),
  }
  return { networkConfiguration: { awsvpcConfiguration } }
}

const balancersOf = (name: string, service: Input, mapping: Mapping): readonly Input[] =>
  recordsOf(service['loadBalancers']).flatMap(each => {
    const arn = textOf(each['targetGroupArn'])
    const targetGroupArn = mapping.find(arn)
    if (targetGroupArn !== undefined) return [{ ...mapped(mapping, each), targetGroupArn }]
    const what = arn === '' ? `classic load balancer ${textOf(each['loadBalancerName'])}` : `target group ${arn}`
    mapping.notes.add(`${name} is without the ${what}, which is not among the files (aws elbv2 describe-target-groups).`)
    return []
  })

const registriesOf = (name: string, service: Input, mapping: Mapping): readonly Input[] =>
  recordsOf(service['serviceRegistries']).flatMap(each => {
    const registryArn = mapping.find(textOf(each['registryArn']))
    if (registryArn !== undefined) return [{ ...each, registryArn }]
    mapping.notes.add(`${name} is without its registry, which is not among the files (aws servicediscovery get-service, get-namespace).`)
    return []
  })

const connectOf = (name: string, service: Input, primary: Input, mapping: Mapping): Input => {
  const connect = recordOf(primary['serviceConnectConfiguration'] ?? service['serviceConnectConfiguration'])
  if (connect?.['enabled'] !== true) return {}
  const namespace = mapping.find(textOf(connect['namespace']))
  if (namespace !== undefined) return { serviceConnectConfiguration: { ...mapped(mapping, connect), namespace } }
  mapping.notes.add(`${name} is without Service Connect, whose namespace is not among the files (aws servicediscovery get-namespace).`)
  return {}
}
