import { doorPort, labels } from '../../shared/names.ts'
import type { Instance } from './driver.ts'
import type { DriverParts } from './drivers.ts'
import { clusterName } from './names.ts'
import { controllerCalls, needsRestartGate, ownSysctls, restartGate } from './node-allowances.ts'
import { apiAddress, udpListenerRange } from './ports.ts'

/** The k3s that is tested; k3d's own default changes with its version. */
const k3sImage = 'rancher/k3s:v1.34.4-k3s1'

/** What k3s brings and kecs has no use for: each costs a pod, or work at every start. */
const disabled = ['=traefik', '=servicelb', '=metrics-server', '=local-storage', '-helm-controller', '-network-policy'] as const

/**
 * Arguments of `k3d cluster create`. The door goes through k3d's load balancer, as the design has it; the range for
 * tasks and the one for listeners go straight to the node: the balancer would open each port at once, and end connections to those unused.
 * https://k3d.io/stable/usage/commands/k3d_cluster_create/
 */
export const createArguments = (instance: Instance, env: DriverParts['env']): readonly string[] => {
  const image = env['KECS_K3S_IMAGE'] || k3sImage
  const flags: readonly (readonly [string, string])[] = [
    ['--image', image],
    ['--api-port', `${apiAddress}:${instance.apiPort}`],
    ['--port', `${instance.bind}:${instance.port}:${doorPort}@loadbalancer`],
    ...published(instance, instance.publishedPorts, ''),
    ...published(instance, instance.listenerPorts, ''),
    ...published(instance, udpListenerRange(instance), '/udp'),
    ['--volume', `${instance.dataDir}:/data@server:0`],
    ['--runtime-label', `${labels.instance}=${instance.name}@server:0`],
    ...[...disabled.map(what => `--disable${what}`), ...allowances(image)].map(arg => ['--k3s-arg', `${arg}@server:0`] as const),
  ]
  // The user's own kubeconfig is theirs: `kecs kubeconfig` prints this cluster's.
  const apart = ['--kubeconfig-update-default=false', '--kubeconfig-switch-context=false', '--wait']
  return ['cluster', 'create', clusterName(instance), ...flags.flat(), ...apart]
}

/** https://docs.k3s.io/cli/server#customized-flags-for-kubernetes-processes */
const allowances = (image: string): readonly string[] => {
  const gated = needsRestartGate(image)
    ? ['kube-apiserver', 'kubelet'].map(program => `--${program}-arg=feature-gates=${restartGate}=true`)
    : []
  const calls = Object.entries(controllerCalls).map(([name, value]) => `--kube-controller-manager-arg=${name}=${value}`)
  return [...gated, `--kubelet-arg=allowed-unsafe-sysctls=${ownSysctls.join(',')}`, ...calls]
}

const published = ({ bind }: Instance, { first, last }: Instance['publishedPorts'], protocol: '' | '/udp') => {
  const range = first === last ? `${first}` : `${first}-${last}`
  return last < first ? [] : ([['--port', `${bind}:${range}:${range}${protocol}@server:0:direct`]] as const)
}
