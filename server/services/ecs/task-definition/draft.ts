import type { ContainerDefinition, NetworkMode, RegisterTaskDefinitionRequest } from '../../../aws/generated/ecs.ts'

/** A task definition before it has a revision: what the caller gave, with cpu and memory as whole numbers in text. */
export type Draft = Omit<RegisterTaskDefinitionRequest, 'tags'>

/** Checks yield what is wrong as ECS words it, in the order in which it looks; the first is what the caller reads. */
export type Problems = Iterable<string>

/** Where no mode is given, Docker's bridge is what AWS uses. */
export const networkModeOf = (draft: Pick<Draft, 'networkMode'>): NetworkMode => draft.networkMode ?? 'bridge'

export const nameOf = (container: ContainerDefinition): string => container.name ?? ''

/** A container without which the task ends. */
export const isEssential = (container: ContainerDefinition): boolean => container.essential ?? true

/** An image in one of Amazon's private registries. */
export const isEcrImage = (image: string | undefined): boolean =>
  /^\d{12}\.dkr[.-]ecr(-fips)?\.[a-z0-9-]+\.(amazonaws\.com(\.cn)?|on\.aws)\//.test(image ?? '')
