import { kinds, type KubeClient } from '../../shared/kube/index.ts'
import { labels, systemNamespace, type Component } from '../../shared/names.ts'
import type { Instance } from '../cluster/driver.ts'
import { backendOf } from './backend.ts'
import { stateOf, type ComponentState } from './component-state.ts'
import { controlPlaneName } from './control-plane.ts'

/** Deployments by component, of those that an instance installs. */
export const installedComponents = (instance: Pick<Instance, 'backend'>): readonly Component[] => [
  'control-plane',
  'traefik',
  ...(backendOf(instance.backend).kind === 'image' ? (['localstack'] as const) : []),
]

export const deploymentName = (component: Component): string => (component === 'control-plane' ? controlPlaneName : component)

/** How each installed component is now. @throws KubeError */
export const componentStates = async (
  kube: KubeClient,
  instance: Pick<Instance, 'backend'>,
  signal: AbortSignal,
): Promise<readonly ComponentState[]> => {
  const where = { namespace: systemNamespace, signal }
  const [deployments, pods] = await Promise.all([kube.list(kinds.deployment, where), kube.list(kinds.pod, where)])
  return installedComponents(instance).map(component =>
    stateOf(
      component,
      deployments.items.find(deployment => deployment.metadata?.name === deploymentName(component)),
      pods.items.filter(pod => pod.metadata?.labels?.[labels.component] === component && pod.metadata.deletionTimestamp === undefined),
    ),
  )
}
