import type { ContainerDefinition, Volume } from '../aws/generated/ecs.ts'

/**
 * What runs tasks. Level-based: `start` and `stop` may be repeated, observations may be repeated or skipped, and
 * `list` is the truth. The runtime knows nothing of the store and of ECS' task states; reconcilers read its
 * observations.
 */
export interface Runtime {
  readonly kind: 'kubernetes' | 'simulated'
  /**
   * Identifies what the tasks run on, such as the Kubernetes cluster's UID. A task that was started under another
   * epoch is gone with it and must not be started again.
   */
  readonly epoch: string
  /** The machines that tasks run on, as last seen; empty before `watch` has its first list. By name. */
  nodes(): readonly RuntimeNode[]
  /** Makes room for an ECS cluster's tasks (a namespace). Idempotent. */
  prepareCluster(cluster: ClusterRef): Promise<void>
  /** Removes that room with all that is left in it. Idempotent. */
  removeCluster(cluster: ClusterRef): Promise<void>
  /**
   * Starts a task once: a second call with the same task changes nothing. Throws `TaskRefused` when it can never start.
   * `coming`: something is looked up for it first, and `onChange` names the task when it is to be started again; `release`
   * ends that.
   */
  start(task: TaskSpec): Promise<'accepted' | 'coming'>
  /**
   * Lets containers go that `start` held back because they depend on others (see `isHeld`). Idempotent; unknown tasks
   * and containers are ignored.
   */
  startContainers(task: TaskRef, containers: readonly string[]): Promise<void>
  /**
   * Stops containers of a task while its others go on, as `stop` stops all; each has the longest stop timeout of the
   * task's containers. Idempotent; unknown tasks and containers are ignored.
   */
  stopContainers(task: TaskRef, containers: readonly string[]): Promise<void>
  /** Sends the stop signal to each container and kills what is left after its stop timeout. Idempotent; unknown tasks are ignored. */
  stop(task: TaskRef, options: { readonly graceSeconds: number }): Promise<void>
  /** Forgets a task whose end is recorded, freeing what it held. Idempotent. */
  release(task: TaskRef): Promise<void>
  /** The `memo` that a task was started with; undefined when it has none, or was let go of. */
  recall(task: TaskRef): Promise<string | undefined>
  /** The newest observation of a task; undefined when nothing runs or ran under that id. Only meaningful once `watch` has called `onSynced`. */
  observe(task: TaskRef): TaskObservation | undefined
  /** Observations of every task there is, for adoption. */
  list(): Iterable<TaskObservation>
  /** Starts watching. `onChange` names tasks to look at again. Resolves when the first full list is in; ends with the signal. */
  watch(onChange: (task: TaskRef) => void, signal: AbortSignal): Promise<void>
  /** The last lines that a task's container wrote, oldest first. */
  logs(task: TaskRef, options: { readonly container: string; readonly tail: number }): Promise<readonly string[]>
  /**
   * Runs a command beside a container's own, on a terminal of its own, with the container's environment and user. Resolves
   * once it runs. Throws `ExecRefused` when it cannot be started.
   */
  exec(task: TaskRef, command: ExecCommand): Promise<RunningCommand>
}

/** A machine that tasks run on: a Kubernetes node. */
export interface RuntimeNode {
  readonly name: string
  /** What tasks may use, in CPU units (1024 = one vCPU) and MiB. */
  readonly cpu: number
  readonly memory: number
  readonly cpuArchitecture: 'x86_64' | 'arm64'
  readonly labels: Readonly<Record<string, string>>
  /** The letter of its availability zone, as in `us-east-1b`; absent where all machines are in one. */
  readonly zone?: string
  /** Whether what runs on it can be spoken to. */
  readonly isReady: boolean
  /** Where its host ports are reached from within the cluster; absent while it has none. */
  readonly address?: string
  /** When it joined: milliseconds since the epoch. */
  readonly createdAt: number
  /** Version of what runs containers there, such as `containerd://2.1.3`. */
  readonly containerRuntimeVersion?: string
}

export interface ClusterRef {
  readonly clusterArn: string
  /** The Kubernetes namespace of the cluster's tasks. */
  readonly namespace: string
}

export interface TaskRef {
  readonly taskArn: string
  /** 32 hexadecimal digits. */
  readonly taskId: string
  readonly namespace: string
}

