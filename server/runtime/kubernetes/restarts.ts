import type { Pod } from '../../../shared/kube/index.ts'
import { labelPrefix } from '../../../shared/names.ts'
import type { ContainerDefinition } from '../../aws/generated/ecs.ts'
import { TaskRefused } from '../runtime.ts'
import { restartUnless } from './cluster-features.ts'
import { dnsLabelOf } from './names.ts'

type PodContainer = NonNullable<Pod['spec']>['containers'][number]
type ContainerStatus = NonNullable<NonNullable<Pod['status']>['containerStatuses']>[number]
type Terminated = NonNullable<NonNullable<ContainerStatus['state']>['terminated']>

/** On pods: JSON, Kubernetes' name of each container that is restarted to its policy. */
export const restartsAnnotation = `${labelPrefix}/restarts`

export interface RestartPolicy {
  /** Seconds that it must have run. */
  readonly period: number
  readonly ignoredExitCodes: readonly number[]
}

/** ECS' restartAttemptPeriod where a policy names none: seconds. */
const defaultPeriod = 300

const policyOf = ({ restartPolicy }: ContainerDefinition): RestartPolicy | undefined =>
  restartPolicy?.enabled === true
    ? { period: restartPolicy.restartAttemptPeriod ?? defaultPeriod, ignoredExitCodes: restartPolicy.ignoredExitCodes ?? [] }
    : undefined

/**
 * A container's restart policy in Kubernetes' words: those know exit codes, not how long a container ran, which
 * `restartedState` minds. Throws `TaskRefused` where the cluster cannot restart one container of a pod.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/container-restart-policy.html
 *
 * Where it differs from ECS: Kubernetes waits before it restarts a container again, up to five minutes.
 */
export function restartsOf(
  container: ContainerDefinition,
  { containerRestarts }: { readonly containerRestarts: boolean },
): Pick<PodContainer, 'restartPolicy' | 'restartPolicyRules'> {
  const policy = policyOf(container)
  if (policy === undefined) return {}
  if (!containerRestarts)
    throw new TaskRefused(
      `This cluster cannot restart one container of a task (container '${container.name ?? ''}'): restartPolicy needs Kubernetes 1.35, or 1.34 with its feature gate ContainerRestartRules.`,
    )
  if (policy.ignoredExitCodes.length === 0) return { restartPolicy: 'Always' }
  return { restartPolicy: 'Never', restartPolicyRules: [restartUnless(policy.ignoredExitCodes)] }
}

/** Annotations by which the policies are found again; none where no container is restarted. */
export function restartAnnotations(containers: readonly ContainerDefinition[]): Readonly<Record<string, string>> {
  const policies = containers.flatMap(container => {
    const policy = policyOf(container)
    return policy === undefined ? [] : [[dnsLabelOf(container.name ?? ''), policy] as const]
  })
  return policies.length === 0 ? {} : { [restartsAnnotation]: JSON.stringify(Object.fromEntries(policies)) }
}

/** The restart policies of a pod's containers, by Kubernetes' names. */
export function restartPolicies({ metadata = {} }: Pod): Readonly<Record<string, RestartPolicy>> {
  try {
    return JSON.parse(metadata.annotations?.[restartsAnnotation] ?? '{}')
  } catch {
    return {}
  }
}

export type Restarting =
  /** It ended and is about to run again. */
  | { readonly is: 'restarting' }
  /** It ended for good, as ECS has it; Kubernetes may restart it all the same, or has. */
  | { readonly is: 'ended'; readonly terminated: Terminated; readonly mayRunAgain: boolean }

/**
 * What became of a container that is restarted by its policy: one that ran for less than the policy's period is not
 * restarted in ECS. Undefined while it runs as it should.
 */
export function restartedState(status: ContainerStatus | undefined, policy: RestartPolicy): Restarting | undefined {
  const { running, waiting, terminated } = status?.state ?? {}
  const before = status?.lastState?.terminated
  const last = terminated ?? before
  if (last === undefined) return undefined
  const isIgnored = policy.ignoredExitCodes.includes(last.exitCode)
  const isToRestart = !isIgnored && secondsOf(last) >= policy.period
  if (running !== undefined) return isToRestart ? undefined : { is: 'ended', terminated: last, mayRunAgain: true }
  if (isToRestart) return { is: 'restarting' }
  return { is: 'ended', terminated: last, mayRunAgain: !isIgnored && waiting?.reason !== 'InvalidImageName' }
}

const secondsOf = ({ startedAt, finishedAt }: Terminated): number =>
  startedAt === undefined || finishedAt === undefined ? 0 : (Date.parse(finishedAt) - Date.parse(startedAt)) / 1000
