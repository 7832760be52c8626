import type { Deployment, Manifest, Service } from '../../shared/kube/index.ts'
import { doorHost } from '../../shared/names.ts'
import type { Installation } from './installation.ts'
import { containerSecurity, deploymentOf, metaOf, scratchVolume, selectorOf } from './pod-parts.ts'

export const localstackPort = 4566

/** LocalStack, or an image that serves as it does: every AWS API that is not ours. https://docs.localstack.cloud/references/configuration/ */
export const localstack = (installation: Installation, image: string): readonly Manifest[] => [
  deployment(installation, image),
  service(installation),
]

const deployment = (installation: Installation, image: string): Deployment & Manifest =>
  deploymentOf(installation, {
    component: 'localstack',
    name: 'localstack',
    runAs: installation.owner,
    pod: {
      automountServiceAccountToken: false,
      terminationGracePeriodSeconds: 5,
      containers: [
        {
          name: 'localstack',
          image,
          imagePullPolicy: 'IfNotPresent',
          env: environment(installation),
          ports: [{ name: 'edge', containerPort: localstackPort, protocol: 'TCP' }],
          readinessProbe: {
            httpGet: { path: '/_localstack/health', port: 'edge' },
            periodSeconds: 1,
            timeoutSeconds: 2,
            failureThreshold: 3,
          },
          livenessProbe: {
            httpGet: { path: '/_localstack/health', port: 'edge' },
            initialDelaySeconds: 30,
            periodSeconds: 15,
            timeoutSeconds: 10,
            failureThreshold: 6,
          },
          resources: { requests: { cpu: '50m', memory: '256Mi' } },
          // It unpacks programs beside its own code when a service first needs them, so its file system stays writable.
          securityContext: containerSecurity,
          volumeMounts: [
            { name: 'data', mountPath: '/var/lib/localstack' },
            { name: 'tmp', mountPath: '/tmp' },
          ],
        },
      ],
      volumes: [stateVolume(installation), scratchVolume],
    },
  })

/** Beside the control plane's on the host; in a cluster that is not ours it keeps caches alone, which need not outlive the pod. */
const stateVolume = ({ instance, data }: Installation) =>
  instance.driver === 'context' || data.is !== 'folder'
    ? { name: 'data', emptyDir: {} }
    : { name: 'data', hostPath: { path: `${data.path}/localstack`, type: 'DirectoryOrCreate' } }

const environment = ({ instance }: Installation) => [
  // Addresses that it gives out (queues, buckets) work from the host and from tasks alike.
  { name: 'LOCALSTACK_HOST', value: `${doorHost}:${instance.port}` },
  { name: 'GATEWAY_LISTEN', value: `0.0.0.0:${localstackPort}` },
  // Kept in the volume by editions that can; the community's reads it and keeps nothing.
  { name: 'PERSISTENCE', value: '1' },
  // Services load when they are first called; nothing is asked of the network at start.
  { name: 'EAGER_SERVICE_LOADING', value: '0' },
  { name: 'SKIP_SSL_CERT_DOWNLOAD', value: '1' },
  { name: 'DISABLE_EVENTS', value: '1' },
  // The cluster's DNS answers for it.
  { name: 'DNS_ADDRESS', value: '0' },
  { name: 'HOME', value: '/tmp' },
]

const service = (installation: Installation): Service & Manifest => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: metaOf(installation, 'localstack', 'localstack'),
  spec: { selector: selectorOf('localstack'), ports: [{ name: 'edge', port: localstackPort, targetPort: 'edge', protocol: 'TCP' }] },
})
