import type { Pod } from '../../../shared/kube/index.ts'
import type { TaskSpec } from '../runtime.ts'

type PodSpec = NonNullable<Pod['spec']>

/** The scheduler still sees to it that there is room: `spec.nodeName` would pass it by. */
export const placementOf = ({ nodeName, adjustedOn }: Pick<TaskSpec, 'nodeName' | 'adjustedOn'>): Pick<PodSpec, 'affinity'> => {
  const nodes = nodeName === undefined ? adjustedOn : [nodeName]
  if (nodes === undefined) return {}
  // One of them: Kubernetes takes one name in a term.
  const nodeSelectorTerms = nodes.map(node => ({ matchFields: [{ key: 'metadata.name', operator: 'In', values: [node] }] }))
  return { affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } } } }
}

/** A machine that slept is not ready for a moment: Kubernetes' default is to evict after five minutes of that; ECS keeps tasks. */
export const tolerations: NonNullable<PodSpec['tolerations']> = ['not-ready', 'unreachable'].map(condition => ({
  key: `node.kubernetes.io/${condition}`,
  operator: 'Exists',
  effect: 'NoExecute',
}))
