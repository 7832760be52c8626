import { kinds, KubeError, waitFor, type CallOptions, type KubeClient } from '../../../shared/kube/index.ts'

/** A new cluster makes its first service account some seconds after it answers; without it no pod is taken, dry run or not. */
const accountTimeoutMs = 60_000

/**
 * Whether the cluster keeps `spec.resources` of a pod (beta and on in Kubernetes 1.34): an API server that does not
 * know it, or has the feature gate off, drops the field without a word, so a dry run tells.
 * https://kubernetes.io/docs/tasks/configure-pod-container/assign-pod-level-resources/
 */
export async function takesPodLevelResources(client: KubeClient, options: CallOptions): Promise<boolean> {
  const namespace = 'default'
  const limits = { cpu: '10m', memory: '10Mi' }
  const probe = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'kecs-probe', namespace },
    spec: { resources: { limits }, containers: [{ name: 'probe', image: 'probe' }] },
  }
  const ask = async (): Promise<boolean> => {
    const { spec } = await client.create(probe, { ...options, dryRun: true })
    return 'resources' in spec && spec.resources.limits !== undefined
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
