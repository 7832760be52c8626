import type { ClusterRole, ClusterRoleBinding, Manifest, Role, RoleBinding } from '../../shared/kube/index.ts'
import { controlPlaneRules, systemRules } from '../../shared/kube/rbac.ts'
import { controlPlaneName, systemNamespace } from '../../shared/names.ts'
import type { Installation } from './installation.ts'
import { clusterMetaOf, metaOf } from './pod-parts.ts'

const apiVersion = 'rbac.authorization.k8s.io/v1'
const apiGroup = 'rbac.authorization.k8s.io'
const subjects = [{ kind: 'ServiceAccount', name: controlPlaneName, namespace: systemNamespace }]

/**
 * What the control plane may do: what its runtime says that it needs, in all namespaces, as it makes one for each ECS
 * cluster; and in our own what load balancers need.
 */
export const controlPlaneRoles = (
  installation: Installation,
): readonly [ClusterRole & Manifest, ClusterRoleBinding & Manifest, Role & Manifest, RoleBinding & Manifest] => [
  {
    apiVersion,
    kind: 'ClusterRole',
    metadata: clusterMetaOf(installation, 'control-plane', controlPlaneName),
    rules: [...controlPlaneRules],
  },
  {
    apiVersion,
    kind: 'ClusterRoleBinding',
    metadata: clusterMetaOf(installation, 'control-plane', controlPlaneName),
    roleRef: { apiGroup, kind: 'ClusterRole', name: controlPlaneName },
    subjects,
  },
  {
    apiVersion,
    kind: 'Role',
    metadata: metaOf(installation, 'control-plane', controlPlaneName),
    rules: [...systemRules],
  },
  {
    apiVersion,
    kind: 'RoleBinding',
    metadata: metaOf(installation, 'control-plane', controlPlaneName),
    roleRef: { apiGroup, kind: 'Role', name: controlPlaneName },
    subjects,
  },
]
