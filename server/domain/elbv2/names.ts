import { doorHost } from '../../../shared/names.ts'
import type { LoadBalancerSchemeEnum, LoadBalancerTypeEnum } from '../../aws/generated/elbv2.ts'
import { validationError } from './refusals.ts'

const longestName = 32

/**
 * Throws ValidationError for a name that a load balancer or a target group cannot have.
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateLoadBalancer.html
 */
export function checkName(what: 'Load balancer' | 'Target group', name: string): void {
  if (name === '') throw validationError(`${what} name cannot be blank`)
  const subject = what === 'Load balancer' ? `The load balancer name '${name}'` : `Target group name '${name}'`
  if (name.length > longestName) throw validationError(`${subject} cannot be longer than '${longestName}' characters`)
  if (what === 'Target group') {
    if (/^(?!-)[A-Za-z0-9-]+(?<!-)$/.test(name)) return
    throw validationError(
      `1 validation error detected: Value '${name}' at 'targetGroupName' failed to satisfy constraint: Member must satisfy regular expression pattern: (?!^-)(?!.*-$)^[A-Za-z0-9-]+$`,
    )
  }
  if (!/^[a-zA-Z0-9-]+$/.test(name)) {
    throw validationError(`${subject} can only contain characters that are alphanumeric characters and hyphens(-)`)
  }
  if (name.startsWith('-')) throw validationError(`${subject} cannot begin with a hyphen(-)`)
  if (name.endsWith('-')) throw validationError(`${subject} cannot end with a hyphen(-)`)
  if (/^internal-/i.test(name)) throw validationError(`${subject} cannot begin with 'internal-'`)
}

/**
 * A load balancer's DNS name: below the name that is the door's, so that it resolves on the host and in the cluster.
 * Names of internal Application Load Balancers begin with `internal-`, as on AWS.
 */
export function dnsName(options: {
  readonly type: LoadBalancerTypeEnum
  readonly scheme: LoadBalancerSchemeEnum | undefined
  readonly name: string
  readonly id: string
  readonly region: string
}): string {
  const { type, scheme, name, id, region } = options
  const prefix = type === 'application' && scheme === 'internal' ? 'internal-' : ''
  return `${prefix}${name}-${id}.${region}.elb.${doorHost}`
}

/** Amazon Route 53 hosted zones of load balancers' names. @see https://docs.aws.amazon.com/general/latest/gr/elb.html */
const applicationZones: Readonly<Record<string, string>> = {
  'af-south-1': 'Z268VQBMOI5EKX',
  'ap-east-1': 'Z3DQVH9N71FHZ0',
  'ap-northeast-1': 'Z14GRHDCWA56QT',
  'ap-northeast-2': 'ZWKZPGTI48KDX',
  'ap-northeast-3': 'Z5LXEXXYW11ES',
  'ap-south-1': 'ZP97RAFLXTNZK',
  'ap-southeast-1': 'Z1LMS91P8CMLE5',
  'ap-southeast-2': 'Z1GM3OXH4ZPM65',
  'ca-central-1': 'ZQSVJUPU6J1EY',
  'eu-central-1': 'Z215JYRZR1TBD5',
  'eu-north-1': 'Z23TAZ6LKFMNIO',
  'eu-south-1': 'Z3ULH7SSC9OV64',
  'eu-west-1': 'Z32O12XQLNTSW2',
  'eu-west-2': 'ZHURV8PSTC4K8',
  'eu-west-3': 'Z3Q77PNBQS71R4',
  'me-south-1': 'ZS929ML54UICD',
  'sa-east-1': 'Z2P70J7HTTTPLU',
  'us-east-1': 'Z35SXDOTRQ7X7K',
  'us-east-2': 'Z3AADJGX6KTTL2',
  'us-west-1': 'Z368ELLRRE2KJ0',
  'us-west-2': 'Z1H1FL5HABSF5',
}
const networkZones: Readonly<Record<string, string>> = {
  'ap-northeast-1': 'Z31USIVHYNEOWT',
  'ap-northeast-2': 'ZIBE1TIR4HY56',
  'ap-south-1': 'ZVDDRBQ08TROA',
  'ap-southeast-1': 'ZKVM4W9LS7TM',
  'ap-southeast-2': 'ZCT6FZBF4DROD',
  'ca-central-1': 'Z2EPGBW3API2WT',
  'eu-central-1': 'Z3F0SRJ5LGBH90',
  'eu-north-1': 'Z1UDT6IFJ4EJM',
  'eu-west-1': 'Z2IFOLAFXWLO4F',
  'eu-west-2': 'ZD4D7Y8KGAS4G',
  'eu-west-3': 'Z1CMS0P5QUZ6D5',
  'sa-east-1': 'ZTK26PT1VY4CU',
  'us-east-1': 'Z26RNL4JYFTOTI',
  'us-east-2': 'ZLMOA37VPKANP',
  'us-west-1': 'Z24FKFUX50B4VW',
  'us-west-2': 'Z18D5FSROUN65G',
}

/** The hosted zone that alias records name; undefined for Gateway Load Balancers and for regions whose zone is not known here. */
export function canonicalHostedZoneId(type: LoadBalancerTypeEnum, region: string): string | undefined {
  if (type === 'gateway') return undefined
  return (type === 'application' ? applicationZones : networkZones)[region]
}
