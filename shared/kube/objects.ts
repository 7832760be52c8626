import type {
  CoreV1Event,
  V1ClusterRole,
  V1ClusterRoleBinding,
  V1ConfigMap,
  V1CustomResourceDefinition,
  V1DaemonSet,
  V1Deployment,
  V1IngressClass,
  V1Job,
  V1Namespace,
  V1Node,
  V1ObjectMeta,
  V1Pod,
  V1Role,
  V1RoleBinding,
  V1Secret,
  V1Service,
  V1ServiceAccount,
  V1TokenReview,
} from '@kubernetes/client-node'

/**
 * A client-node model as it is on the wire: times are RFC 3339 text, and names that client-node escapes
 * (`_from`) are plain again. Its own classes are never built: their (de)serializer is what makes client-node slow to load.
 */
export type Wire<T> = T extends Date
  ? string
  : T extends readonly (infer Item)[]
    ? Wire<Item>[]
    : T extends object
      ? { [Key in keyof T as Key extends `_${infer Name}` ? Name : Key]: Wire<T[Key]> }
      : T

export type ObjectMeta = Wire<V1ObjectMeta>

/** Any object, custom resources included. */
export interface KubeObject {
  apiVersion?: string
  kind?: string
  metadata?: ObjectMeta
}

/** An object that is on its way to the API server, which finds its path by these. */
export interface Manifest extends KubeObject {
  apiVersion: string
  kind: string
  metadata: ObjectMeta & { name: string }
}

export type Pod = Wire<V1Pod>
export type Namespace = Wire<V1Namespace>
export type Node = Wire<V1Node>
export type Service = Wire<V1Service>
export type ConfigMap = Wire<V1ConfigMap>
export type Secret = Wire<V1Secret>
export type ServiceAccount = Wire<V1ServiceAccount>
export type KubeEvent = Wire<CoreV1Event>
export type Deployment = Wire<V1Deployment>
export type DaemonSet = Wire<V1DaemonSet>
export type Job = Wire<V1Job>
export type Role = Wire<V1Role>
export type RoleBinding = Wire<V1RoleBinding>
export type ClusterRole = Wire<V1ClusterRole>
export type ClusterRoleBinding = Wire<V1ClusterRoleBinding>
export type CustomResourceDefinition = Wire<V1CustomResourceDefinition>
export type IngressClass = Wire<V1IngressClass>
export type TokenReview = Wire<V1TokenReview>

/** Where objects of a kind lie in the API, and their type. Custom resources: `kindOf<MyType>(…)`. */
export interface Kind<T extends KubeObject> {
  readonly apiVersion: string
  readonly kind: string
  readonly plural: string
  readonly namespaced: boolean
  /** Never set: it carries the type. */
  readonly type?: T
}

export const kindOf = <T extends KubeObject>(apiVersion: string, kind: string, plural: string, namespaced = true): Kind<T> => ({
  apiVersion,
  kind,
  plural,
  namespaced,
})

export const kinds = {
  pod: kindOf<Pod>('v1', 'Pod', 'pods'),
  namespace: kindOf<Namespace>('v1', 'Namespace', 'namespaces', false),
  node: kindOf<Node>('v1', 'Node', 'nodes', false),
  service: kindOf<Service>('v1', 'Service', 'services'),
  configMap: kindOf<ConfigMap>('v1', 'ConfigMap', 'configmaps'),
  secret: kindOf<Secret>('v1', 'Secret', 'secrets'),
  serviceAccount: kindOf<ServiceAccount>('v1', 'ServiceAccount', 'serviceaccounts'),
  event: kindOf<KubeEvent>('v1', 'Event', 'events'),
  deployment: kindOf<Deployment>('apps/v1', 'Deployment', 'deployments'),
  daemonSet: kindOf<DaemonSet>('apps/v1', 'DaemonSet', 'daemonsets'),
  job: kindOf<Job>('batch/v1', 'Job', 'jobs'),
  role: kindOf<Role>('rbac.authorization.k8s.io/v1', 'Role', 'roles'),
  roleBinding: kindOf<RoleBinding>('rbac.authorization.k8s.io/v1', 'RoleBinding', 'rolebindings'),
  clusterRole: kindOf<ClusterRole>('rbac.authorization.k8s.io/v1', 'ClusterRole', 'clusterroles', false),
  clusterRoleBinding: kindOf<ClusterRoleBinding>('rbac.authorization.k8s.io/v1', 'ClusterRoleBinding', 'clusterrolebindings', false),
  customResourceDefinition: kindOf<CustomResourceDefinition>(
    'apiextensions.k8s.io/v1',
    'CustomResourceDefinition',
    'customresourcedefinitions',
    false,
  ),
  tokenReview: kindOf<TokenReview>('authentication.k8s.io/v1', 'TokenReview', 'tokenreviews', false),
  ingressClass: kindOf<IngressClass>('networking.k8s.io/v1', 'IngressClass', 'ingressclasses', false),
} as const
