import type { Pod } from '../../../shared/kube/index.ts'
import type { ContainerDefinition } from '../../aws/generated/ecs.ts'
import type { TaskSpec } from '../runtime.ts'

export type ResourceRequirements = NonNullable<NonNullable<Pod['spec']>['resources']>

export interface TaskResources {
  /** Of the pod as a whole (Kubernetes 1.34, `spec.resources`); undefined when nothing bounds it. */
  readonly pod: ResourceRequirements | undefined
  /** In the order of the task's containers. */
  readonly containers: readonly ResourceRequirements[]
}

/** Thousandths of a core, and MiB. */
interface Amounts {
  readonly cpu?: number | undefined
  readonly memory?: number | undefined
}

/** Fargate's tasks are given this part of the CPU they ask for: shares keep their proportion, and one machine never runs out. */
const fargatePart = 1 / 64

/** One CPU unit is a 1024th of a core. Never 0, which Kubernetes takes for nothing said; 0 units are nothing said in ECS too. */
const milli = (units: number | undefined): number | undefined =>
  units === undefined || units <= 0 ? undefined : Math.max(1, Math.floor((units * 1000) / 1024))

/**
 * CPU and memory as ECS means them: a container's `cpu` is its share and what is reserved, not a cap; its `memory` is
 * a hard limit; `memoryReservation` is what is reserved; the task's own `cpu` and `memory` bound all containers
 * together. EC2 reserves what is asked for, as placement on container instances does; FARGATE reserves next to
 * nothing. https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_definition_parameters.html#task_size
 *
 * `ephemeralStorage` bounds what all containers write: one that passes it is evicted, where ECS says that the disk is full.
 *
 * Without `podLevel` (Kubernetes before 1.34, or its feature gate off) the task's bounds are put on each container:
 * no container passes them, but all together may, and what the task reserves beyond its containers is not reserved.
 */
export function resourcesOf(
  spec: Pick<TaskSpec, 'launchType' | 'cpu' | 'memory' | 'ephemeralStorage' | 'containers'>,
  options: { readonly podLevel: boolean },
): TaskResources {
  const request = spec.launchType === 'FARGATE' ? fargateRequest : ec2Request
  const task: Amounts = { cpu: milli(spec.cpu), memory: spec.memory }
  const isBounded = task.cpu !== undefined || task.memory !== undefined
  const bounds = options.podLevel ? {} : task
  const each = spec.containers.map(container => {
    const limits = { cpu: bounds.cpu, memory: smaller(container.memory, bounds.memory) }
    return { limits, requests: atLeastSomething(request(container), limits) }
  })
  const containers = each.map(({ requests, limits }, index) =>
    withGpus(withStorage(requirements(requests, limits), index === 0 ? spec.ephemeralStorage : undefined), spec.containers[index]),
  )
  if (!isBounded || !options.podLevel) return { pod: undefined, containers }
  const wanted = spec.launchType === 'FARGATE' ? { cpu: milli((spec.cpu ?? 0) * fargatePart), memory: undefined } : task
  // A pod's request is never less than its containers' sum.
  const requests = {
    cpu: larger(wanted.cpu, sum(each.map(({ requests: { cpu } }) => cpu))),
    memory: larger(wanted.memory, sum(each.map(({ requests: { memory } }) => memory))),
  }
  // Nor is it more than the pod's limit: a container's single unit is rounded up to a whole thousandth of a core.
  const limits = { cpu: holding(task.cpu, requests.cpu), memory: holding(task.memory, requests.memory) }
  return { pod: requirements(atLeastSomething(requests, limits), limits), containers }
}

/**
 * A pod may write as much to the node's disk as its containers may together, so one container has the task's whole
 * limit. Nothing is reserved: a machine need not have what Fargate would. GiB.
 */
const withStorage = ({ requests, limits }: ResourceRequirements, storage: number | undefined): ResourceRequirements => ({
  ...(requests !== undefined || storage !== undefined
    ? { requests: { ...requests, ...(storage !== undefined && { [storageName]: '0' }) } }
    : {}),
  ...(limits !== undefined || storage !== undefined
    ? { limits: { ...limits, ...(storage !== undefined && { [storageName]: `${storage}Gi` }) } }
    : {}),
})
const storageName = 'ephemeral-storage'

/** Of the device plugin that nodes with GPUs have: https://kubernetes.io/docs/tasks/manage-gpus/scheduling-gpus/ */
const gpuName = 'nvidia.com/gpu'

const withGpus = (resources: ResourceRequirements, container: ContainerDefinition | undefined): ResourceRequirements => {
  const count = container?.resourceRequirements?.find(({ type }) => type === 'GPU')?.value
  return count === undefined ? resources : { ...resources, limits: { ...resources.limits, [gpuName]: count } }
}

const ec2Request = ({ cpu, memory, memoryReservation }: ContainerDefinition): Amounts => ({
  cpu: milli(cpu),
  memory: memoryReservation ?? memory,
})

const fargateRequest = ({ cpu }: ContainerDefinition): Amounts => ({ cpu: milli((cpu ?? 0) * fargatePart) })

/** Where there is a limit there is a request, if only for next to nothing: a limit alone is taken for the request too. */
const atLeastSomething = (requests: Amounts, limits: Amounts): Amounts => ({
  cpu: requests.cpu ?? (limits.cpu === undefined ? undefined : 1),
  memory: requests.memory ?? (limits.memory === undefined ? undefined : 1),
})

const smaller = (one: number | undefined, other: number | undefined): number | undefined =>
  one === undefined || other === undefined ? (one ?? other) : Math.min(one, other)

const larger = (one: number | undefined, other: number | undefined): number | undefined =>
  one === undefined || other === undefined ? (one ?? other) : Math.max(one, other)

/** A limit that holds what is requested; none where there was none. */
const holding = (limit: number | undefined, request: number | undefined): number | undefined =>
  limit === undefined ? undefined : larger(limit, request)

const sum = (amounts: readonly (number | undefined)[]): number | undefined =>
  amounts.reduce((total, amount) => (amount === undefined ? total : (total ?? 0) + amount), undefined)

const quantities = ({ cpu, memory }: Amounts): Record<string, string> => ({
  ...(cpu !== undefined && { cpu: `${cpu}m` }),
  ...(memory !== undefined && { memory: `${memory}Mi` }),
})

function requirements(requests: Amounts, limits: Amounts): ResourceRequirements {
  const asked = quantities(requests)
  const bounded = quantities(limits)
  return { ...(Object.keys(asked).length > 0 && { requests: asked }), ...(Object.keys(bounded).length > 0 && { limits: bounded }) }
}
