// What the control plane tells the agent of a node, and the agent it: JSON over HTTP, by the agent's Kubernetes token.
//
//   GET  /v1/nodes/NODE/tasks     lines of JSON, an `AgentEvent` each, for as long as the agent listens
//   POST /v1/nodes/NODE/drained   `Drained`: whose logs have all arrived where they are to go
//   POST /v1/nodes/NODE/usage     `UsageReport`: what tasks use; the answer is `UsageTaken`
//   POST /v1/nodes/NODE/isolated  `Drained`: who was separated from the network
//   POST /v1/nodes/NODE/routed    `Drained`: whose log routers have all that the task's other containers wrote
//   POST /v1/nodes/NODE/probed    `Probed`: what came of a health check that it was asked to make
//   POST /v1/nodes/NODE/explained `Explained`: whether the kernel killed a container that it was asked about
//   POST /v1/nodes/NODE/adjusting `Adjusting`: whether containers are given what pods have no place for
import type { ProbeOutcome, ProbeRequest } from '../probing/prober.ts'

/** A task that is on the node, from when its pod is placed there until the pod is let go. */
export interface AgentTask {
  readonly taskArn: string
  /** 32 hexadecimal digits. */
  readonly taskId: string
  readonly clusterArn: string
  readonly clusterName: string
  readonly account: string
  readonly region: string
  readonly availabilityZone: string
  readonly family: string
  readonly revision: number
  readonly launchType: 'EC2' | 'FARGATE' | 'EXTERNAL'
  readonly networkMode: 'awsvpc' | 'bridge' | 'host' | 'none'
  readonly desiredStatus: string
  readonly knownStatus: string
  readonly group?: string
  readonly tags: Readonly<Record<string, string>>
  /** vCPUs and MiB; undefined where the task has no size of its own. */
  readonly cpu?: number
  readonly memory?: number
  /** Of Fargate: GiB. */
  readonly ephemeralStorage?: number
  /** Milliseconds since the epoch. */
  readonly pullStartedAt?: number
  readonly pullStoppedAt?: number
  readonly executionStoppedAt?: number
  /** The pod's own address, by which its containers are known; absent in network mode host and until there is one. */
  readonly address?: string
  readonly networkInterface?: NetworkInterface
  readonly isFaultInjectionEnabled: boolean
  /** It is to have no network: its containers begin when the agent has taken it away. */
  readonly isIsolated?: true
  readonly credentials: { readonly id: string; readonly roleArn?: string }
  readonly pod: { readonly namespace: string; readonly name: string }
  readonly containers: readonly AgentContainer[]
}

/** Of network mode awsvpc. */
export interface NetworkInterface {
  readonly macAddress: string
  readonly privateDnsName: string
}

export interface AgentContainer {
  readonly name: string
  /** By what it asks the agent. */
  readonly id: string
  readonly containerArn: string
  /** Its name in the pod. */
  readonly podName: string
  readonly image: string
  readonly imageDigest?: string
  /** The container runtime's id, which is not what ECS tells of one on Fargate. */
  readonly runtimeId?: string
  readonly desiredStatus: string
  readonly knownStatus: string
  readonly exitCode?: number
  /** How often its restart policy restarted it; absent without one. */
  readonly restartCount?: number
  /** CPU units and MiB as the definition has them. */
  readonly cpu: number
  readonly memory: number
  /** Milliseconds since the epoch. */
  readonly startedAt?: number
  readonly finishedAt?: number
  readonly labels: Readonly<Record<string, string>>
  readonly ports: readonly AgentPort[]
  readonly volumes: readonly { readonly name: string; readonly source?: string; readonly destination: string }[]
  readonly health?: string
  readonly log?: { readonly driver: string; readonly options: Readonly<Record<string, string>> }
  /** Where the node's agent is to send what it writes: to CloudWatch Logs, or to the task's log router. */
  readonly awslogs?: AwsLogs
  readonly routed?: RoutedLogs
  readonly adjustment?: Adjustment
}

/** What a container is to be created with that a pod has no place for. */
export interface Adjustment {
  /** Without it the container must not run. */
  readonly isRequired: boolean
  readonly limits: readonly ResourceLimit[]
  readonly devices: readonly HostDevice[]
  readonly tmpfs: readonly { readonly path: string; readonly options: readonly string[] }[]
  /** Bytes. */
  readonly maxSwap?: number
}

export interface ResourceLimit {
  /** The kernel's name, such as `RLIMIT_NOFILE`. */
  readonly type: string
  /** -1: unlimited. */
  readonly soft: number
  readonly hard: number
  /** Nobody asked for it: where the node has less, it is as much as the node has. */
  readonly isDefault?: true
}

export interface HostDevice {
  readonly hostPath: string
  readonly containerPath: string
  /** Letters of `rwm`: read, write, make a node. */
  readonly access: string
}

export interface AgentPort {
  readonly containerPort: number
  readonly protocol: string
  readonly hostPort?: number
  /** The address of the host that it is bound to; absent where the port is the task's own. */
  readonly hostIp?: string
}

/** A log configuration with the driver awslogs, its options checked. */
export interface AwsLogs {
  readonly group: string
  /** Undefined: the container's runtime id, as on EC2 without a prefix. */
  readonly stream?: string
  readonly region: string
  readonly createGroup: boolean
  /** A line that matches begins an event; those that follow and do not match are part of it. */
  readonly eventStart?: string
  /** Of mode `non-blocking`: how much is kept while nothing is delivered. */
  readonly bufferBytes?: number
}

/** The log driver awsfirelens. */
export interface RoutedLogs {
  /** The name of the router's container. */
  readonly router: string
  readonly tag: string
}

export type AgentEvent =
  | { readonly is: 'listed'; readonly tasks: readonly AgentTask[] }
  | { readonly is: 'changed'; readonly task: AgentTask }
  | { readonly is: 'gone'; readonly taskArn: string }
  /** Nothing changed for some seconds: the control plane is there. */
  | { readonly is: 'alive' }
  /** Of a control plane that reaches no task's address: the agent is to ask a target how it is. */
  | { readonly is: 'probe'; readonly id: string; readonly request: ProbeRequest }
  /** A container ended by SIGKILL that nobody sent as far as is known: the agent is to say whether it was for memory. */
  | { readonly is: 'ended'; readonly runtimeId: string }

export interface Drained {
  readonly taskArns: readonly string[]
}

/** What a task uses: CPU units (1024 = one vCPU), averaged since the report before, and MiB. */
export interface TaskUse {
  readonly taskArn: string
  readonly cpu: number
  readonly memory: number
}

export interface UsageReport {
  readonly tasks: readonly TaskUse[]
}

export interface UsageTaken {
  /** How long the next report is not wanted for. Milliseconds. */
  readonly nextInMs: number
}

/** Whether the container runtime of an agent's node lets it adjust containers; `away`: it did, and is not there just now. */
export type Adjusting =
  | { readonly is: 'able'; readonly runtime: string }
  | { readonly is: 'unable'; readonly why: string }
  | { readonly is: 'away'; readonly why: string }

export interface Explained {
  readonly runtimeId: string
  /** The kernel killed a process of it because memory was out. */
  readonly wasKilledForMemory: boolean
}

export interface Probed {
  readonly id: string
  readonly outcome: ProbeOutcome
}
