import { createHash } from 'node:crypto'
import { writeKeys } from '../../shared/access-keys.ts'
import type { Deployment, Manifest, Secret, Service, ServiceAccount } from '../../shared/kube/index.ts'
import {
  adminName,
  adminPort,
  agentPort,
  apiPort,
  controlPlaneName,
  dnsPort,
  doorHost,
  doorPort,
  functionsPort,
  labelPrefix,
  systemNamespace,
  zonesPort,
} from '../../shared/names.ts'
import { udpListenerRange } from '../cluster/ports.ts'
import { backendOf } from './backend.ts'
import { hostEndpoints } from './host-endpoints.ts'
import { registryHost, type Installation } from './installation.ts'
import { localstackPort } from './localstack.ts'
import { containerSecurity, dataVolume, deploymentOf, gatewaySecretVariable, metaOf, scratchVolume, selectorOf } from './pod-parts.ts'

/** The control plane: AWS API and reconcilers. One pod at a time, as the state has one writer; none where it is outside of the cluster. */
export const controlPlane = (installation: Installation): readonly Manifest[] => [
  account(installation, controlPlaneName),
  account(installation, adminName),
  ...keysSecret(installation),
  ...(installation.host === undefined ? [deployment(installation)] : hostEndpoints(installation, installation.host)),
  service(installation),
]

const account = (installation: Installation, name: string): ServiceAccount & Manifest => ({
  apiVersion: 'v1',
  kind: 'ServiceAccount',
  metadata: metaOf(installation, 'control-plane', name),
  // A pod that wants a token names it.
  ...(name === adminName ? { automountServiceAccountToken: false } : {}),
})

const deployment = (installation: Installation): Deployment & Manifest =>
  deploymentOf(installation, {
    component: 'control-plane',
    name: controlPlaneName,
    annotations: annotationsOf(installation),
    runAs: installation.owner,
    pod: {
      serviceAccountName: controlPlaneName,
      // Long enough for a last commit; what was acknowledged is on disk already.
      terminationGracePeriodSeconds: 10,
      containers: [
        {
          name: 'control-plane',
          image: installation.instance.image,
          imagePullPolicy: 'IfNotPresent',
          args: ['serve'],
          env: environment(installation),
          ports: [
            { name: 'api', containerPort: apiPort, protocol: 'TCP' },
            { name: 'admin', containerPort: adminPort, protocol: 'TCP' },
            { name: 'agents', containerPort: agentPort, protocol: 'TCP' },
            { name: 'functions', containerPort: functionsPort, protocol: 'TCP' },
            { name: 'dns', containerPort: zonesPort, protocol: 'UDP' },
            { name: 'dns-tcp', containerPort: zonesPort, protocol: 'TCP' },
          ],
          // Ready counts in seconds; alive is asked rarely, and given time, as a restart costs more than a pause.
          readinessProbe: {
            httpGet: { path: '/ready?for=answers', port: 'admin' },
            periodSeconds: 1,
            timeoutSeconds: 2,
            failureThreshold: 3,
          },
          livenessProbe: {
            httpGet: { path: '/health', port: 'admin' },
            initialDelaySeconds: 10,
            periodSeconds: 10,
            timeoutSeconds: 5,
            failureThreshold: 6,
          },
          resources: { requests: { cpu: '50m', memory: '96Mi' } },
          securityContext: { ...containerSecurity, readOnlyRootFilesystem: true },
          volumeMounts: [
            { name: 'data', mountPath: '/data' },
            { name: 'tmp', mountPath: '/tmp' },
          ],
        },
      ],
      volumes: [dataVolume(installation), scratchVolume],
    },
  })

/** What makes the pod another one though its specification is the same. */
const annotationsOf = (installation: Installation): Record<string, string> => ({
  ...imageAnnotation(installation).annotations,
  // A pod does not see that a secret in its environment changed.
  ...(installation.instance.keys === undefined ? {} : { [`${labelPrefix}/keys`]: digestOf(writeKeys(installation.instance.keys)) }),
})

const digestOf = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 16)

const keysName = 'kecs-keys'

const keysSecret = (installation: Installation): readonly (Secret & Manifest)[] =>
  installation.instance.keys === undefined
    ? []
    : [
        {
          apiVersion: 'v1',
          kind: 'Secret',
          metadata: metaOf(installation, 'control-plane', keysName),
          type: 'Opaque',
          stringData: { keys: writeKeys(installation.instance.keys) },
        },
      ]

