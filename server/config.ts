import type { ConfiguredKey } from '../shared/access-keys.ts'
import type { UnknownRoles } from '../shared/unknown-roles.ts'

/** How a control plane that is not in the cluster reaches what is. */
export interface OutsideConfig {
  /** The cluster's kubeconfig, a file. */
  readonly kubeconfig: string
  /** The AWS door, such as `http://127.0.0.1:4566`: the way to the registry and to the gateway itself. */
  readonly doorUrl: string
}

/** What a control plane is started with; `cli/commands/serve.ts` makes it from flags and the environment. */
export interface ServerConfig {
  /** Where the state lies. Made when missing. */
  readonly dataDir: string
  /** Address to listen on. */
  readonly host: string
  /** The AWS API's port; 0 takes any free one. */
  readonly apiPort: number
  /** Health, metrics and administration; 0 takes any free one. */
  readonly adminPort: number
  /**
   * The port for the agents of the nodes; 0 takes any free one. Undefined: there are none, and tasks are started
   * without what agents give them.
   */
  readonly agentPort?: number
  /** Where the gateway sends requests for functions; 0 takes any free one. Undefined: nowhere. */
  readonly functionsPort?: number
  /** The port at which the zones of Cloud Map are answered, UDP and TCP; 0 takes any free one. Undefined: nowhere. */
  readonly dnsPort?: number
  readonly runtime: 'kubernetes' | 'simulated'
  /** Where other AWS services' calls go when they reach this process rather than the gateway; undefined: nowhere. */
  readonly backendUrl?: string
  /** What is done with roles that the backend's IAM has not: refused where undefined. */
  readonly unknownRoles?: UnknownRoles
  /** Put into tasks as AWS_ENDPOINT_URL; undefined: this process' own address, whatever port it got. */
  readonly endpointForTasks?: string
  /** The instance's name, for labels on Kubernetes objects. */
  readonly instance: string
  /** What Docker on the user's machine calls the registry that runs beside; undefined where none does. */
  readonly registryHost?: string
  /** Host ports that are published on the machine, given first to tasks that ask for a dynamic host port: inclusive. */
  readonly publishedPorts?: { readonly first: number; readonly last: number }
  /** Ports of the machine that are published for load balancers' listeners: inclusive. */
  readonly listenerPorts?: { readonly first: number; readonly last: number }
  /** Those of them that are published for UDP too: inclusive; undefined: none. */
  readonly udpListenerPorts?: { readonly first: number; readonly last: number }
  /** Where this process runs outside of the cluster whose tasks these are; undefined: it runs inside of it, or there is none. */
  readonly outside?: OutsideConfig
  /** What the gateway shows when it fetches its configuration; undefined: whoever reaches the port is told. */
  readonly gatewaySecret?: string
  /** The AWS door's port on the machine, where there is a door. */
  readonly hostPort?: number
  /** Where the nodes have the data folder; undefined: nowhere. Volumes that outlive their tasks are folders below it. */
  readonly nodeDataDir?: string
  /** Whether `POST /_kecs/reset` on the admin port empties the instance. */
  readonly allowReset?: boolean
  /** Signatures are verified against these; undefined: any credentials are taken. */
  readonly keys?: readonly ConfiguredKey[]
  /** How often scaling looks at metrics; once a minute where undefined, as on AWS. Milliseconds. */
  readonly scalingPeriodMs?: number
  /** Where spans are sent, and in whose name; undefined: none are made. */
  readonly traces?: { readonly url: string; readonly serviceName: string }
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error'
}
