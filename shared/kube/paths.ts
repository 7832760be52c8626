import { KubeError } from './errors.ts'
import { kinds, kindOf, type Kind, type KubeObject, type Manifest } from './objects.ts'
import type { ObjectName } from './client.ts'

export type Query = Readonly<Record<string, string | number | boolean | undefined>>

/** Path of a kind's collection, or of one object; https://kubernetes.io/docs/reference/using-api/api-concepts/#resource-uris */
export function pathOf(
  kind: Kind<KubeObject>,
  where: { readonly namespace?: string | undefined; readonly name?: string; readonly subresource?: string | undefined },
  query: Query = {},
): string {
  const parts = [kind.apiVersion.includes('/') ? 'apis' : 'api', kind.apiVersion]
  if (kind.namespaced && where.namespace !== undefined) parts.push('namespaces', encodeURIComponent(where.namespace))
  parts.push(kind.plural)
  if (where.name !== undefined) parts.push(encodeURIComponent(where.name))
  if (where.subresource !== undefined) parts.push(where.subresource)
  const asked = new URLSearchParams()
  for (const [key, value] of Object.entries(query)) if (value !== undefined && value !== false) asked.set(key, String(value))
  const text = asked.toString()
  return `/${parts.join('/')}${text === '' ? '' : `?${text}`}`
}

/** Where a manifest's object lies. A namespaced one without a namespace is in `default`, as kubectl has it. */
export const whereOf = (kind: Kind<KubeObject>, manifest: Manifest): ObjectName => ({
  name: manifest.metadata.name,
  ...(kind.namespaced && { namespace: manifest.metadata.namespace ?? 'default' }),
})

const builtin: readonly Kind<KubeObject>[] = Object.values(kinds)

interface ApiResources {
  readonly resources?: readonly { readonly name: string; readonly kind: string; readonly namespaced: boolean }[]
}

/**
 * Finds kinds of manifests: those of `kinds` at once, others by asking the server, whose answer is kept once it
 * has the kind (a CRD's appears some moments after the CRD).
 */
export function kindFinder(read: (path: string, signal: AbortSignal | undefined) => Promise<ApiResources>) {
  const found = new Map<string, Kind<KubeObject>>(builtin.map(kind => [`${kind.apiVersion} ${kind.kind}`, kind]))
  return async ({ apiVersion, kind }: Manifest, signal: AbortSignal | undefined): Promise<Kind<KubeObject>> => {
    const key = `${apiVersion} ${kind}`
    const known = found.get(key)
    if (known !== undefined) return known
    const path = `/${apiVersion.includes('/') ? 'apis' : 'api'}/${apiVersion}`
    const { resources = [] } = await read(path, signal)
    const resource = resources.find(item => item.kind === kind && !item.name.includes('/'))
    if (resource === undefined)
      throw new KubeError(`The Kubernetes API does not know the kind ${kind} of ${apiVersion}`, {
        status: 404,
        reason: 'NotFound',
        request: `GET ${path}`,
      })
    const made = kindOf<KubeObject>(apiVersion, kind, resource.name, resource.namespaced)
    found.set(key, made)
    return made
  }
}