/** A checkout's image keeps its name when it is built anew: only this tells that a pod is of an older one. */
export const imageAnnotation = ({ imageId }: Installation): { readonly annotations?: Record<string, string> } =>
  imageId === undefined ? {} : { annotations: { [`${labelPrefix}/image-id`]: imageId } }

/** Where the backend is for the pods of kecs; empty where there is none. */
export const backendUrlOf = ({ instance }: Installation): string => {
  const backend = backendOf(instance.backend)
  if (backend.kind === 'url') return backend.url.origin
  return backend.kind === 'image' ? `http://localstack.${systemNamespace}:${localstackPort}` : ''
}

const environment = (installation: Installation) => {
  const { instance } = installation
  return [
    { name: 'KECS_CONTAINER_MODE', value: 'true' },
    { name: 'KECS_DATA_DIR', value: '/data' },
    { name: 'KECS_BACKEND_URL', value: backendUrlOf(installation) },
    { name: 'KECS_AGENT_PORT', value: String(agentPort) },
    { name: 'KECS_FUNCTIONS_PORT', value: String(functionsPort) },
    { name: 'KECS_DNS_PORT', value: String(zonesPort) },
    ...Object.entries(instanceSettings(installation)).map(([name, value]) => ({ name, value })),
    ...gatewaySecretVariable(installation),
    ...(instance.keys === undefined ? [] : [{ name: 'KECS_KEYS', valueFrom: { secretKeyRef: { name: keysName, key: 'keys' } } }]),
    // Where libraries of the binary unpack what they carry: all else is read-only.
    { name: 'HOME', value: '/tmp' },
  ]
}

/** What a control plane is told by its environment, wherever it runs. */
export const instanceSettings = (installation: Installation): Readonly<Record<string, string>> => {
  const { instance, data } = installation
  const range = ({ first, last }: typeof instance.publishedPorts) => (last < first ? '' : `${first}-${last}`)
  return {
    // Volumes of tasks that outlive them are folders there; a claim's folder is known to its own pod alone.
    KECS_NODE_DATA_DIR: data.is === 'folder' ? data.path : '',
    KECS_INSTANCE: instance.name,
    KECS_ENDPOINT_FOR_TASKS: `http://${doorHost}:${doorPort}`,
    KECS_REGISTRY_HOST: registryHost(installation) ?? '',
    KECS_PUBLISHED_PORTS: range(instance.publishedPorts),
    // Where a cluster was there before, nothing of it is published.
    KECS_LISTENER_PORTS: instance.driver === 'context' ? '' : range(instance.listenerPorts),
    KECS_UDP_LISTENER_PORTS: instance.driver === 'context' ? '' : range(udpListenerRange(instance)),
    KECS_HOST_PORT: String(instance.port),
    ...(instance.allowReset === true ? { KECS_ALLOW_RESET: 'true' } : {}),
    ...(instance.unknownRoles === undefined ? {} : { KECS_UNKNOWN_ROLES: instance.unknownRoles }),
    ...(instance.traces === undefined ? {} : { OTEL_EXPORTER_OTLP_ENDPOINT: instance.traces }),
    ...(instance.keys === undefined ? {} : { KECS_AUTH: 'strict' }),
    // JavaScriptCore lets garbage grow in proportion to what it takes for the machine's memory. Measured: 122 MiB after a load
    // that leaves 159 otherwise, for a fifth to a third of the calls a second; see docs/architecture.md.
    BUN_JSC_forceRAMSize: '128000000',
  }
}

const service = (installation: Installation): Service & Manifest => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: metaOf(installation, 'control-plane', controlPlaneName),
  spec: {
    selector: selectorOf('control-plane'),
    ports: [
      { name: 'api', port: apiPort, targetPort: 'api', protocol: 'TCP' },
      { name: 'admin', port: adminPort, targetPort: 'admin', protocol: 'TCP' },
      { name: 'agents', port: agentPort, targetPort: 'agents', protocol: 'TCP' },
      { name: 'functions', port: functionsPort, targetPort: 'functions', protocol: 'TCP' },
      { name: 'dns', port: dnsPort, targetPort: 'dns', protocol: 'UDP' },
      { name: 'dns-tcp', port: dnsPort, targetPort: 'dns-tcp', protocol: 'TCP' },
    ],
  },
})
