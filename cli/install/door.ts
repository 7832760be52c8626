import { kinds, type KubeClient } from '../../shared/kube/index.ts'
import { doorPort, systemNamespace } from '../../shared/names.ts'
import type { Instance } from '../cluster/driver.ts'
import { backendOf } from './backend.ts'
import { exposureOf } from './installation.ts'
import { doorService } from './traefik.ts'

/** How the AWS endpoint is reached from this machine: at an address, or after a command that the user leaves running. */
export type Door = { readonly url: string } | { readonly portForward: string }

export const doorUrl = async (kube: KubeClient, instance: Instance, signal: AbortSignal): Promise<Door> => {
  if (instance.driver !== 'context') return { url: `http://${hostOf(instance.bind)}:${instance.port}` }
  const forward = `kubectl${instance.context ? ` --context ${instance.context}` : ''} -n ${systemNamespace} port-forward service/${doorService} ${instance.port}:${doorPort}`
  if (exposureOf(kube.server, instance.bind) === 'port-forward') return { portForward: forward }
  const [service, nodes] = await Promise.all([
    kube.get(kinds.service, { name: doorService, namespace: systemNamespace }, { signal }),
    kube.list(kinds.node, { signal }),
  ])
  const port = service.spec?.ports?.find(each => each.name === 'aws')?.nodePort
  const addresses = nodes.items.flatMap(node => node.status?.addresses ?? [])
  const address = addresses.find(each => each.type === 'ExternalIP') ?? addresses.find(each => each.type === 'InternalIP')
  return port === undefined || !address ? { portForward: forward } : { url: `http://${hostOf(address.address)}:${port}` }
}

/** An address to connect to for one that was listened on. */
const hostOf = (bind: string): string => (bind === '0.0.0.0' || bind === '::' ? '127.0.0.1' : bind.includes(':') ? `[${bind}]` : bind)

/** Whether calls through the door arrive, at both places that it leads to. True for one that opens by a port-forward alone. */
export const doorAnswers = async (kube: KubeClient, instance: Instance, signal: AbortSignal): Promise<boolean> => {
  const door = await doorUrl(kube, instance, signal)
  if ('portForward' in door) return true
  const paths = ['/_kecs/health', ...(backendOf(instance.backend).kind === 'image' ? ['/_localstack/health'] : [])]
  const answers = await Promise.all(paths.map(path => answersAt(`${door.url}${path}`, signal)))
  return answers.every(Boolean)
}

const answersAt = async (url: string, signal: AbortSignal): Promise<boolean> => {
  try {
    const response = await fetch(url, { signal: AbortSignal.any([signal, AbortSignal.timeout(3000)]) })
    await response.body?.cancel()
    return response.ok
  } catch {
    signal.throwIfAborted()
    return false
  }
}
