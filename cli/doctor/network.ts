import { messageOf } from '../../shared/errors.ts'
import { type KubeClient, connect, kinds } from '../../shared/kube/index.ts'
import { doorHost, reachPath, systemNamespace } from '../../shared/names.ts'
import { withChannel } from '../admin-channel.ts'
import type { Instance } from '../cluster/driver.ts'
import { lenientDriverOf } from '../drivers.ts'
import type { Host } from '../host.ts'
import { upCommand } from '../instance.ts'
import { doorService } from '../install/traefik.ts'
import { type Finding, failing, ok, skipped, warning } from './finding.ts'

// The cluster's network as a pod of it sees it: the control plane's own is asked to look.

/** Names of the AWS endpoint that tasks are given, and one below it, as buckets and queues have. */
const doorNames = [doorHost, `s3.${doorHost}`] as const

const dns = 'Cluster DNS'
const addresses = 'Addresses'

/** @param bringUp puts the cluster's DNS in place again */
export const checkNetwork = async (instance: Instance, host: Host, bringUp: () => Promise<string>): Promise<readonly Finding[]> => {
  if (instance.legacy !== undefined) return [skipped(dns, 'the control plane is on this machine: no pod can be asked to look')]
  try {
    const driver = await lenientDriverOf(instance, host)
    const kube = await connect({ kubeconfig: await driver.kubeconfig(instance, host.signal) })
    const there = await readServices(kube, host.signal).finally(() => kube.close())
    const seen = await withChannel({ instance, driver, signal: host.signal }, channel =>
      channel.json({ method: 'POST', path: reachPath, body: { names: doorNames, address: `${there.unused}:80` } }),
    )
    return networkFindings(seen, there, { bringUp, up: upCommand(instance.name) })
  } catch (error) {
    host.signal.throwIfAborted()
    // A control plane that does not answer is said by its own finding.
    return [skipped(dns, `could not be looked at: ${messageOf(error)}`)]
  }
}

export interface SeenServices {
  /** The AWS endpoint's address in the cluster. */
  readonly door: string
  /** One beside those of Services, which none has. */
  readonly unused: string
}

const readServices = async (kube: KubeClient, signal: AbortSignal): Promise<SeenServices> => {
  const { items } = await kube.list(kinds.service, { signal })
  const door = items.find(({ metadata }) => metadata?.namespace === systemNamespace && metadata.name === doorService)?.spec?.clusterIP ?? ''
  return { door, unused: unusedBeside(items.flatMap(({ spec }) => spec?.clusterIPs ?? spec?.clusterIP ?? [])) }
}

/** An address that no Service has, in the smallest network that the range of Services can be (24 bits of prefix). */
export const unusedBeside = (used: readonly string[]): string => {
  const [first = '10.96.0.1'] = used.filter(address => /^\d+(\.\d+){3}$/.test(address))
  const network = first.slice(0, first.lastIndexOf('.'))
  for (let last = 254; last > 1; last--) if (!used.includes(`${network}.${last}`)) return `${network}.${last}`
  return `${network}.255`
}

/** What the control plane's answer to `POST /reach` says. */
export const networkFindings = (
  seen: unknown,
  { door, unused }: SeenServices,
  { bringUp, up }: { readonly bringUp: () => Promise<string>; readonly up: string },
): readonly Finding[] => {
  const answers = memberOf(seen, 'names')
  const wrong = doorNames.flatMap(name => {
    const found = memberOf(memberOf(answers, name), 'addresses')
    if (Array.isArray(found) && found.length === 1 && found[0] === door) return []
    const why = memberOf(memberOf(answers, name), 'why')
    return [`${name} is ${Array.isArray(found) && found.length > 0 ? found.join(', ') : `not found (${String(why)})`}`]
  })
  const remedy = `Tasks do not find the AWS endpoint. Mend it with: ${up}\nSee: kubectl -n kube-system get configmap coredns -o yaml`
  return [
    wrong.length === 0
      ? ok(dns, `pods find ${doorHost} and the names below it at ${door}`)
      : { ...failing(dns, `in pods ${wrong.join(', ')}; the AWS endpoint is ${door}`, remedy), fix: bringUp },
    memberOf(seen, 'isAnswered') === true
      ? warning(
          addresses,
          `${unused} is no Service's, and something outside of the cluster answers there`,
          'A task that connects to a Service in its first moment may reach that instead, and keep the connection. Have the network\n' +
            "outside refuse the cluster's addresses, or let tasks open connections anew after an answer that they do not expect.",
        )
      : ok(addresses, 'nobody answers at those that no Service has'),
  ]
}

const memberOf = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? new Map<string, unknown>(Object.entries(value)).get(name) : undefined
