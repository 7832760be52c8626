import type { Deployment, Manifest, Role, RoleBinding, Secret, Service, ServiceAccount } from '../../shared/kube/index.ts'
import {
  accessLogsPath,
  adminPort,
  controlPlaneName,
  configurationPath,
  connectPorts,
  doorPort,
  gatewayLogPath,
  gatewayPort,
  gatewaySecretHeader,
  gatewayService,
  images,
  systemNamespace,
  tcpEntryPoint,
  udpEntryPoint,
  unpublishedListenerPorts,
} from '../../shared/names.ts'
import { listenerProtocols, udpListenerRange } from '../cluster/ports.ts'
import { pluginArguments, pluginMount, pluginSource, pluginStamp, pluginVolume } from './gateway-plugin.ts'
import { gatewaySecretKey, gatewaySecretName, type Installation } from './installation.ts'
import { containerSecurity, deploymentOf, gatewaySecretVariable, metaOf, scratchVolume, selectorOf } from './pod-parts.ts'

const nobody = { uid: 65_532, gid: 65_532 }

/** The gateway: the only door. https://doc.traefik.io/traefik/v3.6/reference/install-configuration/ */
export const traefik = (installation: Installation): readonly Manifest[] => [
  account(installation),
  role(installation),
  binding(installation),
  pluginSource(installation),
  ...secret(installation),
  deployment(installation),
  door(installation),
  own(installation),
]

const account = (installation: Installation): ServiceAccount & Manifest => ({
  apiVersion: 'v1',
  kind: 'ServiceAccount',
  metadata: metaOf(installation, 'traefik', 'traefik'),
})

const secret = (installation: Installation): readonly (Secret & Manifest)[] =>
  installation.gatewaySecret === undefined
    ? []
    : [
        {
          apiVersion: 'v1',
          kind: 'Secret',
          metadata: metaOf(installation, 'traefik', gatewaySecretName),
          type: 'Opaque',
          stringData: { [gatewaySecretKey]: installation.gatewaySecret },
        },
      ]

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

const portsIn = ({ first, last }: { readonly first: number; readonly last: number }): readonly number[] =>
  Array.from({ length: Math.max(0, last - first + 1) }, (_, at) => first + at)

const listenerPorts = ({ instance }: Installation): readonly number[] => [
  ...portsIn(instance.listenerPorts),
  ...portsIn(unpublishedListenerPorts),
]

const udpListenerPorts = ({ instance }: Installation): readonly number[] => [
  ...portsIn(udpListenerRange(instance)),
  ...portsIn(unpublishedListenerPorts),
]

/** Entry points cannot be added while the gateway runs: each port that a listener may get has one for TCP, and one for UDP where that may be. */
const listenerEntryPoints = (port: number): readonly string[] => {
  const tcp = `--entrypoints.${tcpEntryPoint(port)}`
  return [
    `${tcp}.address=:${port}`,
    // As load balancers on AWS do: paths are left as they are, what clients say of earlier hops stays, and long uploads are let be.
    `${tcp}.http.sanitizepath=false`,
    `${tcp}.http.maxheaderbytes=${maxHeaderBytes}`,
    `${tcp}.forwardedheaders.insecure=true`,
    `${tcp}.transport.respondingtimeouts.readtimeout=0`,
    `${tcp}.observability.accesslogs=false`,
  ]
}

/** Of a request's header as a whole, on AWS. https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html */
const maxHeaderBytes = 65_536

/** Each endpoint of Service Connect has one to itself, whatever hosts its requests name. */
const connectEntryPoint = (port: number): readonly string[] => {
  const entryPoint = `--entrypoints.${tcpEntryPoint(port)}`
  return [
    `${entryPoint}.address=:${port}`,
    `${entryPoint}.http.sanitizepath=false`,
    `${entryPoint}.forwardedheaders.insecure=true`,
    `${entryPoint}.transport.respondingtimeouts.readtimeout=0`,
    `${entryPoint}.transport.respondingtimeouts.idletimeout=${connectIdleSeconds}s`,
    `${entryPoint}.observability.metrics=false`,
  ]
}

/** AWS' default for connections that nobody uses. */
const connectIdleSeconds = 300

/** One of Traefik's logs, as the control plane is told of it. */
const exported = ({ gatewaySecret }: Installation, log: string, path: string): readonly string[] => [
  `--${log}.otlp.http.endpoint=http://${controlPlaneName}.${systemNamespace}:${adminPort}${path}`,
  // Kubernetes puts the variable's value there.
  ...(gatewaySecret === undefined ? [] : [`--${log}.otlp.http.headers.${gatewaySecretHeader}=$(KECS_GATEWAY_SECRET)`]),
]

