import type { ConfiguredKey } from '../../shared/access-keys.ts'

/** What a Kubernetes cluster of ours lies on. Drivers print nothing and throw `CliError`. */
export interface ClusterDriver {
  readonly name: DriverName
  /** What is there now. Never changes anything. */
  state(instance: Instance, signal: AbortSignal): Promise<ClusterState>
  /** Makes the cluster; only called when it is absent. Leaves nothing behind when it fails. */
  create(instance: Instance, options: CreateOptions): Promise<void>
  /** Starts a stopped cluster. */
  start(instance: Instance, options: StepOptions): Promise<void>
  stop(instance: Instance, options: StepOptions): Promise<void>
  /** Removes the cluster; the data folder stays. Idempotent. */
  remove(instance: Instance, options: StepOptions): Promise<void>
  /** A kubeconfig with one context, for this cluster alone. */
  kubeconfig(instance: Instance, signal: AbortSignal): Promise<string>
  /** Names among `images` that the cluster's nodes lack. */
  missingImages(instance: Instance, images: readonly string[], signal: AbortSignal): Promise<readonly string[]>
  /** Brings images that the local Docker has into every node. May be called as soon as the nodes' container runtime answers. */
  loadImages(instance: Instance, images: readonly string[], options: LoadOptions): Promise<void>
}

export const driverNames = ['k3d', 'kind', 'context', 'simulated'] as const
export type DriverName = (typeof driverNames)[number]

/** What a cluster driver is told of an instance; `cli/instance.ts` keeps it in ~/.kecs/NAME/instance.json. */
export interface Instance {
  readonly name: string
  readonly driver: DriverName
  /** ~/.kecs/NAME */
  readonly folder: string
  /** ~/.kecs/NAME/data: the state; in the cluster it is /data. */
  readonly dataDir: string
  /** Host address that ports are bound to. */
  readonly bind: string
  /** The AWS door on the host. */
  readonly port: number
  /** The Kubernetes API on the host. */
  readonly apiPort: number
  /** Ports published one to one for tasks' host ports: inclusive. */
  readonly publishedPorts: { readonly first: number; readonly last: number }
  /** Ports published one to one for load balancers' listeners: inclusive; none where `last` is below `first`. */
  readonly listenerPorts: { readonly first: number; readonly last: number }
  /** How many of the last of these are published for UDP too; absent: all, as in clusters from before it could be said. */
  readonly udpListeners?: number
  /** Driver `context`: the kube context. */
  readonly context?: string
  /** Drivers k3d and kind: path of the program that the cluster was last brought up with, for shells that do not have it on PATH. */
  readonly program?: string
  /** The control plane is a process of this machine that drives the cluster from outside; absent: it is in the cluster. */
  readonly legacy?: Legacy
  /** Where `up` found the AWS door, where that is not at `bind` and `port`: a port that Kubernetes chose. */
  readonly endpoint?: string
  /** LocalStack's image, another backend's URL, or none. */
  readonly backend: string
  /** Signatures are verified with these; absent: any credentials are taken. */
  readonly keys?: readonly ConfiguredKey[]
  /** Where the control plane's spans go: an OpenTelemetry collector, as the cluster reaches it. */
  readonly traces?: string
  /** Roles that the backend's IAM has not are taken as given; absent: what needs them is refused. */
  readonly unknownRoles?: 'accept'
  /** `POST /_kecs/reset` on the admin port empties it. */
  readonly allowReset?: true
  /** The control plane's image. */
  readonly image: string
  /** Version of the binary that installed it. */
  readonly version: string
  /** The control plane's image before this one: what `kecs rollback` goes back to. */
  readonly previousImage?: string
}

/** Of a control plane outside of the cluster. */
export interface Legacy {
  /** Of this machine: API, administration, agents, functions and DNS, in this order. */
  readonly ports: { readonly first: number; readonly last: number }
  /** This machine's address as the cluster reaches it, where it was said; else it is found out. */
  readonly address?: string
}

/** A cluster of that name that is not the instance's. */
export interface Foreign {
  readonly is: 'foreign'
  readonly why: string
  /** The KECS_HOME whose instance of that name it belongs to, where there is one. */
  readonly home?: string
}

export type ClusterState = { readonly is: 'absent' } | { readonly is: 'running' } | { readonly is: 'stopped' } | Foreign

export interface StepOptions {
  readonly signal: AbortSignal
  /** A line about what happens now, for people. */
  readonly progress: (line: string) => void
}

export interface LoadOptions extends StepOptions {
  /** Folder for packed copies of the images: for those that the next cluster will want too. */
  readonly copies?: string
  /** Which of the loadings that go on at the same time this is; 0 where it is alone. */
  readonly lane?: number
}

export interface CreateOptions extends StepOptions {
  /** Called once images can be loaded, while the rest of the cluster still comes up. */
  readonly onContainerRuntime?: () => void
  /** Called with the cluster's kubeconfig once the API server lets kecs in, while the rest still comes up: installing may begin. */
  readonly onApi?: (kubeconfig: string) => void
}
