import type { Clock } from '../../../shared/clock.ts'
import { connect, isNotFound, KubeError, kinds, type KubeClient, type KubeSource, type Pod } from '../../../shared/kube/index.ts'
import { labels, podFinalizer } from '../../../shared/names.ts'
import { messageOf } from '../../../shared/errors.ts'
import { ExecRefused, TaskRefused, type Runtime, type TaskObservation, type TaskRef, type TaskSpec } from '../runtime.ts'
import { clusterFeatures, type ClusterFeatures } from './cluster-features.ts'
import { execInPod } from './exec.ts'
import { letGo, stopped, type ImageChange } from './held.ts'
import { lookupPods } from './lookup-pods.ts'
import { dnsLabelOf, memoAnnotation } from './names.ts'
import { Namespaces } from './namespaces.ts'
import { Nodes } from './nodes.ts'
import { clusterRegistry } from '../../registry/cluster-registry.ts'
import { type ImageRegistry, RegistryUnavailable } from '../../registry/registry.ts'
import { nodeImagesOf, pinned, withNodeImages } from './own-images.ts'
import { podOf } from './pod.ts'
import { releasePod } from './release.ts'
import { TaskPods } from './task-pods.ts'
import { imagesWithNames, withUsers, type UsersKnown } from './task-users.ts'
import { hasTaskSecret, removeTaskSecret, taskSecretOf } from './task-secret.ts'
import { refuseUnsupported } from './unsupported.ts'
import { UserLookups } from './user-lookups.ts'

export interface KubernetesRuntimeOptions {
  readonly source: KubeSource
  /** The instance's name: this runtime sees and touches only what carries it as a label. */
  readonly instance: string
  readonly clock: Clock
  /** The data folder as nodes see it, below which volumes that outlive their tasks are kept; undefined where they have none. */
  readonly nodeDataDir?: string | undefined
  /** The registry that runs beside: what Docker on the user's machine calls it, and its folder as this process sees it. */
  readonly registry?: { readonly host: string; readonly folder: string } | undefined
  /**
   * Whether the kernel killed a container, known by its runtime id, for memory: container runtimes often miss it. Never rejects.
   * Undefined: what Kubernetes tells is taken as it is.
   */
  readonly memoryKills?: { of(node: string, runtimeId: string): Promise<boolean> } | undefined
  /** Told when the API server cannot be reached or refuses; the runtime goes on by itself. */
  readonly onProblem?: (what: string, error: unknown) => void
  /** Ends connecting; the runtime itself ends with the signal of `watch`. */
  readonly signal?: AbortSignal
}

/** How long one start waits for the registry, before it is tried again: other work of the task waits with it. Milliseconds. */
const registryPatienceMs = 3_000

/** Runs tasks as pods. Resolves once the API server answered. Throws `KubeConfigError` and `KubeError`. */
export async function kubernetesRuntime(options: KubernetesRuntimeOptions): Promise<KubernetesRuntime> {
  const client = await connect(options.source)
  const call = options.signal === undefined ? {} : { signal: options.signal }
  const [system, features] = await Promise.all([client.get(kinds.namespace, { name: 'kube-system' }, call), clusterFeatures(client, call)])
  return new KubernetesRuntime(client, options, { epoch: system.metadata?.uid ?? '', features })
}

export class KubernetesRuntime implements Runtime {
  readonly kind = 'kubernetes'
  readonly epoch: string
  readonly client: KubeClient
  /** The registry that runs beside; undefined where none does. */
  readonly registry: ImageRegistry | undefined
  readonly #options: KubernetesRuntimeOptions
  readonly #features: ClusterFeatures
  readonly #pods: TaskPods
  readonly #namespaces: Namespaces
  readonly #nodes = new Nodes()
  readonly #users: UserLookups
  #onChange: (task: TaskRef) => void = () => {}

