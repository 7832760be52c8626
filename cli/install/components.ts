import { kinds, type KubeClient } from '../../shared/kube/index.ts'
import { agentName, type Component, controlPlaneName, labels, systemNamespace } from '../../shared/names.ts'
import type { Instance } from '../cluster/driver.ts'
import { backendOf } from './backend.ts'
import { pressuresOf, stateOf, type ComponentState } from './component-state.ts'
import { workloadOf, workloadOfDaemonSet } from './workload.ts'

/** Those that an instance installs into its cluster. */
export const installedComponents = (instance: Pick<Instance, 'backend' | 'legacy'>): readonly Component[] => [
  ...(instance.legacy === undefined ? (['control-plane'] as const) : []),
  'agent',
  'traefik',
  ...(backendOf(instance.backend).kind === 'image' ? (['localstack'] as const) : []),
]

/** Of its Deployment; the agent's DaemonSet. */
export const workloadName = (component: Component): string =>
  component === 'control-plane' ? controlPlaneName : component === 'agent' ? agentName : component

/** How each installed component is now. @throws KubeError */
export const componentStates = async (
  kube: KubeClient,
  instance: Pick<Instance, 'backend' | 'legacy'>,
  signal: AbortSignal,
): Promise<readonly ComponentState[]> => {
  const where = { namespace: systemNamespace, signal }
  const [deployments, daemonSets, pods, nodes] = await Promise.all([
    kube.list(kinds.deployment, where),
    kube.list(kinds.daemonSet, where),
    kube.list(kinds.pod, where),
    kube.list(kinds.node, { signal }),
  ])
  const workloads = [...deployments.items.map(workloadOf), ...daemonSets.items.map(workloadOfDaemonSet)]
  const pressures = pressuresOf(nodes.items)
  return installedComponents(instance).map(component =>
    stateOf(
      component,
      workloads.find(({ name }) => name === workloadName(component)),
      pods.items.filter(pod => pod.metadata?.labels?.[labels.component] === component && pod.metadata.deletionTimestamp === undefined),
      pressures,
    ),
  )
}
