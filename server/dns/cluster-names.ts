import { resolve4 } from 'node:dns/promises'
import { type KubeClient, kinds } from '../../shared/kube/index.ts'
import { doorHost, loadBalancerService, systemNamespace } from '../../shared/names.ts'

const elb = `.elb.${doorHost}`
/** The Service of the door: what all other names below LocalStack's mean inside the cluster. */
const door = 'aws'

/**
 * The addresses that a name has inside the cluster, for a control plane outside of it, whose own DNS knows others for
 * load balancers and the door, or none: as the rules in the cluster's Corefile have it (cli/install/corefile.ts).
 * Rejects where there are none.
 */
export const addressesInCluster =
  (kube: Pick<KubeClient, 'find'>, resolve: (name: string) => Promise<readonly string[]> = resolve4) =>
  async (name: string): Promise<readonly string[]> => {
    const service = serviceOf(name.toLowerCase().replace(/\.$/, ''))
    if (service === undefined) return resolve(name)
    const found = await kube.find(kinds.service, { name: service, namespace: systemNamespace })
    const address = found?.spec?.clusterIP
    if (address === undefined || address === '' || address === 'None') throw new Error(`${name} has no address inside the cluster`)
    return [address]
  }

const serviceOf = (name: string): string | undefined => {
  if (name !== doorHost && !name.endsWith(`.${doorHost}`)) return undefined
  // Two labels before: the load balancer's and its region's.
  const labels = name.endsWith(elb) ? name.slice(0, -elb.length).split('.') : []
  return labels.length === 2 ? loadBalancerService(labels[0] ?? '') : door
}
