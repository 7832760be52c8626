import { ServiceError } from '../../../aws/errors.ts'
import type { CapacityProvider } from '../../../aws/generated/ecs.ts'
import { ecsArn, isOfAccount, parseArn } from '../../../domain/arn.ts'
import type { Place } from '../../../domain/arn.ts'
import { capacityProviders } from '../../../store/ecs-tables.ts'
import type { CapacityProviderRow } from '../../../store/ecs-tables.ts'
import type { EcsContext } from '../context.ts'

type Within = Pick<EcsContext, 'store' | 'account' | 'region'>

/** The capacity providers that every account has without making them. */
export const fargateProviders: readonly string[] = ['FARGATE', 'FARGATE_SPOT']

export const capacityProviderArn = (place: Place, name: string): string => ecsArn(place, `capacity-provider/${name}`)

/** Fargate's capacity provider of that name, as it is described. */
export const fargateProvider = (place: Place, name: string): CapacityProvider => ({
  capacityProviderArn: capacityProviderArn(place, name),
  name,
  status: 'ACTIVE',
  type: name === 'FARGATE' ? 'FARGATE' : 'FARGATE_SPOT',
})

/** The name in a capacity provider's name or ARN; what is an ARN of something else stays as it is, and is not found. */
export function capacityProviderName(place: Place, nameOrArn: string): string {
  const arn = parseArn(nameOrArn)
  const prefix = 'capacity-provider/'
  if (arn?.service !== 'ecs' || !isOfAccount(arn, place) || arn.region !== place.region) return nameOrArn
  return arn.resource.startsWith(prefix) ? arn.resource.slice(prefix.length) : nameOrArn
}

/** The names in a list of names and ARNs, each once. */
export const capacityProviderNames = (place: Place, namesOrArns: readonly string[]): readonly string[] => [
  ...new Set(namesOrArns.map(nameOrArn => capacityProviderName(place, nameOrArn))),
]

export const notThere = (): ServiceError =>
  new ServiceError('ClientException', 'The specified capacity provider does not exist. Specify a valid name or ARN and try again.')

/** One that was made, ACTIVE or INACTIVE. */
export const capacityProviderRow = (context: Within, name: string): CapacityProviderRow | undefined =>
  context.store.table(capacityProviders).get(capacityProviderArn(context, name))

/**
 * Throws ClientException unless each name is a capacity provider that the cluster may use: those of managed instances
 * belong to the one cluster that they were made for.
 */
export function checkCapacityProviders(context: Within, names: readonly string[], clusterName: string): void {
  for (const name of names) {
    if (fargateProviders.includes(name)) continue
    const found = capacityProviderRow(context, name)
    if (found?.capacityProvider.status !== 'ACTIVE') throw notThere()
    const { cluster } = found.capacityProvider
    if (cluster !== undefined && cluster !== clusterName) {
      throw new ServiceError('ClientException', 'Capacity provider active cluster name does not match the cluster name in the request.')
    }
  }
}
