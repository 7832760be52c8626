import type { Manifest } from '../../shared/kube/index.ts'
import { apiPort, controlPlaneName } from '../../shared/names.ts'
import { backendOf, portOf } from './backend.ts'
import { externalBackendName } from './external-backend.ts'
import type { Installation } from './installation.ts'
import { localstackPort } from './localstack.ts'
import { metaOf, type Written } from './pod-parts.ts'

/** Names by which requests say which service they are for: the JSON protocol's target, and the scope of the signature. */
const ownTargets = [
  'AmazonEC2ContainerServiceV20141113',
  'Route53AutoNaming_v20170314',
  'AnyScaleFrontendService',
  'AmazonEC2ContainerRegistry_V20150921',
]
const ownScopes = ['ecs', 'elasticloadbalancing', 'servicediscovery', 'application-autoscaling', 'ecr']

const scope = `/(${ownScopes.join('|')})/aws4_request`

/**
 * What the control plane answers. The scope is looked for in the header (`Credential=KEY/DATE/REGION/SERVICE/aws4_request,`)
 * and in the query of a presigned request: the query protocol has no target.
 * https://doc.traefik.io/traefik/v3.6/reference/routing-configuration/http/routing/rules-and-priority/
 */
export const ownRules = [
  `HeaderRegexp(\`X-Amz-Target\`, \`^(${ownTargets.join('|')})\\.\`)`,
  `HeaderRegexp(\`Authorization\`, \`Credential=[^,]*${scope}(,|\\s|$)\`)`,
  `QueryRegexp(\`X-Amz-Credential\`, \`${scope}$\`)`,
  // What a browser asks before a page's call: neither its service nor its operation is in it. Pages that are not of this
  // machine are passed on to the backend by the control plane.
  'Method(`OPTIONS`) && Path(`/`) && HeaderRegexp(`Access-Control-Request-Method`, `.`)',
  'PathPrefix(`/_kecs/`)',
  // Data channels of ECS Exec: who has a session's token is let in.
  'PathPrefix(`/v1/data-channel/ecs-execute-command-`)',
] as const

interface IngressRouteSpec {
  readonly entryPoints: readonly string[]
  readonly tls?: Readonly<Record<string, never>>
  readonly routes: readonly {
    readonly kind: 'Rule'
    readonly match: string
    readonly priority: number
    readonly services: readonly { readonly name: string; readonly port: number; readonly scheme?: string }[]
  }[]
}

/** The AWS door: ours to the control plane, all else to the backend. Without one the control plane says that there is none. */
export const awsRoute = (installation: Installation): Written<IngressRouteSpec> => ({
  apiVersion: 'traefik.io/v1alpha1',
  kind: 'IngressRoute',
  metadata: metaOf(installation, 'traefik', 'aws'),
  spec: {
    entryPoints: ['aws'],
    routes: [
      { kind: 'Rule', match: ownRules.join(' || '), priority: 1000, services: [{ name: controlPlaneName, port: apiPort }] },
      { kind: 'Rule', match: 'PathPrefix(`/`)', priority: 1, services: [backendService(installation)] },
    ],
  },
})

/**
 * The same with TLS at the same port, for clients that know no other way, such as outputs of fluent-bit. The certificate
 * is one that Traefik makes for itself.
 */
export const awsTlsRoute = (installation: Installation): Written<IngressRouteSpec> => {
  const { spec, ...route } = awsRoute(installation)
  const routes = spec.routes.map(each => ({ ...each, match: `(${each.match}) && ${anyHost}` }))
  return { ...route, metadata: metaOf(installation, 'traefik', 'aws-tls'), spec: { ...spec, routes, tls: {} } }
}

/**
 * True of every request. Of a rule with TLS that names no host Traefik warns at each change of its configuration that
 * others' TLS options may hold for it. With the host `*`, which no request has, it takes the rule's own for every name.
 */
const anyHost = '(PathPrefix(`/`) || Host(`*`))'

const backendService = ({ instance }: Installation) => {
  const backend = backendOf(instance.backend)
  if (backend.kind === 'none') return { name: controlPlaneName, port: apiPort }
  if (backend.kind === 'image') return { name: 'localstack', port: localstackPort }
  return { name: externalBackendName, port: portOf(backend.url), scheme: backend.url.protocol === 'https:' ? 'https' : 'http' }
}

/** As an object that is applied with the others. */
export const routes = (installation: Installation): readonly Manifest[] => [awsRoute(installation), awsTlsRoute(installation)]
