import type {
  CapacityProvider,
  DescribeCapacityProvidersRequest,
  DescribeCapacityProvidersResponse,
  Failure,
} from '../../../aws/generated/ecs.ts'
import {
  capacityProviderArn,
  capacityProviderName,
  capacityProviderRow,
  fargateProvider,
  fargateProviders,
} from '../capacity-providers/find-capacity-provider.ts'
import { showCapacityProvider } from '../capacity-providers/show-capacity-provider.ts'
import type { EcsContext } from '../context.ts'
import { findCluster } from '../find-cluster.ts'
import { listPage } from '../list-page.ts'
import { refuseIf, refuseMoreThan } from '../tasks/invalid-parameter.ts'
import { capacityProviders } from '../../../store/ecs-tables.ts'
import { scopeOf } from '../../../store/tables.ts'

const mostResults = 10

/**
 * Describes capacity providers by name or ARN, or all that are not INACTIVE by name, Fargate's two among them. `cluster` leaves
 * those that were made for it.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeCapacityProviders.html
 */
export function describeCapacityProviders(context: EcsContext, input: DescribeCapacityProvidersRequest): DescribeCapacityProvidersResponse {
  const asked = input.capacityProviders ?? []
  refuseMoreThan('Capacity providers', asked, 100)
  refuseIf(
    asked.some(name => name.trim() === ''),
    'Capacity providers can not be blank.',
  )
  const names = [...new Set(asked.map(nameOrArn => capacityProviderName(context, nameOrArn)))]
  const cluster = input.cluster === undefined ? undefined : findCluster(context, input.cluster).cluster.clusterName
  const withTags = input.include?.includes('TAGS') === true
  const found = names.length === 0 ? active(context) : names.flatMap(name => described(context, name) ?? [])
  const page = listPage<CapacityProvider>({
    operation: 'DescribeCapacityProviders',
    filters: [scopeOf(context.account, context.region), cluster, ...names],
    nextToken: input.nextToken,
    maxResults: input.maxResults,
    mostResults,
    rows: after => from(inCluster(found, cluster), after),
    orderOf: ({ name = '' }) => name,
  })
  const failures: Failure[] = names
    .filter(name => described(context, name) === undefined)
    .map(name => ({ arn: name.startsWith('arn:') ? name : capacityProviderArn(context, name), reason: 'MISSING' }))
  return {
    capacityProviders: page.rows.map(provider => ({ ...provider, tags: withTags ? (provider.tags ?? []) : [] })),
    failures,
    nextToken: page.nextToken,
  }
}

function described(context: EcsContext, name: string): CapacityProvider | undefined {
  if (fargateProviders.includes(name)) return fargateProvider(context, name)
  const row = capacityProviderRow(context, name)
  return row === undefined ? undefined : showCapacityProvider(context, row)
}

function active(context: EcsContext): readonly CapacityProvider[] {
  const made = [...context.store.table(capacityProviders).by('scope', scopeOf(context.account, context.region))]
  const own = made.map(row => showCapacityProvider(context, row)).filter(({ status }) => status !== 'INACTIVE')
  return [...fargateProviders.map(name => fargateProvider(context, name)), ...own].sort((one, other) =>
    (one.name ?? '') < (other.name ?? '') ? -1 : 1,
  )
}

const inCluster = (providers: readonly CapacityProvider[], cluster: string | undefined): readonly CapacityProvider[] =>
  cluster === undefined ? providers : providers.filter(provider => provider.cluster === cluster)

/** What follows the one of that name, in the order in which they are given. */
const from = (providers: readonly CapacityProvider[], after: string | undefined): readonly CapacityProvider[] =>
  after === undefined ? providers : providers.slice(providers.findIndex(({ name }) => name === after) + 1)
