import { isIP } from 'node:net'
import type { Manifest, Service } from '../../shared/kube/index.ts'
import { portOf } from './backend.ts'
import type { Installation } from './installation.ts'
import { metaOf, type Written } from './pod-parts.ts'

export const externalBackendName = 'backend'

interface EndpointSlice extends Manifest {
  readonly addressType: 'IPv4' | 'IPv6'
  readonly endpoints: readonly { readonly addresses: readonly string[]; readonly conditions: { readonly ready: boolean } }[]
  readonly ports: readonly { readonly name: string; readonly port: number; readonly protocol: 'TCP' }[]
}

/** A backend outside of the cluster under a name inside: by its name where it has one, else by its address. */
export const externalBackend = (installation: Installation, url: URL): readonly Manifest[] => {
  const metadata = metaOf(installation, 'traefik', externalBackendName)
  const port = { name: 'http', port: portOf(url), protocol: 'TCP' } as const
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const version = isIP(host)
  const base = { apiVersion: 'v1', kind: 'Service', metadata } as const
  if (version === 0) {
    const named: Service & Written<unknown> = { ...base, spec: { type: 'ExternalName', externalName: host, ports: [port] } }
    return [named]
  }
  const addressType = version === 6 ? 'IPv6' : 'IPv4'
  const service: Service & Written<unknown> = { ...base, spec: { ipFamilies: [addressType], ports: [port] } }
  const slice: EndpointSlice = {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { ...metadata, labels: { ...metadata.labels, 'kubernetes.io/service-name': externalBackendName } },
    addressType,
    endpoints: [{ addresses: [host], conditions: { ready: true } }],
    ports: [port],
  }
  return [service, slice]
}
