import type { CustomResourceDefinition, Manifest } from '../../shared/kube/index.ts'

/** Plural and kind of everything that Traefik's Kubernetes provider watches: it waits for all of them before it routes. */
const watched = {
  ingressroutes: 'IngressRoute',
  ingressroutetcps: 'IngressRouteTCP',
  ingressrouteudps: 'IngressRouteUDP',
  middlewares: 'Middleware',
  middlewaretcps: 'MiddlewareTCP',
  serverstransports: 'ServersTransport',
  serverstransporttcps: 'ServersTransportTCP',
  tlsoptions: 'TLSOption',
  tlsstores: 'TLSStore',
  traefikservices: 'TraefikService',
} as const

/**
 * Definitions of Traefik's custom resources without their schemas: Traefik checks what it reads by itself. A cluster
 * that has Traefik's own keeps them.
 */
export const traefikCrds: readonly (CustomResourceDefinition & Manifest)[] = Object.entries(watched).map(([plural, kind]) => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: `${plural}.traefik.io`, labels: { 'app.kubernetes.io/managed-by': 'kecs' } },
  spec: {
    group: 'traefik.io',
    scope: 'Namespaced',
    names: { kind, listKind: `${kind}List`, plural, singular: kind.toLowerCase() },
    versions: [
      {
        name: 'v1alpha1',
        served: true,
        storage: true,
        schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
      },
    ],
  },
}))
