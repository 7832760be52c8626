import { isIPv6 } from 'node:net'
import type { Manifest } from '../../shared/kube/index.ts'
import { controlPlaneName } from '../../shared/names.ts'
import type { ControlPlaneHost, Installation } from './installation.ts'
import { metaOf } from './pod-parts.ts'

export const hostEndpointsName = 'kecs-control-plane-host'

interface EndpointSlice extends Manifest {
  readonly addressType: 'IPv4' | 'IPv6'
  readonly endpoints: readonly { readonly addresses: readonly string[]; readonly conditions: { readonly ready: boolean } }[]
  readonly ports: readonly { readonly name: string; readonly port: number; readonly protocol: 'TCP' | 'UDP' }[]
}

/**
 * What makes the control plane's Service lead to this machine. The Service stays as it is, with its selector, so that
 * Kubernetes' own slice of it is there and empty: a Service may have slices of several makers.
 * https://kubernetes.io/docs/concepts/services-networking/endpoint-slices/#management
 */
export const hostEndpoints = (installation: Installation, { address, ports }: ControlPlaneHost): readonly Manifest[] => {
  const metadata = metaOf(installation, 'control-plane', hostEndpointsName)
  const slice: EndpointSlice = {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { ...metadata, labels: { ...metadata.labels, 'kubernetes.io/service-name': controlPlaneName } },
    addressType: isIPv6(address) ? 'IPv6' : 'IPv4',
    endpoints: [{ addresses: [address], conditions: { ready: true } }],
    ports: [
      ...(['api', 'admin', 'agents', 'functions'] as const).map(name => ({ name, port: ports[name], protocol: 'TCP' }) as const),
      { name: 'dns', port: ports.dns, protocol: 'UDP' },
      { name: 'dns-tcp', port: ports.dns, protocol: 'TCP' },
    ],
  }
  return [slice]
}
