import { CliError } from '../../shared/errors.ts'
import { kinds, type KubeClient, type Manifest, type Pod } from '../../shared/kube/index.ts'
import { labels, systemNamespace } from '../../shared/names.ts'
import type { Instance, StepOptions } from '../cluster/driver.ts'
import { pause } from '../wait.ts'
import { containerTrouble, unscheduledBy } from './component-state.ts'
import { containerSecurity, tolerations } from './pod-parts.ts'
import { believed } from './wait.ts'

/** Images that what runs now is made of; empty where nothing is installed. @throws KubeError */
export const runningImages = async (kube: KubeClient, signal: AbortSignal): Promise<ReadonlySet<string>> => {
  const where = { namespace: systemNamespace, labelSelector: 'app.kubernetes.io/managed-by=kecs', signal }
  const [deployments, daemonSets] = await Promise.all([kube.list(kinds.deployment, where), kube.list(kinds.daemonSet, where)])
  const workloads = [...deployments.items, ...daemonSets.items]
  return new Set(workloads.flatMap(({ spec }) => spec?.template.spec?.containers ?? []).flatMap(({ image }) => image ?? []))
}

const name = { name: 'kecs-images', namespace: systemNamespace }

/**
 * Has a node pull images beside what runs: of each component there is one pod at a time, which goes before the next one's
 * image is asked for. Where no node has room for a pod beside the others, it is not known, and nothing is said.
 * @throws CliError when one of them cannot be pulled; KubeError
 */
export const tryImages = async (
  kube: KubeClient,
  instance: Pick<Instance, 'name'>,
  images: readonly string[],
  { signal, progress }: StepOptions,
): Promise<void> => {
  const remove = (until: AbortSignal) => kube.remove(kinds.pod, name, { gracePeriodSeconds: 0, signal: until })
  await remove(signal)
  await kube.create(podOf(instance, images), { signal })
  try {
    const since = new Map<string, number>()
    for (;;) {
      const pod = await kube.get(kinds.pod, name, { signal })
      const found = images.map((image, at) => ({ image, ...arrivalOf(pod, at) }))
      const awaited = found.filter(({ is }) => is !== 'there')
      // No node takes the pod, or the one that did has put it out again.
      const isUnknown = unscheduledBy(pod) !== undefined || pod.status?.phase === 'Failed'
      if (awaited.length === 0 || isUnknown) return
      progress(`Pulling ${awaited.map(({ image }) => image).join(', ')}`)
      for (const arrival of found) {
        if (arrival.is !== 'in trouble') {
          since.delete(arrival.image)
          continue
        }
        const begun = since.get(arrival.image) ?? performance.now()
        since.set(arrival.image, begun)
        if (performance.now() - begun > believed[arrival.trouble]) throw cannotBeHad(instance, arrival)
      }
      await pause(200, signal)
    }
  } finally {
    await remove(AbortSignal.timeout(5000)).catch(() => undefined)
  }
}

/** Its containers' programs are none, so that nothing of the images runs. */
const podOf = (instance: Pick<Instance, 'name'>, images: readonly string[]): Pod & Manifest => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { ...name, labels: { 'app.kubernetes.io/managed-by': 'kecs', [labels.instance]: instance.name } },
  spec: {
    restartPolicy: 'Never',
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    tolerations,
    containers: images.map((image, at) => ({
      name: containerName(at),
      image,
      imagePullPolicy: 'IfNotPresent',
      command: ['/no-program'],
      securityContext: containerSecurity,
    })),
  },
})

const containerName = (at: number): string => `image-${at}`

type Arrival = { readonly is: 'pending' | 'there' } | Troubled
interface Troubled {
  readonly is: 'in trouble'
  readonly trouble: 'image' | 'disk'
  readonly why: string
}

/** How far a node is with the image of one of the pod's containers. Pure. */
export const arrivalOf = (pod: Pod, at: number): Arrival => {
  const status = pod.status?.containerStatuses?.find(each => each.name === containerName(at))
  if (status === undefined) return { is: 'pending' }
  const found = containerTrouble(status)
  // That its container cannot be made or started is found out with the image at hand.
  if (found === undefined) return { is: status.imageID !== '' || status.state?.terminated !== undefined ? 'there' : 'pending' }
  const { trouble, why } = found
  return trouble === 'image' || trouble === 'disk' ? { is: 'in trouble', trouble, why } : { is: 'there' }
}

const cannotBeHad = ({ name: instance }: Pick<Instance, 'name'>, { image, trouble, why }: Troubled & { image: string }): CliError =>
  new CliError(
    `Instance ${instance} goes on as it was: ${why}.`.replace(/\.\.$/, '.'),
    trouble === 'disk'
      ? 'The disk that Docker keeps its data on is full: free space, for example with `docker system prune`, and run this again.'
      : `Check the name and the network. With the image in the local Docker (\`docker pull ${image}\`) this command brings it into the cluster.`,
  )
