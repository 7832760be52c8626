/** Names that the host command, the manifests and the control plane must agree on. */

/** Namespace of everything that kecs installs. */
export const systemNamespace = 'kecs-system'

/** The AWS door, inside the cluster and, unless chosen otherwise, on the host. */
export const doorPort = 4566
/** The registry, inside the cluster. */
export const registryName = 'registry'
export const registryPort = 5000
/** The control plane's AWS API. */
export const apiPort = 8080
/** The control plane's health, metrics and administration. */
export const adminPort = 8081
/** What the control plane tells the node agents, and they it. */
export const agentPort = 8083
/** Where the control plane answers the zones of Cloud Map; its Service's is DNS' own. */
export const zonesPort = 8053
export const dnsPort = 53

/** Where the gateway sends what is for functions; such a request says by this header which rule it met. */
export const functionsPort = 8084
export const ruleHeader = 'X-Kecs-Rule'

/** Where a node's agent answers the containers on it, as ECS' own does. */
export const agentAddress = '169.254.170.2'
export const agentUrl = `http://${agentAddress}`
/** For whom the agents' Kubernetes tokens are: the control plane, not the API server. */
export const agentAudience = 'kecs-control-plane'
export const agentName = 'kecs-agent'
/** Where an instance's agent keeps what is its own, on each node. */
export const agentFolder = (instance: string): string => `/var/lib/kecs-agent/${instance}`
/** In it: a folder for each task that has a log router, with the router's socket. By the tasks' ids. */
export const routerFolder = 'routers'
/** In it, and in the image: the program that looks users' names up in images of tasks, with what it needs to run in any. */
export const userLookupFolder = 'user-lookup'
/** Whoever may have a token of this account made, for this audience, may administer the instance: see cli/admin-channel.ts. */
export const adminName = 'kecs-admin'
/** Where a request to the administration port carries it: the API server's proxy takes `Authorization` away. */
export const adminTokenHeader = 'x-kecs-admin-token'
export const controlPlaneName = 'kecs-control-plane'

/**
 * The name by which containers in the cluster reach the door: LocalStack makes addresses of it and of names
 * below it, so the cluster's DNS answers the door's address for all of them.
 */
export const doorHost = 'localhost.localstack.cloud'

/** Where the gateway answers probes, and tells which configuration it applies. Inside the cluster alone. */
export const gatewayPort = 8082
/** The Service of that port. */
export const gatewayService = 'traefik'
/** Of the administration port: what the gateway fetches. */
export const configurationPath = '/gateway/configuration'
/**
 * Of the administration port: whether a request may pass what a rule has in front; the query's `rule` is its ARN. With
 * `listener` instead, what becomes of a user who comes back from an identity provider.
 */
export const guardPath = '/gateway/guard'
/** Where identity providers send users back to, at a load balancer. */
export const callbackPath = '/oauth2/idpresponse'
/** Of the AWS door: below it, by their ids, the public keys by which targets verify what they are told of users. */
export const publicKeysPath = '/_kecs/elb-public-keys'
/** Of the administration port: where the gateway tells of requests of load balancers with access logs, by OTLP. */
export const accessLogsPath = '/gateway/access-logs'
/** Of the administration port: where the gateway tells what it logs of itself, by OTLP. */
export const gatewayLogPath = '/gateway/log'
/** Where what the gateway fetches carries the secret that the two share, if they do. */
export const gatewaySecretHeader = 'x-kecs-gateway-secret'
/** Of the administration port: where listeners are reached, as JSON. */
export const listenersPath = '/gateway/listeners'
/** Of the administration port: how the network is from where the control plane is. */
export const reachPath = '/reach'
/** Of the administration port: the certificate of the instance's authority, PEM. */
export const authorityPath = '/gateway/ca'
/** Below the gateway's port: the header `x-kecs-configuration` of its answer names the configuration that it applies. */
export const appliedPath = '/kecs/applied'
/** The same at the AWS door, for a control plane that is outside of the cluster. */
export const doorAppliedPath = '/_kecs/applied'
/** Below the same port: what the gateway counts, for Prometheus. */
export const gatewayMetricsPath = '/metrics'
export const appliedHeader = 'x-kecs-configuration'

/**
 * Ports of the gateway for listeners that got none of the published ones: reached by a load balancer's name inside the
 * cluster. Inclusive.
 */
export const unpublishedListenerPorts = { first: 64_000, last: 64_019 } as const
/** Ports of the gateway for endpoints of Service Connect, reached inside the cluster alone. Inclusive. */
export const connectPorts = { first: 64_100, last: 64_149 } as const
/** The gateway's entry points for a listener's port. */
export const tcpEntryPoint = (port: number): string => `tcp-${port}`
export const udpEntryPoint = (port: number): string => `udp-${port}`

/** The Kubernetes Service that is a load balancer's name inside the cluster, of the first label of its DNS name. */
export const loadBalancerService = (firstLabel: string): string => `lb-${firstLabel.toLowerCase()}`

/** Component names: Deployments, Services and the argument of `kecs logs`. */
export const components = ['control-plane', 'traefik', 'localstack', 'registry', 'agent'] as const
export type Component = (typeof components)[number]

/** Prefix of kecs' own labels and annotations on Kubernetes objects. */
export const labelPrefix = 'kecs.dev'
export const labels = {
  /** On every object that kecs made: the instance's name. */
  instance: `${labelPrefix}/instance`,
  /** On pods: the task's id, 32 hexadecimal digits. */
  taskId: `${labelPrefix}/task-id`,
  /** On pods: the task definition's family and revision, shortened to a valid label value. */
  family: `${labelPrefix}/family`,
  revision: `${labelPrefix}/revision`,
  /** On pods and namespaces: the ECS cluster's name, shortened to a valid label value. */
  cluster: `${labelPrefix}/cluster`,
  /** On pods that look a user's name up in an image, for a task that is yet to start. They are no task's own. */
  userLookup: `${labelPrefix}/user-lookup`,
  /** On system objects: the component. */
  component: `${labelPrefix}/component`,
} as const
export const annotations = {
  /** On pods: the task's ARN. On namespaces: the cluster's ARN. */
  taskArn: `${labelPrefix}/task-arn`,
  clusterArn: `${labelPrefix}/cluster-arn`,
} as const
/**
 * On pods whose containers the node's agent is to change before they are created: `required`, or `default` where they may
 * run as they are.
 */
export const adjustedAnnotation = `${labelPrefix}/adjusted`
/**
 * Where a container that must not run unchanged has a volume that no container can have: the agent takes it away, and
 * without the agent the container does not start. What the kubelet then tells has this path in it.
 */
export const unadjustedPath = '/proc/kecs-agent-is-away'
/** What the agent says of a task that it was not told of yet: the container is created a moment later. */
export const notToldYet = 'kecs: the agent was not told of this task yet'
/** Holds a pod until the control plane has recorded how it ended. */
export const podFinalizer = `${labelPrefix}/record-exit`

/** Images, at the versions that are tested. */
export const images = {
  controlPlane: 'ghcr.io/nandemo-ya/kecs-control-plane',
  traefik: 'traefik:v3.6.12',
  localstack: 'localstack/localstack:4.14.0',
  /** Docker's own, for images with an ECR address. */
  registry: 'registry:2',
} as const

/** What an API call without credentials or with made-up ones belongs to. */
export const defaultAccount = '000000000000'
export const defaultRegion = 'us-east-1'

/** What `/ready` and the store's message in a health report begin with where the control plane refuses all changes. */
export const cannotWrite = 'the state cannot be written'
