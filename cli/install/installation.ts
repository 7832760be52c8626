import { randomBytes } from 'node:crypto'
import { mkdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { kindOf, kinds, type KubeClient, type KubeObject } from '../../shared/kube/index.ts'
import { systemNamespace } from '../../shared/names.ts'
import type { Instance } from '../cluster/driver.ts'

/** All that the manifests are made of: what was asked for, and what was found. */
export interface Installation {
  readonly instance: Instance
  /** Whom the state's files belong to; what writes them runs as that user, so that the user can remove them. */
  readonly owner: { readonly uid: number; readonly gid: number }
  readonly data: DataPlace
  readonly exposure: Exposure
  /** Where the control plane is, when it is outside of the cluster; undefined: a pod. */
  readonly host?: ControlPlaneHost
  /** Which image the control plane's name means in the local Docker; undefined where that has none of the name. */
  readonly imageId?: string
  /** What the gateway shows the control plane, so that no other pod is told certificates' keys; undefined: nothing. */
  readonly gatewaySecret?: string
}

/** A control plane on the machine that the cluster is on. */
export interface ControlPlaneHost {
  /** As the cluster reaches it. */
  readonly address: string
  readonly ports: HostPorts
}

export interface HostPorts {
  readonly api: number
  readonly admin: number
  readonly agents: number
  readonly functions: number
  readonly dns: number
}

/** What each port of the range is for. */
export const hostPortsOf = ({ first }: { readonly first: number }): HostPorts => ({
  api: first,
  admin: first + 1,
  agents: first + 2,
  functions: first + 3,
  dns: first + 4,
})

/** Where the state lies, as the pods see it. */
export type DataPlace =
  /** A folder of the node: for kind and k3d the one mounted from the host. */
  | { readonly is: 'folder'; readonly path: string }
  /** A claim on the cluster's default storage class. */
  | { readonly is: 'claim'; readonly name: string }

/** How the door is reached from outside the cluster. */
export type Exposure =
  /** A port of the node, which kind and k3d publish on the host. */
  | 'host-port'
  /** A port that Kubernetes chooses, on every node. */
  | 'node-port'
  /** Not at all, but by `kubectl port-forward`. */
  | 'port-forward'

/** The Secret that has the gateway's. */
export const gatewaySecretName = 'kecs-gateway'
export const gatewaySecretKey = 'secret'

export const dataClaim = 'kecs-data'
/** As nobody owns the state's folder on the host: the user of distroless images. */
const nobody = { uid: 65_532, gid: 65_532 }

/** Looks at the host, and for an existing cluster at the cluster, for what the manifests need to know. */
export const installationOf = async (instance: Instance, kube: KubeClient, signal: AbortSignal): Promise<Installation> => {
  const gatewaySecret = await gatewaySecretIn(kube, signal)
  if (instance.driver !== 'context') return { ...(await localInstallation(instance)), gatewaySecret }
  const classed = await hasDefaultStorageClass(kube, signal)
  return {
    instance,
    // Kubernetes makes a folder of a node as root's, a claim's as the pod's group's.
    owner: classed ? nobody : { uid: 0, gid: 0 },
    data: classed ? { is: 'claim', name: dataClaim } : { is: 'folder', path: `/var/lib/kecs/${instance.name}` },
    exposure: exposureOf(kube.server, instance.bind),
    gatewaySecret,
  }
}

/** For kind and k3d, whose nodes see the host's data folder as /data. */
export const localInstallation = async (instance: Instance): Promise<Installation> => {
  // Made here rather than by the kubelet, which would make it root's.
  await Promise.all(['localstack', 'registry'].map(name => mkdir(join(instance.dataDir, name), { recursive: true })))
  const { uid, gid } = await stat(instance.dataDir)
  return { instance, owner: { uid, gid }, data: { is: 'folder', path: '/data' }, exposure: 'host-port' }
}

/**
 * An API that runs containers for anyone who asks does not belong on a network: ports of nodes are opened only where
 * the cluster is on this machine, or where `--bind` says so.
 */
export const exposureOf = (server: string, bind: string): Exposure =>
  isLoopback(new URL(server).hostname) || !isLoopback(bind) ? 'node-port' : 'port-forward'

const isLoopback = (host: string): boolean => host === 'localhost' || host === '[::1]' || host === '::1' || host.startsWith('127.')

/** The one that the cluster has, else a new one. */
const gatewaySecretIn = async (kube: KubeClient, signal: AbortSignal): Promise<string> => {
  const found = await kube.find(kinds.secret, { name: gatewaySecretName, namespace: systemNamespace }, { signal })
  const kept = found?.data?.[gatewaySecretKey]
  return kept === undefined ? randomBytes(32).toString('hex') : Buffer.from(kept, 'base64').toString()
}

interface StorageClass extends KubeObject {
  readonly provisioner?: string
}
const storageClass = kindOf<StorageClass>('storage.k8s.io/v1', 'StorageClass', 'storageclasses', false)

/** Whether a claim that names no class gets a volume. */
const hasDefaultStorageClass = async (kube: KubeClient, signal: AbortSignal): Promise<boolean> => {
  const { items } = await kube.list(storageClass, { signal })
  return items.some(
    ({ metadata, provisioner }) =>
      metadata?.annotations?.['storageclass.kubernetes.io/is-default-class'] === 'true' && provisioner !== 'kubernetes.io/no-provisioner',
  )
}

/** What `kecs manifests` and deploy/manifests show: an installation that looked at nothing. */
export const exampleInstallation = (instance: Instance): Installation => ({
  instance,
  owner: { uid: 1000, gid: 1000 },
  data: { is: 'folder', path: '/data' },
  exposure: 'host-port',
})

/**
 * What Docker on the host calls the registry; undefined where nodes could not reach it by their own loopback, which is
 * the one address that container runtimes pull from without TLS and settings of their own.
 */
export const registryHost = ({ exposure, instance }: Installation): string | undefined => {
  if (exposure !== 'host-port') return undefined
  const isEverywhere = /^(127\.|0\.0\.0\.0$|::1?$|localhost$)/.test(instance.bind)
  return `${isEverywhere ? 'localhost' : instance.bind}:${instance.port}`
}
