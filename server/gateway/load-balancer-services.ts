import type { KubeClient, Manifest, Service } from '../../shared/kube/index.ts'
import { kinds } from '../../shared/kube/index.ts'
import { doorPort, labelPrefix, labels, loadBalancerService, systemNamespace } from '../../shared/names.ts'
import { idInArn } from '../domain/elbv2/arns.ts'

/** A listener's port and the gateway's, at which it is reached. */
export interface ServedPort {
  readonly port: number
  readonly protocol: 'TCP' | 'UDP'
  readonly entryPort: number
}

export interface ServedLoadBalancer {
  readonly arn: string
  readonly dnsName: string
  readonly ports: readonly ServedPort[]
}

/** What a load balancer's name leads to inside the cluster. */
export interface LoadBalancerNames {
  /** Makes the name lead to the load balancer's ports. Idempotent. */
  serve(loadBalancer: ServedLoadBalancer): Promise<void>
  /** Idempotent. */
  forget(arn: string): Promise<void>
}

export interface LoadBalancerServicesParts {
  readonly kube: KubeClient
  readonly instance: string
  /** The AWS door's port on the machine, at which load balancers are reached by name too. */
  readonly hostPort: number | undefined
}

/** On Services: the 16 digits at the end of their load balancer's ARN. */
const idLabel = `${labelPrefix}/load-balancer`
const fieldManager = 'kecs-control-plane'

/** A Kubernetes Service for each load balancer: the cluster's DNS rewrites its DNS name to the Service's. */
export class LoadBalancerServices implements LoadBalancerNames {
  readonly #parts: LoadBalancerServicesParts
  /** What was applied by this process, so that it is not applied again. */
  readonly #applied = new Map<string, string>()

  constructor(parts: LoadBalancerServicesParts) {
    this.#parts = parts
  }

  async serve(loadBalancer: ServedLoadBalancer): Promise<void> {
    const { kube, instance, hostPort } = this.#parts
    const wanted = serviceOf(loadBalancer, instance, hostPort)
    const text = JSON.stringify(wanted)
    if (this.#applied.get(loadBalancer.arn) === text) return
    await kube.apply(wanted, { fieldManager, force: true })
    this.#applied.set(loadBalancer.arn, text)
  }

  async forget(arn: string): Promise<void> {
    this.#applied.delete(arn)
    const labelSelector = `${idLabel}=${idInArn(arn)}`
    const { items } = await this.#parts.kube.list(kinds.service, { namespace: systemNamespace, labelSelector })
    for (const { metadata } of items) {
      if (metadata?.name !== undefined) await this.#parts.kube.remove(kinds.service, { name: metadata.name, namespace: systemNamespace })
    }
  }
}

/** Also at the AWS door's ports, as one address is to be right on both sides. A listener of that port comes first. */
export function serviceOf({ arn, dnsName, ports }: ServedLoadBalancer, instance: string, hostPort: number | undefined): Service & Manifest {
  const taken = new Set(ports.filter(({ protocol }) => protocol === 'TCP').map(({ port }) => port))
  const doors = [...new Set([doorPort, hostPort ?? doorPort])].filter(port => !taken.has(port))
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: {
      name: loadBalancerService(dnsName.split('.')[0] ?? ''),
      namespace: systemNamespace,
      labels: { 'app.kubernetes.io/managed-by': 'kecs', [labels.instance]: instance, [idLabel]: idInArn(arn) },
      annotations: { [`${labelPrefix}/load-balancer-arn`]: arn },
    },
    spec: {
      type: 'ClusterIP',
      selector: { [labels.component]: 'traefik' },
      ports: [
        ...ports.map(({ port, protocol, entryPort }) => ({
          name: `${protocol.toLowerCase()}-${port}`,
          port,
          protocol,
          targetPort: entryPort,
        })),
        ...doors.map(port => ({ name: `aws-${port}`, port, protocol: 'TCP', targetPort: doorPort })),
      ],
    },
  }
}
