import { isNotFound, kindOf, kinds, waitFor, type KubeClient } from '../../shared/kube/index.ts'
import { controlPlaneName, labels, podFinalizer, systemNamespace } from '../../shared/names.ts'
import type { Instance, StepOptions } from '../cluster/driver.ts'
import { uninstallDns } from './dns.ts'
import { dataClaim } from './installation.ts'
import { prune } from './prune.ts'
import { traefikCrds } from './traefik-crds.ts'

export interface UninstallOptions extends StepOptions {
  /** Also the state: the claim, with the namespace. */
  readonly deleteData: boolean
}

/**
 * Takes kecs out of a cluster that stays: tasks and their namespaces, components, DNS, roles, definitions that kecs
 * brought. Without `deleteData` the namespace stays with the claim that holds the state. Idempotent.
 */
export const uninstall = async (
  kube: KubeClient,
  instance: Instance,
  { signal, progress, deleteData }: UninstallOptions,
): Promise<void> => {
  progress('Components')
  await prune(kube, [], signal)
  progress('Tasks')
  await removeTasks(kube, instance, signal)
  progress('DNS, roles and definitions')
  await uninstallDns(kube, signal)
  await kube.remove(kinds.clusterRoleBinding, { name: controlPlaneName }, { signal })
  await kube.remove(kinds.clusterRole, { name: controlPlaneName }, { signal })
  await removeDefinitions(kube, signal)
  const claim = await kube.find(claims, { name: dataClaim, namespace: systemNamespace }, { signal })
  if (claim && !deleteData) return
  await kube.remove(kinds.namespace, { name: systemNamespace }, { signal })
  await waitFor(kube, kinds.namespace, { name: systemNamespace }, found => found === undefined, { signal })
}

const claims = kindOf('v1', 'PersistentVolumeClaim', 'persistentvolumeclaims')

/** Nobody is left to take their finalizers off. */
const removeTasks = async (kube: KubeClient, instance: Instance, signal: AbortSignal): Promise<void> => {
  const { items } = await kube.list(kinds.pod, { labelSelector: `${labels.instance}=${instance.name},${labels.taskId}`, signal })
  await Promise.all(
    items.map(async ({ metadata }) => {
      const name = { name: metadata?.name ?? '', namespace: metadata?.namespace ?? '' }
      const finalizers = (metadata?.finalizers ?? []).filter(each => each !== podFinalizer)
      try {
        await kube.patch(kinds.pod, name, { merge: { metadata: { finalizers } } }, { signal })
      } catch (error) {
        // The control plane's last act may have been to let it go.
        if (!isNotFound(error)) throw error
      }
      await kube.remove(kinds.pod, name, { signal, gracePeriodSeconds: 5 })
    }),
  )
  const namespaces = await kube.list(kinds.namespace, { labelSelector: `${labels.instance}=${instance.name}`, signal })
  const others = namespaces.items.flatMap(({ metadata }) => (metadata?.name && metadata.name !== systemNamespace ? [metadata.name] : []))
  await Promise.all(others.map(name => kube.remove(kinds.namespace, { name }, { signal })))
}

/** Definitions of ours, unless someone else keeps objects of them. */
const removeDefinitions = async (kube: KubeClient, signal: AbortSignal): Promise<void> => {
  await Promise.all(
    traefikCrds.map(async ({ metadata: { name }, spec }) => {
      const found = await kube.find(kinds.customResourceDefinition, { name }, { signal })
      if (found?.metadata?.labels?.['app.kubernetes.io/managed-by'] !== 'kecs') return
      const { items } = await kube.list(kindOf(`${spec.group}/v1alpha1`, spec.names.kind, spec.names.plural), { signal })
      if (items.length === 0) await kube.remove(kinds.customResourceDefinition, { name }, { signal })
    }),
  )
}
