import type { CapacityProviderStrategyItem } from '../../../aws/generated/ecs.ts'
import { ServiceError } from '../../../aws/errors.ts'

const mostItems = 20

/**
 * A cluster's default strategy as it is shown: weight and base are 0 where left out. Throws InvalidParameterException
 * when it uses providers that are not the cluster's or gives more than one base.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CapacityProviderStrategyItem.html
 */
export function defaultStrategy(
  items: readonly CapacityProviderStrategyItem[],
  capacityProviders: readonly string[],
): readonly CapacityProviderStrategyItem[] {
  if (items.length > mostItems) invalid(`Capacity provider strategy can have at most ${mostItems} items.`)
  if (items.some(item => !capacityProviders.includes(item.capacityProvider))) {
    invalid(
      'The specified capacity provider strategy cannot contain a capacity provider that is not associated with the cluster. Associate the capacity provider with the cluster or specify a valid capacity provider and try again.',
    )
  }
  if (items.filter(item => (item.base ?? 0) > 0).length > 1) {
    invalid(
      'The specified capacity provider strategy contains multiple capacity providers with a base value defined. Only one capacity provider per strategy can have a base value defined.',
    )
  }
  return items.map(({ capacityProvider, weight = 0, base = 0 }) => ({ capacityProvider, weight, base }))
}

function invalid(message: string): never {
  throw new ServiceError('InvalidParameterException', message)
}
