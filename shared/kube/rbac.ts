import type { V1PolicyRule } from '@kubernetes/client-node'

import { corednsName, customName } from '../cluster-dns.ts'
import type { Wire } from './objects.ts'

/** What the control plane may do in our own namespace: a Service for each load balancer. */
export const systemRules: readonly Wire<V1PolicyRule>[] = [
  { apiGroups: [''], resources: ['services'], verbs: ['get', 'list', 'create', 'patch', 'delete'] },
]

/** What the control plane may do where the cluster's DNS is: tell it of the zones of Cloud Map, in these two objects alone. */
export const dnsRules: readonly Wire<V1PolicyRule>[] = [
  { apiGroups: [''], resources: ['configmaps'], resourceNames: [corednsName, customName], verbs: ['get', 'patch'] },
]

/**
 * What the control plane may do, for a ClusterRole: ECS clusters come and go, and with them the namespaces in which
 * it works. Nothing here reads secrets or config maps.
 */
export const controlPlaneRules: readonly Wire<V1PolicyRule>[] = [
  // Tasks.
  { apiGroups: [''], resources: ['pods'], verbs: ['get', 'list', 'watch', 'create', 'patch', 'delete'] },
  { apiGroups: [''], resources: ['pods/log'], verbs: ['get'] },
  // ECS Exec. A WebSocket is asked for by GET; newer API servers want the right to create for it as well.
  { apiGroups: [''], resources: ['pods/exec'], verbs: ['get', 'create'] },
  // What tasks get as secrets: written before their pods and removed with them, never read.
  { apiGroups: [''], resources: ['secrets'], verbs: ['create', 'patch', 'delete'] },
  // ECS clusters; the uid of kube-system says which Kubernetes cluster this is.
  { apiGroups: [''], resources: ['namespaces'], verbs: ['get', 'list', 'watch', 'create', 'delete'] },
  // Nodes are container instances.
  { apiGroups: [''], resources: ['nodes'], verbs: ['get', 'list', 'watch'] },
  // Whether who calls is the agent of a node.
  { apiGroups: ['authentication.k8s.io'], resources: ['tokenreviews'], verbs: ['create'] },
  // A namespace takes pods once it has its default service account.
  { apiGroups: [''], resources: ['serviceaccounts'], verbs: ['get', 'list', 'watch'] },
]
