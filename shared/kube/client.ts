import type { ExecOptions, KubeExec } from './exec.ts'
import type { Kind, KubeObject, Manifest } from './objects.ts'

/**
 * A Kubernetes API client, small and typed. Every call throws `KubeError`, or the signal's reason once it is
 * aborted. Calls that may be repeated without harm are, a few times, when the server is away for a moment or asks
 * to wait. https://kubernetes.io/docs/reference/using-api/api-concepts/
 */
export interface KubeClient {
  /** The API server's address. */
  readonly server: string
  /** The server's version, such as `v1.34.4`. */
  version(options?: CallOptions): Promise<string>
  get<T extends KubeObject>(kind: Kind<T>, name: ObjectName, options?: CallOptions): Promise<T>
  /** As `get`; undefined when there is none. */
  find<T extends KubeObject>(kind: Kind<T>, name: ObjectName, options?: CallOptions): Promise<T | undefined>
  /** Every object, all pages. Items carry apiVersion and kind. */
  list<T extends KubeObject>(
    kind: Kind<T>,
    options?: ListOptions,
  ): Promise<{ readonly items: readonly T[]; readonly resourceVersion: string }>
  /** Repeated only when it certainly did not arrive. */
  create<T extends Manifest>(object: T, options?: WriteOptions): Promise<T>
  /** Server-side apply. Custom kinds are found by discovery. https://kubernetes.io/docs/reference/using-api/server-side-apply/ */
  apply<T extends Manifest>(object: T, options: WriteOptions & { readonly fieldManager: string; readonly force?: boolean }): Promise<T>
  patch<T extends KubeObject>(kind: Kind<T>, name: ObjectName, patch: Patch, options?: WriteOptions): Promise<T>
  /** Asks for deletion. False when there was none. */
  remove<T extends KubeObject>(kind: Kind<T>, name: ObjectName, options?: RemoveOptions): Promise<boolean>
  /** As `remove`, for an object of any kind, such as one of a list of manifests. */
  removeObject(object: Manifest, options?: RemoveOptions): Promise<boolean>
  /**
   * What there is, then what changes, until the signal: then it ends without an error. Reconnects and lists again by
   * itself. `listed` comes first and again whenever changes may have been missed: it replaces all that was known.
   */
  watch<T extends KubeObject>(kind: Kind<T>, options: WatchOptions): AsyncIterable<WatchEvent<T>>
  /** A container's log by lines, without line ends. */
  logs(name: ObjectName & { readonly namespace: string }, options?: LogOptions): AsyncIterable<string>
  /**
   * An HTTP request to a port of a Service, through the API server: what nothing publishes is reached by whoever may
   * administer the cluster. Resolves with the body's text. A status of 400 and above is a `KubeError` with that status.
   * https://kubernetes.io/docs/tasks/access-application-cluster/access-cluster-services/
   */
  callService(service: ServicePort, request: ServiceRequest, options?: CallOptions): Promise<string>
  /** As `callService` with GET, by lines as they come, until the signal. */
  streamService(
    service: ServicePort,
    path: string,
    options?: { readonly signal?: AbortSignal; readonly headers?: Readonly<Record<string, string>> },
  ): AsyncIterable<string>
  /**
   * A token of a service account, good for an audience alone and for ten minutes.
   * https://kubernetes.io/docs/reference/kubernetes-api/authentication-resources/token-request-v1/
   */
  serviceAccountToken(account: ObjectName & { readonly namespace: string }, audience: string, options?: CallOptions): Promise<string>
  /**
   * Runs a command in a container, on a terminal. Resolves once the server has accepted it: that it cannot be run is told
   * by how it ends. https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.34/#-strong-exec-strong-
   */
  exec(name: ObjectName & { readonly namespace: string }, options: ExecOptions): Promise<KubeExec>
  /** Closes idle connections. Calls that are under way go on. */
  close(): void
}

export interface ServicePort {
  readonly namespace: string
  readonly name: string
  /** The port's name or number. */
  readonly port: string | number
}

export interface ServiceRequest {
  readonly method: 'GET' | 'POST'
  /** With its query. */
  readonly path: string
  /** JSON. */
  readonly body?: string
  readonly headers?: Readonly<Record<string, string>>
}

export interface ObjectName {
  readonly name: string
  /** For namespaced kinds. */
  readonly namespace?: string
}

export interface CallOptions {
  readonly signal?: AbortSignal
  /** For one try; 30,000 unless told. */
  readonly timeoutMs?: number
}

export interface WriteOptions extends CallOptions {
  readonly fieldManager?: string
  readonly dryRun?: boolean
  /** Such as `status` or `resize`. */
  readonly subresource?: string
}

export interface SelectOptions {
  /** All namespaces unless told. */
  readonly namespace?: string
  readonly labelSelector?: string
  readonly fieldSelector?: string
}

export type ListOptions = CallOptions & SelectOptions

export interface RemoveOptions extends CallOptions {
  readonly gracePeriodSeconds?: number
  readonly propagationPolicy?: 'Foreground' | 'Background' | 'Orphan'
  /** Only when it is still the object of that uid; else KubeError Conflict. */
  readonly uid?: string
}

export type Patch =
  /** RFC 7386 */
  | { readonly merge: object }
  /** RFC 6902 */
  | { readonly json: readonly JsonPatchStep[] }
  /** Kubernetes' own: lists are merged by key. */
  | { readonly strategic: object }

export type JsonPatchStep =
  | { readonly op: 'add' | 'replace' | 'test'; readonly path: string; readonly value: unknown }
  | { readonly op: 'remove'; readonly path: string }

export interface WatchOptions extends SelectOptions {
  readonly signal: AbortSignal
  /** Told of each failure; the watch goes on by itself. */
  readonly onError?: (error: unknown) => void
}

export type WatchEvent<T> =
  | { readonly is: 'listed'; readonly items: readonly T[] }
  | { readonly is: 'added' | 'modified' | 'deleted'; readonly object: T }

export interface LogOptions {
  readonly container?: string
  /** Only the last lines. */
  readonly tail?: number
  readonly follow?: boolean
  /** Of the container's run before this one. */
  readonly previous?: boolean
  readonly timestamps?: boolean
  readonly sinceSeconds?: number
  readonly signal?: AbortSignal
}