const settings = (installation: Installation): readonly string[] => [
  '--global.checknewversion=false',
  '--global.sendanonymoususage=false',
  `--entrypoints.aws.address=:${doorPort}`,
  // A call may take its time (waiters, large objects): the client's patience decides, not the gateway's.
  '--entrypoints.aws.transport.respondingtimeouts.readtimeout=0',
  `--entrypoints.ping.address=:${gatewayPort}`,
  '--ping=true',
  '--ping.entrypoint=ping',
  // Requests of load balancers and their target groups; nothing else is asked for, so nothing else is told apart.
  '--metrics.prometheus=true',
  '--metrics.prometheus.entrypoint=ping',
  '--metrics.prometheus.addentrypointslabels=false',
  '--metrics.prometheus.addrouterslabels=true',
  '--metrics.prometheus.addserviceslabels=true',
  '--metrics.prometheus.buckets=1',
  // Who answered, as the plugin says. No entry point that leaves clients this header may count.
  '--metrics.prometheus.headerlabels.from=X-Kecs-From',
  '--entrypoints.aws.observability.metrics=false',
  '--entrypoints.ping.observability.metrics=false',
  // Routers of load balancers with access logs turn them on for themselves.
  '--entrypoints.aws.observability.accesslogs=false',
  '--entrypoints.ping.observability.accesslogs=false',
  '--experimental.otlplogs=true',
  '--accesslog=true',
  '--accesslog.format=json',
  ...['User-Agent', 'X-Amzn-Trace-Id', 'X-Kecs-From', 'Location'].map(name => `--accesslog.fields.headers.names.${name}=keep`),
  ...exported(installation, 'accesslog', accessLogsPath),
  // Connections that it could not make, which it tells in no other way.
  ...exported(installation, 'log', gatewayLogPath),
  '--providers.kubernetescrd=true',
  `--providers.kubernetescrd.namespaces=${systemNamespace}`,
  '--providers.kubernetescrd.disableclusterscoperesources=true',
  '--providers.kubernetescrd.allowexternalnameservices=true',
  // What is away for a moment answers 503, which SDKs try again, rather than 404.
  '--providers.kubernetescrd.allowemptyservices=true',
  '--providers.providersthrottleduration=50ms',
  // Load balancers: what the control plane computes of them.
  `--providers.http.endpoint=http://${controlPlaneName}.${systemNamespace}:${adminPort}${configurationPath}`,
  // Kubernetes puts the variable's value there.
  ...(installation.gatewaySecret === undefined ? [] : [`--providers.http.headers.${gatewaySecretHeader}=$(KECS_GATEWAY_SECRET)`]),
  // A connection made before kube-proxy knew the Service ends at somebody else, and must not be used again.
  '--providers.http.headers.Connection=close',
  '--providers.http.pollinterval=100ms',
  '--providers.http.polltimeout=2s',
  ...listenerPorts(installation).flatMap(listenerEntryPoints),
  ...udpListenerPorts(installation).map(port => `--entrypoints.${udpEntryPoint(port)}.address=:${port}/udp`),
  ...portsIn(connectPorts).flatMap(connectEntryPoint),
  ...pluginArguments,
  '--log.level=INFO',
  '--log.nocolor=true',
]

const deployment = (installation: Installation): Deployment & Manifest =>
  deploymentOf(installation, {
    component: 'traefik',
    name: 'traefik',
    annotations: pluginStamp,
    runAs: nobody,
    pod: {
      serviceAccountName: 'traefik',
      terminationGracePeriodSeconds: 5,
      containers: [
        {
          name: 'traefik',
          image: images.traefik,
          workingDir: '/',
          imagePullPolicy: 'IfNotPresent',
          args: [...settings(installation)],
          env: [
            ...gatewaySecretVariable(installation),
            // What exports access logs asks who runs it, which there is no file to tell, and which pod it is, which it may not ask.
            { name: 'USER', value: 'traefik' },
            { name: 'HOME', value: '/tmp' },
            { name: 'KECS_POD_NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
            { name: 'OTEL_RESOURCE_ATTRIBUTES', value: 'k8s.pod.name=$(KECS_POD_NAME)' },
          ],
          ports: [
            {
              name: 'aws',
              containerPort: doorPort,
              protocol: 'TCP',
              ...(installation.exposure === 'host-port' ? { hostPort: doorPort } : {}),
            },
            { name: 'ping', containerPort: gatewayPort, protocol: 'TCP' },
            ...listenerProtocols(installation.instance).map(({ port, protocol }) => ({
              name: `${protocol.toLowerCase()}-${port}`,
              containerPort: port,
              protocol,
              ...(installation.exposure === 'host-port' ? { hostPort: port } : {}),
            })),
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
          volumeMounts: [{ name: 'tmp', mountPath: '/tmp' }, pluginMount],
        },
      ],
      volumes: [scratchVolume, pluginVolume],
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

/** Where the control plane asks the gateway which configuration it applies. */
const own = (installation: Installation): Service & Manifest => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: metaOf(installation, 'traefik', gatewayService),
  spec: { selector: selectorOf('traefik'), ports: [{ name: 'ping', port: gatewayPort, targetPort: 'ping', protocol: 'TCP' }] },
})
