import type {
  CallOptions,
  KubeClient,
  ListOptions,
  LogOptions,
  ObjectName,
  Patch,
  ServicePort,
  RemoveOptions,
  WriteOptions,
} from './client.ts'
import { endpointOf, type KubeSource } from './endpoint.ts'
import { isNotFound, KubeError } from './errors.ts'
import { execOver, execProtocol, execQuery } from './exec.ts'
import { fromJson } from './json.ts'
import { kinds, type Kind, type KubeObject, type Manifest } from './objects.ts'
import { kindFinder, pathOf, whereOf } from './paths.ts'
import { transportTo } from './transport.ts'
import { watchKind } from './watch.ts'
import { openWebSocket } from './websocket.ts'

const pageSize = 500
/** How long the server may take to begin a command: milliseconds. */
const execTimeout = 30_000

/** Makes a client; asks nothing of the server yet. Throws `KubeConfigError` when the source cannot be used. */
export async function connect(source: KubeSource): Promise<KubeClient> {
  const endpoint = await endpointOf(source)
  const transport = transportTo(endpoint)

  const read = async <T>(path: string, options: CallOptions = {}): Promise<T> =>
    fromJson<T>(await transport.text({ method: 'GET', path, repeatable: true, signal: options.signal, timeoutMs: options.timeoutMs }))

  const findKind = kindFinder((path, signal) => read(path, signal && { signal }))

  const list = async <T extends KubeObject>(kind: Kind<T>, options: ListOptions = {}) => {
    const page = (limit: number | undefined, token: string | undefined) =>
      read<{ items?: T[]; metadata?: { resourceVersion?: string; continue?: string } }>(
        pathOf(kind, options, { labelSelector: options.labelSelector, fieldSelector: options.fieldSelector, limit, continue: token }),
        options,
      )
    const all = async (limit: number | undefined) => {
      const items: T[] = []
      for (let token: string | undefined; ;) {
        const { items: some, metadata } = await page(limit, token)
        for (const item of some ?? []) items.push({ ...item, apiVersion: kind.apiVersion, kind: kind.kind })
        token = metadata?.continue
        if (!token) return { items, resourceVersion: metadata?.resourceVersion ?? '0' }
      }
    }
    // The continuation of a slow list can expire; then everything is asked for at once.
    return all(pageSize).catch((error: unknown) => {
      if (error instanceof KubeError && error.status === 410) return all(undefined)
      throw error
    })
  }

  const remove = async (kind: Kind<KubeObject>, name: ObjectName, options: RemoveOptions = {}): Promise<boolean> => {
    const { gracePeriodSeconds, propagationPolicy, uid } = options
    const body = {
      apiVersion: 'v1',
      kind: 'DeleteOptions',
      ...(gracePeriodSeconds !== undefined && { gracePeriodSeconds }),
      ...(propagationPolicy !== undefined && { propagationPolicy }),
      ...(uid !== undefined && { preconditions: { uid } }),
    }
    try {
      await transport.text({
        method: 'DELETE',
        path: pathOf(kind, name),
        body: { type: 'application/json', text: JSON.stringify(body) },
        repeatable: true,
        signal: options.signal,
        timeoutMs: options.timeoutMs,
      })
      return true
    } catch (error) {
      if (isNotFound(error)) return false
      throw error
    }
  }

  const get = async <T extends KubeObject>(kind: Kind<T>, name: ObjectName, options?: CallOptions): Promise<T> =>
    read<T>(pathOf(kind, name), options)

  return {
    server: endpoint.server,
    get,
    list,
    remove,
    close: () => transport.close(),

    version: async options => (await read<{ gitVersion: string }>('/version', options)).gitVersion,

    find: async (kind, name, options) =>
      get(kind, name, options).catch((error: unknown) => {
        if (isNotFound(error)) return undefined
        throw error
      }),

    create: async <T extends Manifest>(object: T, options: WriteOptions = {}) => {
      const kind = await findKind(object, options.signal)
      return fromJson<T>(
        await transport.text({
          method: 'POST',
          path: pathOf(kind, { namespace: whereOf(kind, object).namespace }, writeQuery(options)),
          body: { type: 'application/json', text: JSON.stringify(object) },
          repeatable: false,
          signal: options.signal,
          timeoutMs: options.timeoutMs,
        }),
      )
    },

    apply: async <T extends Manifest>(object: T, options: WriteOptions & { readonly fieldManager: string; readonly force?: boolean }) => {
      const kind = await findKind(object, options.signal)
      return fromJson<T>(
        await transport.text({
          method: 'PATCH',
          path: pathOf(
            kind,
            { ...whereOf(kind, object), subresource: options.subresource },
            { ...writeQuery(options), force: options.force },
          ),
          // JSON is YAML.
          body: { type: 'application/apply-patch+yaml', text: JSON.stringify(object) },
          repeatable: true,
          signal: options.signal,
          timeoutMs: options.timeoutMs,
        }),
      )
    },

    patch: async <T extends KubeObject>(kind: Kind<T>, name: ObjectName, patch: Patch, options: WriteOptions = {}) =>
      fromJson<T>(
        await transport.text({
          method: 'PATCH',
          path: pathOf(kind, { ...name, subresource: options.subresource }, writeQuery(options)),
          body: patchBody(patch),
          // A merge sets what it says however often; steps on lists do not.
          repeatable: 'merge' in patch,
          signal: options.signal,
          timeoutMs: options.timeoutMs,
        }),
      ),

    removeObject: async (object, options) => {
      const kind = await findKind(object, options?.signal)
      return remove(kind, whereOf(kind, object), options)
    },

    watch: (kind, options) => watchKind(transport, () => list(kind, options), kind, options),

    exec: async ({ namespace, name }, options) => {
      const path = `${pathOf(kinds.pod, { namespace, name, subresource: 'exec' })}?${execQuery(options)}`
      return execOver(await openWebSocket(endpoint, { path, protocol: execProtocol, signal: options.signal, timeoutMs: execTimeout }))
    },

    logs: ({ namespace, name }, options: LogOptions = {}) => {
      const { container, tail, follow, previous, timestamps, sinceSeconds } = options
      const query = { container, tailLines: tail, follow, previous, timestamps, sinceSeconds }
      return transport.lines({
        method: 'GET',
        path: pathOf(kinds.pod, { namespace, name, subresource: 'log' }, query),
        repeatable: true,
        signal: options.signal,
      })
    },

    callService: (service, { method, path, body, headers }, options = {}) =>
      transport.text({
        method,
        path: servicePath(service, path),
        ...(body !== undefined && { body: { type: 'application/json', text: body } }),
        headers,
        repeatable: method === 'GET',
        signal: options.signal,
        timeoutMs: options.timeoutMs,
      }),

    streamService: (service, path, options = {}) =>
      transport.lines({
        method: 'GET',
        path: servicePath(service, path),
        headers: options.headers,
        repeatable: true,
        signal: options.signal,
      }),

    serviceAccountToken: async (account, audience, options = {}) => {
      const request = {
        apiVersion: 'authentication.k8s.io/v1',
        kind: 'TokenRequest',
        spec: { audiences: [audience], expirationSeconds: 600 },
      }
      const text = await transport.text({
        method: 'POST',
        path: pathOf(kinds.serviceAccount, { ...account, subresource: 'token' }),
        body: { type: 'application/json', text: JSON.stringify(request) },
        repeatable: true,
        signal: options.signal,
        timeoutMs: options.timeoutMs,
      })
      return fromJson<{ status: { token: string } }>(text).status.token
    },
  }
}

const servicePath = ({ namespace, name, port }: ServicePort, path: string): string =>
  `/api/v1/namespaces/${namespace}/services/${name}:${port}/proxy${path}`

const writeQuery = (options: WriteOptions) => ({ fieldManager: options.fieldManager, dryRun: options.dryRun === true ? 'All' : undefined })

function patchBody(patch: Patch): { readonly type: string; readonly text: string } {
  if ('merge' in patch) return { type: 'application/merge-patch+json', text: JSON.stringify(patch.merge) }
  if ('strategic' in patch) return { type: 'application/strategic-merge-patch+json', text: JSON.stringify(patch.strategic) }
  return { type: 'application/json-patch+json', text: JSON.stringify(patch.json) }
}
