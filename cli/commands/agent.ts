import type { AgentConfig } from '../../server/agent/config.ts'
import { CliError } from '../../shared/errors.ts'
import { agentAddress, agentPort, apiPort, controlPlaneName, systemNamespace, userLookupFolder } from '../../shared/names.ts'
import { defineCommand } from '../command.ts'

export const agent = defineCommand({
  name: 'agent',
  summary: 'Run the node agent (inside the cluster).',
  description:
    "Answers a node's containers at 169.254.170.2 (task metadata, credentials, task protection) and delivers what they\n" +
    'write to CloudWatch Logs. Gives containers their ulimits, devices, swap and tmpfs where the container runtime has\n' +
    'NRI. `kecs up` runs it on each node.',
  args: {},
  examples: [],
  run: async (_, host) => {
    const config = agentConfig(host.env)
    const [{ startAgent }, { giveBackProgramPages }] = await Promise.all([
      import('../../server/agent/main.ts'),
      import('../../server/process/program-pages.ts'),
    ])
    const running = await startAgent(config)
    const keepPages = giveBackProgramPages(host.clock)
    try {
      await new Promise<void>(resolve => {
        if (host.signal.aborted) resolve()
        else host.signal.addEventListener('abort', () => resolve(), { once: true })
      })
    } finally {
      keepPages()
      await running.stop()
    }
  },
})

/** The agent's configuration, which the manifests set in its environment. */
export const agentConfig = (env: Readonly<Record<string, string | undefined>>): AgentConfig => {
  const node = env['KECS_NODE_NAME']
  if (env['KECS_CONTAINER_MODE'] !== 'true' || node === undefined) {
    throw new CliError('kecs agent runs inside the cluster, on each node.', 'Use kecs up, which puts it there.', { exitCode: 2 })
  }
  const backendUrl = env['KECS_BACKEND_URL']
  // https://kubernetes.io/docs/concepts/services-networking/service/#environment-variables
  const serviceHost = env['KECS_CONTROL_PLANE_SERVICE_HOST']
  return {
    node,
    controlPlaneUrl: `http://${controlPlaneName}.${systemNamespace}:${agentPort}`,
    ...(serviceHost === undefined ? {} : { controlPlaneAddressUrl: `http://${bracketed(serviceHost)}:${agentPort}` }),
    apiUrl: `http://${controlPlaneName}.${systemNamespace}:${apiPort}`,
    ...(backendUrl === undefined || backendUrl === '' ? {} : { backendUrl }),
    tokenFile: '/var/run/secrets/kecs.dev/token',
    stateDir: '/state',
    userLookupDir: `/${userLookupFolder}`,
    podLogsDir: '/var/log/pods',
    containerLogsDir: '/var/log/containers',
    cgroupDir: '/host/cgroup',
    procDir: '/proc',
    sysNetDir: '/sys/class/net',
    nriSocket: '/var/run/nri/nri.sock',
    devicesDir: '/host/dev',
    address: agentAddress,
    port: 80,
    logLevel: env['KECS_LOG_LEVEL'] === 'debug' ? 'debug' : 'info',
  }
}

const bracketed = (address: string): string => (address.includes(':') ? `[${address}]` : address)
