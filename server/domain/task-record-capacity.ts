import type { CapacityProviderStrategyItem } from '../aws/generated/ecs.ts'

/**
 * The capacity provider of each of `count` tasks: first as many as the bases ask for, then by the weights, each task
 * to the provider that is furthest behind its share. A provider alone needs no weight.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CapacityProviderStrategyItem.html
 */
export function providersFor(count: number, strategy: readonly CapacityProviderStrategyItem[]): string[] {
  const chosen = strategy.flatMap(({ capacityProvider, base = 0 }) => Array.from({ length: Math.min(base, count) }, () => capacityProvider))
  const placed = chosen.slice(0, count)
  const weighted = strategy.filter(({ weight = 0 }) => weight > 0)
  const sharing = weighted.length > 0 ? weighted : strategy.slice(0, 1)
  const shares = sharing.map(({ capacityProvider, weight = 0 }) => ({ capacityProvider, weight: Math.max(weight, 1), tasks: 0 }))
  while (placed.length < count) {
    const [first, ...others] = shares
    if (first === undefined) return placed
    const behind = others.reduce((least, each) => ((each.tasks + 1) / each.weight < (least.tasks + 1) / least.weight ? each : least), first)
    behind.tasks++
    placed.push(behind.capacityProvider)
  }
  return placed
}
