import type { OutsideConfig, ServerConfig } from '../server/config.ts'
import { CliError } from '../shared/errors.ts'
import { parsePortRange } from './flags.ts'

// What the manifests, or `kecs up --legacy`, say to `kecs serve` by its environment. An empty variable is none.

type Environment = Readonly<Record<string, string | undefined>>

const given = (env: Environment, name: string): string | undefined => (env[name] === '' ? undefined : env[name])

/** The ports beside those of flags: for the agents, of which there are some only beside a cluster, for functions and for DNS. */
export const portsOf = (env: Environment): Pick<ServerConfig, 'agentPort' | 'functionsPort' | 'dnsPort'> => {
  const hasCluster = env['KECS_CONTAINER_MODE'] === 'true' || outsideOf(env) !== undefined
  const agents = hasCluster ? given(env, 'KECS_AGENT_PORT') : undefined
  const functions = given(env, 'KECS_FUNCTIONS_PORT')
  const dns = given(env, 'KECS_DNS_PORT')
  return {
    ...(agents === undefined ? {} : { agentPort: Number(agents) }),
    ...(functions === undefined ? {} : { functionsPort: Number(functions) }),
    ...(dns === undefined ? {} : { dnsPort: Number(dns) }),
  }
}

/** Of the gateway beside the control plane. */
export const gatewayConfig = (
  env: Environment,
): Pick<ServerConfig, 'listenerPorts' | 'udpListenerPorts' | 'hostPort' | 'gatewaySecret'> => {
  const secret = given(env, 'KECS_GATEWAY_SECRET')
  const listeners = given(env, 'KECS_LISTENER_PORTS')
  const udpListeners = given(env, 'KECS_UDP_LISTENER_PORTS')
  const hostPort = Number(env['KECS_HOST_PORT'] ?? 0)
  return {
    ...(listeners === undefined ? {} : { listenerPorts: parsePortRange(listeners, 'KECS_LISTENER_PORTS') }),
    ...(udpListeners === undefined ? {} : { udpListenerPorts: parsePortRange(udpListeners, 'KECS_UDP_LISTENER_PORTS') }),
    ...(hostPort > 0 ? { hostPort } : {}),
    ...(secret === undefined ? {} : { gatewaySecret: secret }),
  }
}

export const ofTheCluster = (env: Environment): Pick<ServerConfig, 'nodeDataDir' | 'registryHost'> => {
  const nodeDataDir = given(env, 'KECS_NODE_DATA_DIR')
  const registryHost = given(env, 'KECS_REGISTRY_HOST')
  return { ...(nodeDataDir === undefined ? {} : { nodeDataDir }), ...(registryHost === undefined ? {} : { registryHost }) }
}

/** The cluster that a control plane outside of it is to drive; undefined: there is none. */
export const outsideOf = (env: Environment): OutsideConfig | undefined => {
  const kubeconfig = given(env, 'KECS_KUBECONFIG')
  if (kubeconfig === undefined) return undefined
  const doorUrl = given(env, 'KECS_DOOR_URL')
  if (doorUrl !== undefined && URL.canParse(doorUrl)) return { kubeconfig, doorUrl }
  throw new CliError('KECS_KUBECONFIG is there without an address in KECS_DOOR_URL.', 'Set both, or neither: kecs up --legacy does.', {
    exitCode: 2,
  })
}