  constructor(client: KubeClient, options: KubernetesRuntimeOptions, facts: { epoch: string; features: ClusterFeatures }) {
    this.client = client
    this.#options = options
    const { clock, registry, memoryKills } = options
    this.registry = registry === undefined ? undefined : clusterRegistry({ client, clock, ...registry })
    this.epoch = facts.epoch
    this.#features = facts.features
    const explain = async (node: string, runtimeId: string): Promise<void> => {
      const wasKilled = (await memoryKills?.of(node, runtimeId)) === true
      for (const task of this.#pods.explained(runtimeId, wasKilled)) this.#onChange(task)
    }
    this.#pods = new TaskPods(() => clock.now(), memoryKills === undefined ? undefined : (node, runtimeId) => void explain(node, runtimeId))
    this.#namespaces = new Namespaces(client, options.instance)
    const onProblem = (what: string, error: unknown): void => this.#options.onProblem?.(what, error)
    const pods = lookupPods(client, { instance: options.instance, onError: error => onProblem('looking up users', error) })
    this.#users = new UserLookups({ pods, clock, instance: options.instance, changed: task => this.#onChange(task), onProblem })
  }

  prepareCluster: Runtime['prepareCluster'] = async cluster => this.#namespaces.ensure(cluster)

  removeCluster: Runtime['removeCluster'] = async cluster => {
    this.#users.forgetNamespace(cluster.namespace)
    await this.#namespaces.remove(cluster)
  }

  start: Runtime['start'] = async task => {
    if (this.#pods.pod(task.taskId) !== undefined) return 'accepted'
    const { instance, nodeDataDir } = this.#options
    const images = await nodeImagesOf(task, this.registry)
    if (images.size > 0) await this.#registryReady()
    try {
      const users = await this.#usersOf(task, withNodeImages(task, images))
      if (users === 'coming') return 'coming'
      const pod = podOf(users.spec, { instance, nodeDataDir, startFailures: users.startFailures, ...this.#features })
      this.#pods.note(await this.#create(task, pod))
      this.#users.forget(task.taskId)
      return 'accepted'
    } catch (error) {
      if (isRefusal(error)) throw new TaskRefused(`Kubernetes refused the task: ${messageOf(error)}`)
      throw error
    }
  }

  /** Of a task that can be given all that it asks for. Their images may need the task's credentials. */
  async #usersOf(task: TaskSpec, onNodes: TaskSpec): Promise<UsersKnown | 'coming'> {
    const images = new Map<string, string>()
    const asked = imagesWithNames(onNodes)
    if (asked.length > 0) {
      refuseUnsupported(onNodes)
      await this.#applySecret(task)
      for (const image of asked) images.set(image, await pinned(image, this.registry))
    }
    return withUsers(onNodes, question => this.#users.of(task, { ...question, image: images.get(question.image) ?? question.image }))
  }

  async #applySecret(task: TaskSpec): Promise<void> {
    const secret = taskSecretOf(task, this.#options.instance)
    if (secret !== undefined) await this.client.apply(secret, { fieldManager: 'kecs', force: true })
  }

  /** What starts it is tried again, until it is hopeless: then as ECS tells of an image that cannot be pulled. */
  async #registryReady(): Promise<void> {
    try {
      await this.registry?.ready({ limitMs: registryPatienceMs })
    } catch (error) {
      if (error instanceof RegistryUnavailable && !error.isStarting) throw new TaskRefused(`CannotPullContainerError: ${error.message}`)
      throw error
    }
  }

  /** A pod of that name is this task's: its id is in it. What it refers to is there before it. */
  async #create(task: TaskSpec, pod: ReturnType<typeof podOf>): Promise<Pod> {
    for (let hasNamespace = false; ; hasNamespace = true) {
      try {
        await this.#applySecret(task)
        return await this.client.create(pod, { fieldManager: 'kecs' })
      } catch (error) {
        if (!(error instanceof KubeError)) throw error
        if (error.reason === 'AlreadyExists') return this.client.get(kinds.pod, { name: pod.metadata.name, namespace: task.namespace })
        if (!isNotFound(error) || hasNamespace) throw error
        await this.#namespaces.ensure(task)
      }
    }
  }

  startContainers: Runtime['startContainers'] = async (task, containers) => this.#changeImages(task, pod => letGo(pod, containers))

  stopContainers: Runtime['stopContainers'] = async (task, containers) => this.#changeImages(task, pod => stopped(pod, containers))

  async #changeImages(task: TaskRef, changesOf: (pod: Pod) => readonly ImageChange[]): Promise<void> {
    const pod = await this.#find(task)
    const containers = pod === undefined ? [] : changesOf(pod)
    if (pod === undefined || containers.length === 0) return
    const { uid } = ofSame(pod)
    try {
      const changed = await this.client.patch(kinds.pod, nameOf(pod), {
        strategic: { ...(uid !== undefined && { metadata: { uid } }), spec: { containers } },
      })
      this.#pods.note(changed)
    } catch (error) {
      if (!isNotFound(error)) ignoreReplaced(error)
    }
  }

  stop: Runtime['stop'] = async (task, { graceSeconds }) => {
    const pod = await this.#find(task)
    if (pod === undefined) return
    // 0 would take the pod from the API server's mind before the kubelet has killed it.
    await this.client
      .remove(kinds.pod, nameOf(pod), { gracePeriodSeconds: Math.max(1, Math.round(graceSeconds)), ...ofSame(pod) })
      .catch(ignoreReplaced)
  }

  release: Runtime['release'] = async task => {
    this.#users.forget(task.taskId)
    const pod = await this.#find(task)
    // First: after a crash between the two it is the pod that brings the task back here. Without a pod it is not known to have none.
    if (pod === undefined || hasTaskSecret(pod)) await removeTaskSecret(this.client, task)
    if (pod === undefined) return
    await releasePod(this.client, pod)
    this.#pods.release(pod)
  }

  recall: Runtime['recall'] = async task => {
    const known = await this.#find(task)
    const pod = known === undefined ? undefined : await this.client.find(kinds.pod, nameOf(known))
    // Without the finalizer its end was recorded, and it is going.
    return pod?.metadata?.finalizers?.includes(podFinalizer) === true ? pod.metadata.annotations?.[memoAnnotation] : undefined
  }

  nodes: Runtime['nodes'] = () => this.#nodes.all()

  observe: Runtime['observe'] = task => {
    const seen = this.#pods.observation(task.taskId)
    return seen === undefined ? undefined : this.#withZone(seen)
  }

  #withZone(seen: TaskObservation): TaskObservation {
    const zone = seen.node === undefined ? undefined : this.#nodes.zoneOf(seen.node)
    return zone === undefined ? seen : { ...seen, zone }
  }

