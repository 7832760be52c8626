import type { DaemonSet, Manifest, ServiceAccount } from '../../shared/kube/index.ts'
import { agentAddress, agentAudience, agentFolder, agentName } from '../../shared/names.ts'
import { backendUrlOf, imageAnnotation } from './control-plane.ts'
import type { Installation } from './installation.ts'
import { dnsConfig, labelsOf, metaOf, selectorOf } from './pod-parts.ts'

/**
 * The node agent, of the control plane's image. It is root of its container, as the kubelet's logs are root's, without
 * any capability but three: to put its address on the node's loopback interface, to open port 80 there, and to write to
 * the sockets of log routers that run as other users. It reads the
 * node's logs and control groups, sees what its devices are without a right to open one, and writes one folder of its
 * own. The container runtime asks it before containers are created: docs/decisions/0083. Kubernetes' API it cannot call: its one token is for
 * the control plane. https://kubernetes.io/docs/concepts/workloads/controllers/daemonset/
 */
export const agent = (installation: Installation): readonly Manifest[] => [account(installation), daemonSet(installation)]

const account = (installation: Installation): ServiceAccount & Manifest => ({
  apiVersion: 'v1',
  kind: 'ServiceAccount',
  metadata: metaOf(installation, 'agent', agentName),
  automountServiceAccountToken: false,
})

const daemonSet = (installation: Installation): DaemonSet & Manifest => ({
  apiVersion: 'apps/v1',
  kind: 'DaemonSet',
  metadata: metaOf(installation, 'agent', agentName),
  spec: {
    selector: { matchLabels: selectorOf('agent') },
    updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1, maxSurge: 0 } },
    template: {
      metadata: { labels: labelsOf(installation, 'agent'), ...imageAnnotation(installation) },
      spec: {
        serviceAccountName: agentName,
        automountServiceAccountToken: false,
        hostNetwork: true,
        dnsPolicy: 'ClusterFirstWithHostNet',
        dnsConfig,
        securityContext: { runAsUser: 0, runAsGroup: 0, seccompProfile: { type: 'RuntimeDefault' } },
        // Tasks may be on any node that takes pods at all, and need an agent there.
        tolerations: [{ operator: 'Exists' }],
        priorityClassName: 'system-node-critical',
        // The control plane's address: the agent has to be ready before the cluster's DNS is.
        enableServiceLinks: true,
        terminationGracePeriodSeconds: 10,
        containers: [container(installation)],
        volumes: [
          { name: 'pod-logs', hostPath: { path: '/var/log/pods', type: 'DirectoryOrCreate' } },
          { name: 'container-logs', hostPath: { path: '/var/log/containers', type: 'DirectoryOrCreate' } },
          { name: 'cgroup', hostPath: { path: '/sys/fs/cgroup', type: 'Directory' } },
          // On the node, not in the data folder: logs and addresses are the node's.
          { name: 'state', hostPath: { path: agentFolder(installation.instance.name), type: 'DirectoryOrCreate' } },
          {
            name: 'token',
            projected: { sources: [{ serviceAccountToken: { audience: agentAudience, path: 'token', expirationSeconds: 3600 } }] },
          },
          // Empty on nodes whose container runtime takes no plugins.
          { name: 'nri', hostPath: { path: '/var/run/nri', type: 'DirectoryOrCreate' } },
          { name: 'devices', hostPath: { path: '/dev', type: 'Directory' } },
          { name: 'tmp', emptyDir: {} },
        ],
      },
    },
  },
})

type PodSpec = NonNullable<NonNullable<DaemonSet['spec']>['template']['spec']>

const container = (installation: Installation): PodSpec['containers'][number] => ({
  name: 'agent',
  image: installation.instance.image,
  imagePullPolicy: 'IfNotPresent',
  args: ['agent'],
  env: [
    { name: 'KECS_CONTAINER_MODE', value: 'true' },
    { name: 'KECS_NODE_NAME', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } },
    { name: 'KECS_BACKEND_URL', value: backendUrlOf(installation) },
    { name: 'HOME', value: '/tmp' },
  ],
  // Ready once the control plane told it of the tasks; both are asked at the address that containers use.
  readinessProbe: { httpGet: probe, periodSeconds: 1, timeoutSeconds: 2, failureThreshold: 3 },
  livenessProbe: {
    tcpSocket: { host: agentAddress, port: 80 },
    initialDelaySeconds: 10,
    periodSeconds: 10,
    timeoutSeconds: 5,
    failureThreshold: 6,
  },
  resources: { requests: { cpu: '10m', memory: '64Mi' } },
  securityContext: {
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ['ALL'], add: ['NET_ADMIN', 'NET_BIND_SERVICE', 'DAC_OVERRIDE', 'SYSLOG'] },
  },
  volumeMounts: [
    { name: 'pod-logs', mountPath: '/var/log/pods', readOnly: true },
    { name: 'container-logs', mountPath: '/var/log/containers', readOnly: true },
    { name: 'cgroup', mountPath: '/host/cgroup', readOnly: true },
    { name: 'state', mountPath: '/state' },
    { name: 'token', mountPath: '/var/run/secrets/kecs.dev', readOnly: true },
    { name: 'nri', mountPath: '/var/run/nri', readOnly: true },
    { name: 'devices', mountPath: '/host/dev', readOnly: true },
    { name: 'tmp', mountPath: '/tmp' },
  ],
})

const probe = { host: agentAddress, path: '/kecs/ready', port: 80 }
