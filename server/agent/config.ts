/** What a node's agent is started with; `cli/commands/agent.ts` makes it from the environment that the manifests set. */
export interface AgentConfig {
  /** Kubernetes' name of the node that it runs on. */
  readonly node: string
  /** Where the control plane tells agents of their tasks, such as `http://kecs-control-plane.kecs-system:8083`. */
  readonly controlPlaneUrl: string
  /** The same by the Service's address, as the kubelet told it: good while the cluster's DNS is not. Undefined: not told. */
  readonly controlPlaneAddressUrl?: string
  /** The ECS API. */
  readonly apiUrl: string
  /** The AWS services that are not ours; undefined: there are none. */
  readonly backendUrl?: string
  /** The file with the token that it shows the control plane; the kubelet renews it. */
  readonly tokenFile: string
  /** Where it keeps what outlives it: its tasks, their credentials, how far each log was delivered. */
  readonly stateDir: string
  /** The program that looks users' names up in images, which it puts where pods of its node can mount it. */
  readonly userLookupDir: string
  /** The kubelet's folders of logs: `pods`, and `containers` with links whose names have the containers' ids. */
  readonly podLogsDir: string
  readonly containerLogsDir: string
  /** The node's control groups, its processes' files and its network interfaces. */
  readonly cgroupDir: string
  readonly procDir: string
  readonly sysNetDir: string
  /** The socket at which the container runtime takes plugins, and the node's devices. */
  readonly nriSocket: string
  readonly devicesDir: string
  /** Where it answers containers; put on the node's loopback interface unless it is loopback's own. */
  readonly address: string
  /** 0 takes any free one. */
  readonly port: number
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error'
}