  list: Runtime['list'] = () => this.#pods.observations()

  watch: Runtime['watch'] = async (onChange, signal) => {
    this.#onChange = onChange
    await this.#users.clear()
    signal.addEventListener('abort', () => this.#users.stop(), { once: true })
    return new Promise((resolve, reject) => {
      const follow = async (): Promise<void> => {
        let isListed = false
        const events = this.client.watch(kinds.pod, {
          labelSelector: `${labels.instance}=${this.#options.instance},${labels.taskId}`,
          signal,
          onError: error => this.#options.onProblem?.('watching pods', error),
        })
        for await (const event of events) {
          try {
            for (const task of this.#pods.accept(event)) onChange(task)
          } catch (error) {
            // A pod that cannot be read must not end the watch of all others; before there is a first list, the caller tries again.
            if (!isListed) throw error
            this.#options.onProblem?.('reading pods', error)
          }
          isListed ||= event.is === 'listed'
          if (isListed) resolve()
        }
        signal.throwIfAborted()
      }
      follow().catch(reject)
      void this.#followNodes(signal)
    })
  }

  /** Apart from the tasks' own watch: they run whether or not their machines are known. Goes on by itself; ends with the signal. */
  async #followNodes(signal: AbortSignal): Promise<void> {
    const onError = (error: unknown): void => this.#options.onProblem?.('watching nodes', error)
    try {
      for await (const event of this.client.watch(kinds.node, { signal, onError })) this.#nodes.accept(event)
    } catch (error) {
      onError(error)
    }
  }

  logs: Runtime['logs'] = async (task, { container, tail }) => {
    const pod = await this.#find(task)
    if (pod === undefined) return []
    const { name, namespace } = nameOf(pod)
    const lines: string[] = []
    try {
      for await (const line of this.client.logs({ name, namespace }, { container: dnsLabelOf(container), tail })) lines.push(line)
    } catch (error) {
      // 400: the container has not started.
      if (!(error instanceof KubeError) || (error.status !== 404 && error.status !== 400)) throw error
    }
    return lines
  }

  exec: Runtime['exec'] = async (task, command) => {
    const pod = await this.#find(task)
    if (pod === undefined) throw new ExecRefused('The task does not run.')
    return execInPod(this.client, nameOf(pod), command, this.#options.clock)
  }

  /** From what was seen; else from the server, for a start that the watch did not tell of yet. */
  async #find({ taskId, namespace }: TaskRef): Promise<Pod | undefined> {
    const known = this.#pods.pod(taskId)
    if (known !== undefined) return known
    const labelSelector = `${labels.instance}=${this.#options.instance},${labels.taskId}=${taskId}`
    const { items } = await this.client.list(kinds.pod, { namespace, labelSelector })
    return items[0]
  }
}

const nameOf = ({ metadata }: Pod): { readonly name: string; readonly namespace: string } => ({
  name: metadata?.name ?? '',
  namespace: metadata?.namespace ?? '',
})

const ofSame = ({ metadata }: Pod): { readonly uid?: string } => (metadata?.uid === undefined ? {} : { uid: metadata.uid })

/** The pod is gone and another has its name. */
const ignoreReplaced = (error: unknown): void => {
  if (!(error instanceof KubeError) || error.status !== 409) throw error
}

/** What the same pod will be answered however often it is sent. */
const isRefusal = (error: unknown): boolean =>
  error instanceof KubeError &&
  (error.status === 422 || error.status === 400 || (error.status === 403 && /violates PodSecurity|denied the request/.test(error.message)))
