import type { ContainerDefinition, ProxyConfiguration } from '../../../aws/generated/ecs.ts'
import { nameOf, networkModeOf } from './draft.ts'
import type { Draft, Problems } from './draft.ts'

const isFilled = (list: readonly unknown[] | undefined): boolean => (list?.length ?? 0) > 0

export function* networkProblems(draft: Draft): Problems {
  const mode = networkModeOf(draft)
  for (const container of draft.containerDefinitions) {
    if (mode === 'awsvpc') yield* awsvpcProblems(container)
    if (mode === 'none' && isFilled(container.portMappings)) yield 'Port mappings are not supported when networkMode=none.'
  }
  if (draft.proxyConfiguration !== undefined) yield* proxyProblems(draft, draft.proxyConfiguration)
}

/** In awsvpc mode a task has a network interface of its own, and what Docker sets up by itself cannot be set. */
function* awsvpcProblems(container: ContainerDefinition): Problems {
  if (isFilled(container.links)) yield 'Links are not supported when networkMode=awsvpc.'
  if (isFilled(container.extraHosts)) yield 'Extra hosts are not supported on container when networkMode=awsvpc.'
  if (container.hostname !== undefined) yield 'hostname is not supported on container when networkMode=awsvpc.'
  if (container.disableNetworking === true) yield 'Disable Networking is not supported on container when networkMode=awsvpc.'
  if (isFilled(container.dnsServers)) yield 'DNS servers are not supported on container when networkMode=awsvpc.'
  if (isFilled(container.dnsSearchDomains)) yield 'DNS search domains are not supported on container when networkMode=awsvpc.'
}

/** What Envoy needs to be told, and what ECS says where it is not. Only the first text is known to be AWS'. */
const proxyProperties = [
  ['ProxyIngressPort', 'Ingress port not found'],
  ['ProxyEgressPort', 'Egress port not found'],
  ['AppPorts', 'App ports not found'],
  ['EgressIgnoredIPs', 'Egress ignored IPs not found'],
] as const

function* proxyProblems(draft: Draft, proxy: ProxyConfiguration): Problems {
  if (networkModeOf(draft) !== 'awsvpc') yield 'APPMESH proxy configuration is only supported in networkMode=awsvpc'
  if (!draft.containerDefinitions.some(container => nameOf(container) === proxy.containerName)) {
    yield `Proxy container [${proxy.containerName}] does not exist.`
  }
  const given = new Set(proxy.properties?.map(property => property.name))
  for (const [name, problem] of proxyProperties) if (!given.has(name)) yield problem
}
