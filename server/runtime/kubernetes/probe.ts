import type { Pod } from '../../../shared/kube/index.ts'
import type { ContainerDefinition } from '../../aws/generated/ecs.ts'
import { TaskRefused } from '../runtime.ts'

type Probe = NonNullable<NonNullable<Pod['spec']>['containers'][number]['readinessProbe']>

/** Docker's, which are ECS': seconds, and how often in a row. */
const defaults = { interval: 30, timeout: 5, retries: 3 }

/**
 * A container's health check as a readiness probe: Kubernetes tells its outcome and does nothing about it, as ECS. The
 * start period is not Kubernetes' matter: a container that was never healthy is not ready, and when that counts as
 * unhealthy is for the task's lifecycle to say. Undefined where there is none. Throws `TaskRefused` for a command that
 * is neither CMD nor CMD-SHELL.
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_HealthCheck.html
 *
 * Where it differs from ECS: the first check is made as soon as the container runs, not an interval later.
 */
export function probeOf({ healthCheck, name = '' }: ContainerDefinition, literal: (text: string) => string): Probe | undefined {
  if (healthCheck === undefined) return undefined
  const { command, interval = defaults.interval, timeout = defaults.timeout, retries = defaults.retries } = healthCheck
  const [form = '', ...words] = command
  if (form === 'NONE') return undefined
  return {
    exec: { command: commandOf(form, words, name).map(literal) },
    periodSeconds: interval,
    timeoutSeconds: timeout,
    failureThreshold: retries,
  }
}

function commandOf(form: string, words: readonly string[], container: string): readonly string[] {
  if (form === 'CMD') return words
  if (form === 'CMD-SHELL') return ['/bin/sh', '-c', words.join(' ')]
  throw new TaskRefused(`Unknown Type '${form}' in Healthcheck (try 'CMD') (container '${container}').`)
}
