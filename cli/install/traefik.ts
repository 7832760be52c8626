import type { Deployment, Manifest, Role, RoleBinding, Service, ServiceAccount } from '../../shared/kube/index.ts'
import { doorPort, images, systemNamespace } from '../../shared/names.ts'
import type { Installation } from './installation.ts'
import { containerSecurity, labelsOf, metaOf, podSecurity, scratchVolume, selectorOf, tolerations } from './pod-parts.ts'

/** Inside the pod: its answers to probes. */
const pingPort = 8082
const nobody = { uid: 65_532, gid: 65_532 }

/** The gateway: the only door. https://doc.traefik.io/traefik/v3.6/reference/install-configuration/ */
export const traefik = (installation: Installation): readonly Manifest[] => [
  account(installation),
  role(installation),
  binding(installation),
  deployment(installation),
  door(installation),
]

const account = (installation: Installation): ServiceAccount & Manifest => ({
  apiVersion: 'v1',
  kind: 'ServiceAccount',
  metadata: metaOf(installation, 'traefik', 'traefik'),
})

const watch = ['get', 'list', 'watch']

/** In our namespace alone: routes elsewhere in the cluster are not this gateway's. */
const role = (installation: Installation): Role & Manifest => ({
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'Role',
  metadata: metaOf(installation, 'traefik', 'traefik'),
  rules: [
    { apiGroups: [''], resources: ['services', 'secrets', 'configmaps'], verbs: watch },
    { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: watch },
    { apiGroups: ['traefik.io'], resources: ['*'], verbs: watch },
  ],
})

const binding = (installation: Installation): RoleBinding & Manifest => ({
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'RoleBinding',
  metadata: metaOf(installation, 'traefik', 'traefik'),
  roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'traefik' },
  subjects: [{ kind: 'ServiceAccount', name: 'traefik', namespace: systemNamespace }],
})

const settings = [
  '--global.checknewversion=false',
  '--global.sendanonymoususage=false',
  `--entrypoints.aws.address=:${doorPort}`,
  // A call may take its time (waiters, large objects): the client's patience decides, not the gateway's.
  '--entrypoints.aws.transport.respondingtimeouts.readtimeout=0',
  `--entrypoints.ping.address=:${pingPort}`,
  '--ping=true',
  '--ping.entrypoint=ping',
  '--providers.kubernetescrd=true',
  `--providers.kubernetescrd.namespaces=${systemNamespace}`,
  '--providers.kubernetescrd.disableclusterscoperesources=true',
  '--providers.kubernetescrd.allowexternalnameservices=true',
  // What is away for a moment answers 503, which SDKs try again, rather than 404.
  '--providers.kubernetescrd.allowemptyservices=true',
  '--providers.providersthrottleduration=50ms',
  '--log.level=INFO',
  '--log.nocolor=true',
]

const deployment = (installation: Installation): Deployment & Manifest => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: metaOf(installation, 'traefik', 'traefik'),
  spec: {
    replicas: 1,
    // Two pods cannot hold one port of a node.
    strategy: { type: 'Recreate' },
    selector: { matchLabels: selectorOf('traefik') },
    template: {
      metadata: { labels: labelsOf(installation, 'traefik') },
      spec: {
        serviceAccountName: 'traefik',
        securityContext: podSecurity(nobody),
        tolerations,
        enableServiceLinks: false,
        terminationGracePeriodSeconds: 5,
        containers: [
          {
            name: 'traefik',
            image: images.traefik,
            imagePullPolicy: 'IfNotPresent',
            args: settings,
            ports: [
              {
                name: 'aws',
                containerPort: doorPort,
                protocol: 'TCP',
                ...(installation.exposure === 'host-port' ? { hostPort: doorPort } : {}),
              },
              { name: 'ping', containerPort: pingPort, protocol: 'TCP' },
            ],
            readinessProbe: { httpGet: { path: '/ping', port: 'ping' }, periodSeconds: 1, timeoutSeconds: 2, failureThreshold: 3 },
            livenessProbe: {
              httpGet: { path: '/ping', port: 'ping' },
              initialDelaySeconds: 10,
              periodSeconds: 10,
              timeoutSeconds: 5,
              failureThreshold: 3,
            },
            resources: { requests: { cpu: '50m', memory: '48Mi' } },
            securityContext: { ...containerSecurity, readOnlyRootFilesystem: true },
            volumeMounts: [{ name: 'tmp', mountPath: '/tmp' }],
          },
        ],
        volumes: [scratchVolume],
      },
    },
  },
})

export const doorService = 'aws'

/** The door inside the cluster. It answers on the host's port too, so that one address is right from both sides. */
const door = (installation: Installation): Service & Manifest => {
  const { port } = installation.instance
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: metaOf(installation, 'traefik', doorService),
    spec: {
      type: installation.exposure === 'node-port' ? 'NodePort' : 'ClusterIP',
      selector: selectorOf('traefik'),
      ports: [
        { name: 'aws', port: doorPort, targetPort: 'aws', protocol: 'TCP' },
        ...(port === doorPort ? [] : [{ name: 'aws-host', port, targetPort: 'aws', protocol: 'TCP' }]),
      ],
    },
  }
}
