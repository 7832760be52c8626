import type { ClusterRole, ClusterRoleBinding, Manifest } from '../../shared/kube/index.ts'
import { controlPlaneRules } from '../../shared/kube/rbac.ts'
import { controlPlaneName, systemNamespace } from '../../shared/names.ts'
import type { Installation } from './installation.ts'
import { clusterMetaOf } from './pod-parts.ts'

/** What the control plane may do: what its runtime says that it needs, in all namespaces, as it makes one for each ECS cluster. */
export const controlPlaneRoles = (installation: Installation): readonly [ClusterRole & Manifest, ClusterRoleBinding & Manifest] => [
  {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: clusterMetaOf(installation, 'control-plane', controlPlaneName),
    rules: [...controlPlaneRules],
  },
  {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: clusterMetaOf(installation, 'control-plane', controlPlaneName),
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: controlPlaneName },
    subjects: [{ kind: 'ServiceAccount', name: controlPlaneName, namespace: systemNamespace }],
  },
]
