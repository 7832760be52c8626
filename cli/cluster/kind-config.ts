import { stringify } from 'yaml'
import { doorPort } from '../../shared/names.ts'
import type { Instance } from './driver.ts'
import { clusterName } from './names.ts'
import { controllerCalls, needsRestartGate, ownSysctls, restartGate } from './node-allowances.ts'
import { apiAddress, listenerProtocols, publishedPorts } from './ports.ts'

/**
 * The file that `kind create cluster --config` gets; `image` is the node's where it is known.
 * https://kind.sigs.k8s.io/docs/user/configuration/
 * kubeadm's own settings are patched for speed: a cluster of one node elects no leader (which after a stop would wait
 * for a lease to run out), its controllers begin at once, and its etcd need not reach the disk, as what must outlive the machine is in /data. The
 * kubelet's let tasks do what container instances of ECS do.
 */
export const kindConfig = (instance: Instance, image?: string): string =>
  stringify({
    kind: 'Cluster',
    apiVersion: 'kind.x-k8s.io/v1alpha4',
    name: clusterName(instance),
    ...(needsRestartGate(image) && { featureGates: { [restartGate]: true } }),
    networking: { apiServerAddress: apiAddress, apiServerPort: instance.apiPort },
    nodes: [
      {
        role: 'control-plane',
        extraMounts: [{ hostPath: instance.dataDir, containerPath: '/data' }],
        extraPortMappings: [
          { containerPort: doorPort, hostPort: instance.port, listenAddress: instance.bind, protocol: 'TCP' },
          ...publishedPorts(instance).map(port => ({ containerPort: port, hostPort: port, listenAddress: instance.bind, protocol: 'TCP' })),
          ...listenerProtocols(instance).map(({ port, protocol }) => ({
            containerPort: port,
            hostPort: port,
            listenAddress: instance.bind,
            protocol,
          })),
        ],
        kubeadmConfigPatches: kubeadmPatches.map(patch => stringify(patch)),
      },
    ],
  })

const noElection = { 'leader-elect': 'false' }
const noSync = { 'unsafe-no-fsync': 'true' }
const listed = (args: Readonly<Record<string, string>>) => Object.entries(args).map(([name, value]) => ({ name, value }))

/** kubeadm's newer version wants lists where the older has maps; kind ignores the patch of the version that it does not use. */
const kubeadmPatches = [
  {
    apiVersion: 'kubeadm.k8s.io/v1beta3',
    kind: 'ClusterConfiguration',
    controllerManager: { extraArgs: { ...noElection, ...controllerCalls } },
    scheduler: { extraArgs: noElection },
    etcd: { local: { extraArgs: noSync } },
  },
  {
    apiVersion: 'kubeadm.k8s.io/v1beta4',
    kind: 'ClusterConfiguration',
    // A list replaces kind's own, so its entry is repeated.
    controllerManager: { extraArgs: listed({ 'enable-hostpath-provisioner': 'true', ...noElection, ...controllerCalls }) },
    scheduler: { extraArgs: listed(noElection) },
    etcd: { local: { extraArgs: listed(noSync) } },
  },
  { kind: 'KubeletConfiguration', serializeImagePulls: false, allowedUnsafeSysctls: ownSysctls },
]
