// ARNs of load balancing, as in the service's authorization reference:
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_awselasticloadbalancingv2.html
import type { LoadBalancerTypeEnum } from '../../aws/generated/elbv2.ts'
import { type Place, parseArn, partitionOf } from '../arn.ts'

const elbv2Arn = (place: Place, resource: string): string =>
  `arn:${partitionOf(place.region)}:elasticloadbalancing:${place.region}:${place.account}:${resource}`

const typeSegments: Readonly<Record<LoadBalancerTypeEnum, string>> = { application: 'app', network: 'net', gateway: 'gwy' }

/** `id`, here and below, is 16 hexadecimal digits. */
export const loadBalancerArn = (place: Place, type: LoadBalancerTypeEnum, name: string, id: string): string =>
  elbv2Arn(place, `loadbalancer/${typeSegments[type]}/${name}/${id}`)

/** A listener's ARN repeats what is in its load balancer's. */
export const listenerArn = (ofLoadBalancer: string, id: string): string => `${ofLoadBalancer.replace(':loadbalancer/', ':listener/')}/${id}`

/** A rule's ARN repeats what is in its listener's. */
export const ruleArn = (ofListener: string, id: string): string => `${ofListener.replace(':listener/', ':listener-rule/')}/${id}`

export const targetGroupArn = (place: Place, name: string, id: string): string => elbv2Arn(place, `targetgroup/${name}/${id}`)

export const trustStoreArn = (place: Place, name: string, id: string): string => elbv2Arn(place, `truststore/${name}/${id}`)

export type ResourceKind = 'load balancer' | 'listener' | 'listener rule' | 'target group' | 'trust store'

const id = '[0-9a-f]{16}'
const name = '[a-zA-Z0-9-]{1,32}'
const patterns: Readonly<Record<ResourceKind, RegExp>> = {
  'load balancer': new RegExp(`^loadbalancer/(app|net|gwy)/${name}/${id}$`),
  listener: new RegExp(`^listener/(app|net|gwy)/${name}/${id}/${id}$`),
  'listener rule': new RegExp(`^listener-rule/(app|net|gwy)/${name}/${id}/${id}/${id}$`),
  'target group': new RegExp(`^targetgroup/${name}/${id}$`),
  'trust store': new RegExp(`^truststore/${name}/${id}$`),
}

/** What kind of resource an ARN is of; undefined when it is none of load balancing. */
export function kindOfArn(text: string): ResourceKind | undefined {
  const arn = parseArn(text)
  if (arn === undefined || arn.service !== 'elasticloadbalancing') return undefined
  for (const kind of ['load balancer', 'listener', 'listener rule', 'target group', 'trust store'] as const) {
    if (patterns[kind].test(arn.resource)) return kind
  }
  return undefined
}

/** Whether an ARN belongs to the place of a call. */
export function isAt(text: string, place: Place): boolean {
  const arn = parseArn(text)
  return arn !== undefined && arn.region === place.region && arn.account === place.account
}

/** What CloudWatch calls a load balancer: `app/NAME/ID`. */
export const loadBalancerSuffix = (arn: string): string => arn.slice(arn.indexOf(':loadbalancer/') + ':loadbalancer/'.length)

/** The 16 hexadecimal digits at an ARN's end. */
export const idInArn = (arn: string): string => arn.slice(arn.lastIndexOf('/') + 1)
