import { kinds, KubeError, waitFor, type CallOptions, type KubeClient } from '../../../shared/kube/index.ts'

/** A new cluster makes its first service account some seconds after it answers; without it no pod is taken, dry run or not. */
const accountTimeoutMs = 60_000

/** What not every cluster can do. */
export interface ClusterFeatures {
  /** Whether it keeps `spec.resources` of a pod: beta and on in Kubernetes 1.34. */
  readonly podLevelResources: boolean
  /** Whether it restarts single containers by their exit codes: feature gate ContainerRestartRules, off in Kubernetes 1.34. */
  readonly containerRestarts: boolean
}

/**
 * What the cluster can do: an API server that does not know a field, or has its feature gate off, drops it without a
 * word, so a dry run tells.
 * https://kubernetes.io/docs/tasks/configure-pod-container/assign-pod-level-resources/
 * https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#container-restart-rules
 */
export async function clusterFeatures(client: KubeClient, options: CallOptions): Promise<ClusterFeatures> {
  const namespace = 'default'
  const probe = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'kecs-probe', namespace },
    spec: { restartPolicy: 'Never', containers: [{ name: 'probe', image: 'probe' }] },
  }
  const ask = async (): Promise<ClusterFeatures> => {
    const [podLevelResources, containerRestarts] = await Promise.all([
      keeps(client, withResources(probe), options, ({ spec }) => 'resources' in spec && spec.resources.limits !== undefined),
      keeps(client, withRestarts(probe), options, ({ spec: { containers } }) =>
        containers.some(container => 'restartPolicyRules' in container && container.restartPolicyRules.length > 0),
      ),
    ])
    return { podLevelResources, containerRestarts }
  }
  try {
    return await ask()
  } catch (error) {
    if (!(error instanceof KubeError) || error.status !== 403 || !error.message.includes('serviceaccount')) throw error
    const timeout = AbortSignal.timeout(accountTimeoutMs)
    const deadline = options.signal === undefined ? timeout : AbortSignal.any([options.signal, timeout])
    await waitFor(client, kinds.serviceAccount, { name: 'default', namespace }, account => account !== undefined, { signal: deadline })
    return ask()
  }
}

interface Probe {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: { readonly name: string; readonly namespace: string }
  readonly spec: { readonly restartPolicy: string; readonly containers: readonly { readonly name: string; readonly image: string }[] }
}

const withResources = (probe: Probe) => ({ ...probe, spec: { ...probe.spec, resources: { limits: { cpu: '10m', memory: '10Mi' } } } })

const withRestarts = (probe: Probe) => ({
  ...probe,
  spec: {
    ...probe.spec,
    containers: probe.spec.containers.map(container => ({
      ...container,
      restartPolicy: 'Never',
      restartPolicyRules: [restartUnless([1])],
    })),
  },
})

/** Whether what a dry run answers has what was sent; some versions refuse what they do not know. */
async function keeps<T extends Probe>(client: KubeClient, pod: T, options: CallOptions, has: (kept: T) => boolean): Promise<boolean> {
  try {
    return has(await client.create(pod, { ...options, dryRun: true }))
  } catch (error) {
    if (error instanceof KubeError && (error.status === 422 || error.status === 400)) return false
    throw error
  }
}

/** Kubernetes' rule for a container that is restarted whatever its exit code, but these. */
export const restartUnless = (exitCodes: readonly number[]) => ({
  action: 'Restart',
  exitCodes: { operator: 'NotIn', values: [...exitCodes] },
})