/** All that a runtime needs to run a task: the task definition with the overrides of the task applied. */
export interface TaskSpec extends TaskRef {
  readonly clusterArn: string
  readonly clusterName: string
  readonly family: string
  readonly revision: number
  readonly launchType: 'EC2' | 'FARGATE' | 'EXTERNAL'
  readonly networkMode: 'awsvpc' | 'bridge' | 'host' | 'none'
  /** Whose processes its containers see; each its own where absent. */
  readonly pidMode?: 'host' | 'task'
  /** Whose shared memory, semaphores and message queues its containers have. */
  readonly ipcMode?: 'host' | 'task' | 'none'
  /** Task-level CPU in units (1024 = one vCPU). */
  readonly cpu?: number
  /** Task-level memory in MiB. */
  readonly memory?: number
  /** What the task may write to the machine's disk, in GiB, where its definition or an override says so. */
  readonly ephemeralStorage?: number
  /** Definitions with overrides applied; `environment` is complete, AWS' variables included; host ports are allocated. */
  readonly containers: readonly ContainerDefinition[]
  /** The task definition's volumes, which mount points name. */
  readonly volumes?: readonly Volume[]
  /** By the containers' names, of those that need any. */
  readonly secrets?: Readonly<Record<string, ContainerSecrets>>
  readonly tags: Readonly<Record<string, string>>
  /** Set where an agent delivers what containers write with the log driver awslogs. */
  readonly areLogsDelivered?: true
  /**
   * Set where the agents of these nodes give containers what pods have no place for, and a container asks for some of it:
   * it runs on one of them.
   */
  readonly adjustedOn?: readonly string[]
  /** The name of the node that it must run on; any where absent. */
  readonly nodeName?: string
  /** What is to be kept with the task for `recall`; nothing that is secret. */
  readonly memo?: string
  /** Names that its containers are to know beside those that are resolved. */
  readonly hosts?: readonly TaskHost[]
}

export interface TaskHost {
  readonly name: string
  readonly address: string
}

/**
 * What was fetched for a container as its task starts. None of it may be shown, logged or kept: it lives in the memory
 * of this process until the task is started, and where the runtime keeps secrets until the task is released.
 */
export interface ContainerSecrets {
  /** Variables of secrets and environment files, by name; none that the container's `environment` has too. */
  readonly environment: Readonly<Record<string, string>>
  /** Options of the log driver, of `secretOptions`. */
  readonly logOptions: Readonly<Record<string, string>>
  /** What its image is pulled with. */
  readonly registry?: { readonly username: string; readonly password: string }
  /** Of a log router: the text of the object in S3 that its configuration includes. */
  readonly configFile?: string
}

/** What is seen of a task, in Kubernetes' terms, all times in milliseconds since the epoch. */
export interface TaskObservation extends TaskRef {
  /** When a node was found. */
  readonly scheduledAt?: number
  /** Why no node was found, when that is so: Kubernetes' message. */
  readonly unschedulable?: string
  /** The node's name, and the letter of its availability zone where there are several. */
  readonly node?: string
  readonly zone?: string
  /** When the network was ready, and the task's own address. */
  readonly networkReadyAt?: number
  readonly address?: string
  readonly hostAddress?: string
  /** The runtime stopped or refused the task as a whole: Kubernetes' reason and message, such as Evicted. */
  readonly failure?: { readonly reason: string; readonly message: string }
  /** Set once stopping has begun. */
  readonly stoppingSince?: number
  readonly containers: readonly ContainerObservation[]
}

export interface ContainerObservation {
  /** The container's name in the task definition. */
  readonly name: string
  readonly state:
    | { readonly is: 'waiting'; readonly reason?: string; readonly message?: string }
    | { readonly is: 'running'; readonly startedAt: number }
    | {
        readonly is: 'terminated'
        readonly exitCode: number
        readonly signal?: number
        /** Kubernetes' reason, such as Completed, Error, OOMKilled, StartError. */
        readonly reason?: string
        readonly message?: string
        readonly startedAt?: number
        readonly finishedAt: number
      }
  /** The image's digest, `sha256:…`, once known. */
  readonly imageDigest?: string
  /** The container runtime's id, without its scheme. */
  readonly runtimeId?: string
  /** How often its restart policy restarted it; absent without one. */
  readonly restartCount?: number
  readonly pullStartedAt?: number
  readonly pullStoppedAt?: number
  /** Set while it waits to be let go by `startContainers`. */
  readonly isHeld?: true
  /** Set when it ended for good and may be made to run again all the same, unless `stopContainers` stops it. */
  readonly mayRunAgain?: true
  /** Whether its health check succeeds; false before it first does, and after it failed as often in a row as `retries` says. Absent without a check. */
  readonly checkPasses?: boolean
}

/** A task that can never start, with the reason as ECS gives it. */
export class TaskRefused extends Error {
  readonly reason: string
  constructor(reason: string) {
    super(reason)
    this.name = 'TaskRefused'
    this.reason = reason
  }
}

export interface ExecCommand {
  /** The container's name in the task definition. */
  readonly container: string
  /** The program and its arguments; no shell is between. */
  readonly command: readonly string[]
  /** Takes what the terminal shows. What follows is held back until the promise that it may answer. */
  readonly onOutput: (bytes: Uint8Array) => void | Promise<void>
}

/** A command that `exec` runs. */
export interface RunningCommand {
  /** Types into its terminal. Resolves when more may be written; what is written after its end is dropped. */
  write(bytes: Uint8Array): Promise<void>
  resize(size: { readonly columns: number; readonly rows: number }): void
  /** Resolves when it has ended, or its container has, and all of its output was taken. Never rejects. */
  readonly ended: Promise<CommandEnd>
  /** Hangs up: the command is told as when a terminal is closed, and `ended` resolves. */
  close(): void
}

/** How a command ended: with its exit code, or with words for why nobody knows it. */
export type CommandEnd = { readonly exitCode: number } | { readonly failure: string }

/** A command that cannot be started, in words for whoever asked. */
export class ExecRefused extends Error {
  constructor(message: string, options: { readonly cause?: unknown } = {}) {
    super(message, options)
    this.name = 'ExecRefused'
  }
}
