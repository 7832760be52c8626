import { isEssential, nameOf } from './draft.ts'
import type { Draft, Problems } from './draft.ts'

/**
 * What is wrong in the order of containers.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDependency.html
 */
export function* dependencyProblems(draft: Draft): Problems {
  const containers = new Map(draft.containerDefinitions.map(container => [nameOf(container), container]))
  for (const container of draft.containerDefinitions) {
    for (const { containerName, condition } of container.dependsOn ?? []) {
      const dependency = containers.get(containerName)
      if (dependency === undefined) {
        // The plus sign is AWS'.
        yield `Cannot depend on container + '${containerName}' because it does not exist`
        continue
      }
      if ((condition === 'SUCCESS' || condition === 'COMPLETE') && isEssential(dependency)) {
        yield 'A dependency container with SUCCESS or COMPLETE condition cannot be an essential container'
      }
      if (condition === 'HEALTHY' && dependency.healthCheck === undefined) {
        yield 'A dependency container with HEALTHY condition must have health check configured'
      }
    }
  }
  const cycle = findCycle(draft)
  // AWS refuses cycles too; its text is not known.
  if (cycle !== undefined) yield `Container dependencies must not form a cycle: ${cycle.join(' -> ')}`
}

/** The names on one cycle of dependencies, the first again at the end. */
function findCycle(draft: Draft): readonly string[] | undefined {
  const edges = new Map(
    draft.containerDefinitions.map(container => [nameOf(container), (container.dependsOn ?? []).map(({ containerName }) => containerName)]),
  )
  const done = new Set<string>()
  const visit = (name: string, path: readonly string[]): readonly string[] | undefined => {
    if (path.includes(name)) return [...path.slice(path.indexOf(name)), name]
    if (done.has(name)) return undefined
    for (const next of edges.get(name) ?? []) {
      const cycle = visit(next, [...path, name])
      if (cycle !== undefined) return cycle
    }
    done.add(name)
    return undefined
  }
  for (const name of edges.keys()) {
    const cycle = visit(name, [])
    if (cycle !== undefined) return cycle
  }
  return undefined
}
