import type { Deployment, Manifest, ObjectMeta, Pod } from '../../shared/kube/index.ts'
import { labels, systemNamespace, type Component } from '../../shared/names.ts'
import { gatewaySecretKey, gatewaySecretName, type Installation } from './installation.ts'

type PodSpec = NonNullable<Pod['spec']>
type Volume = NonNullable<PodSpec['volumes']>[number]

/** Metadata of an object of a component in our namespace. */
export const metaOf = (installation: Installation, component: Component, name: string): ObjectMeta & { name: string } => ({
  name,
  namespace: systemNamespace,
  labels: labelsOf(installation, component),
})

/** As above for objects that lie in no namespace; their name holds our own, as nothing else sets them apart. */
export const clusterMetaOf = (installation: Installation, component: Component, name: string): ObjectMeta & { name: string } => ({
  name,
  labels: labelsOf(installation, component),
})

export const labelsOf = (installation: Installation, component: Component): Record<string, string> => ({
  'app.kubernetes.io/managed-by': 'kecs',
  [labels.instance]: installation.instance.name,
  [labels.component]: component,
})

/** What a Deployment and a Service find a component's pods by: never changed, as a Deployment's selector cannot be. */
export const selectorOf = (component: Component): Record<string, string> => ({ [labels.component]: component })

/** Nothing of ours needs a capability, a new privilege or a system call out of the ordinary. */
export const containerSecurity = { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } }

export const podSecurity = ({ uid, gid }: { readonly uid: number; readonly gid: number }) => ({
  runAsUser: uid,
  runAsGroup: gid,
  // A claim's folder belongs to the pods' group; on a folder of the node this does nothing.
  fsGroup: gid,
  runAsNonRoot: uid !== 0,
  seccompProfile: { type: 'RuntimeDefault' },
})

/** Of a one-node cluster, whose node may still be marked as the control plane's while kubeadm finishes. */
export const tolerations = [{ key: 'node-role.kubernetes.io/control-plane', operator: 'Exists', effect: 'NoSchedule' }]

/**
 * Of components' pods, which start while the cluster does: a question that left before its DNS was there gets no answer
 * and would be waited for five seconds, and the next one too. https://man7.org/linux/man-pages/man5/resolv.conf.5.html
 */
export const dnsConfig = {
  options: [
    { name: 'timeout', value: '1' },
    { name: 'attempts', value: '5' },
  ],
}

export const dataVolume = ({ data }: Installation): Volume =>
  data.is === 'claim'
    ? { name: 'data', persistentVolumeClaim: { claimName: data.name } }
    : { name: 'data', hostPath: { path: data.path, type: data.path === '/data' ? 'Directory' : 'DirectoryOrCreate' } }

export const scratchVolume: Volume = { name: 'tmp', emptyDir: {} }

export interface DeploymentParts {
  readonly component: Component
  readonly name: string
  /** 1 where it is not said. */
  readonly replicas?: number
  readonly annotations?: Readonly<Record<string, string>>
  /** Whom its processes run as. */
  readonly runAs: { readonly uid: number; readonly gid: number }
  readonly pod: PodSpec
}

/** The Deployment of a component of which there is one pod at a time: two can share neither a folder nor a port of a node. */
export const deploymentOf = (
  installation: Installation,
  { component, name, replicas = 1, annotations = {}, runAs, pod }: DeploymentParts,
): Deployment & Manifest => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: metaOf(installation, component, name),
  spec: {
    replicas,
    strategy: { type: 'Recreate' },
    selector: { matchLabels: selectorOf(component) },
    template: {
      metadata: { labels: labelsOf(installation, component), ...(Object.keys(annotations).length === 0 ? {} : { annotations }) },
      // Services' links would be variables that programs take for settings.
      spec: { securityContext: podSecurity(runAs), tolerations, dnsConfig, enableServiceLinks: false, ...pod },
    },
  },
})

/** Written by us, read by Kubernetes: an object whose type is only known here. */
export interface Written<Spec> extends Manifest {
  readonly spec: Spec
}

/** The gateway's secret in a pod's environment, if there is one. */
export const gatewaySecretVariable = ({ gatewaySecret }: Installation) =>
  gatewaySecret === undefined
    ? []
    : [{ name: 'KECS_GATEWAY_SECRET', valueFrom: { secretKeyRef: { name: gatewaySecretName, key: gatewaySecretKey } } }]
