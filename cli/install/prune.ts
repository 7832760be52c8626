import { kindOf, kinds, type Kind, type KubeClient, type KubeObject, type Manifest } from '../../shared/kube/index.ts'
import { labels, systemNamespace } from '../../shared/names.ts'

/** Kinds that components are made of, within our namespace. A claim is data, and never pruned. */
const prunable: readonly Kind<KubeObject>[] = [
  kinds.deployment,
  kinds.daemonSet,
  kinds.service,
  kinds.configMap,
  kinds.serviceAccount,
  kinds.secret,
  kinds.role,
  kinds.roleBinding,
  kindOf('traefik.io/v1alpha1', 'IngressRoute', 'ingressroutes'),
  kindOf('discovery.k8s.io/v1', 'EndpointSlice', 'endpointslices'),
]

/** Removes what an earlier install made and this one does not want, such as LocalStack after `--backend none`. */
export const prune = async (kube: KubeClient, wanted: readonly Manifest[], signal: AbortSignal): Promise<void> => {
  const keep = new Set(wanted.map(object => `${object.kind} ${object.metadata.name}`))
  const found = await Promise.all(
    prunable.map(async kind => {
      const { items } = await kube.list(kind, {
        namespace: systemNamespace,
        // Kubernetes' own EndpointSlices bear a Service's labels, and a label of who made them.
        labelSelector: `app.kubernetes.io/managed-by=kecs,${labels.component},!endpointslice.kubernetes.io/managed-by`,
        signal,
      })
      return items.map(item => ({ kind, name: item.metadata?.name ?? '' }))
    }),
  )
  const unwanted = found.flat().filter(({ kind, name }) => !keep.has(`${kind.kind} ${name}`))
  await Promise.all(
    unwanted.map(({ kind, name }) => kube.remove(kind, { name, namespace: systemNamespace }, { signal, propagationPolicy: 'Background' })),
  )
}
