/** Where a resource lives: what every name is scoped by. */
export interface Place {
  /** 12 digits. */
  readonly account: string
  readonly region: string
}

export interface Arn extends Place {
  readonly partition: string
  readonly service: string
  /** All that follows the account, such as `cluster/default`. */
  readonly resource: string
}

const partitions: readonly (readonly [prefix: string, partition: string])[] = [
  ['cn-', 'aws-cn'],
  ['us-gov-', 'aws-us-gov'],
  ['us-isob-', 'aws-iso-b'],
  ['us-isof-', 'aws-iso-f'],
  ['us-iso-', 'aws-iso'],
  ['eu-isoe-', 'aws-iso-e'],
  ['eusc-', 'aws-eusc'],
]

/** The partition that a region belongs to, such as `aws-cn` for `cn-north-1`; `aws` for what is not known. */
export const partitionOf = (region: string): string => partitions.find(([prefix]) => region.startsWith(prefix))?.[1] ?? 'aws'

/** Splits an ARN of any service; undefined when it is none. The resource may hold colons. */
export function parseArn(text: string): Arn | undefined {
  const match = /^arn:([^:]+):([^:]+):([^:]*):([^:]*):(.+)$/.exec(text)
  if (!match) return undefined
  const [, partition = '', service = '', region = '', account = '', resource = ''] = match
  return { partition, service, region, account, resource }
}

/**
 * Whether an ARN is of this account. One that names none is: Terraform makes such ARNs when it imports without having
 * asked for its account (docs/decisions/0045).
 */
export const isOfAccount = ({ account }: Arn, place: Place): boolean => account === '' || account === place.account

/** An ARN of ECS, such as `arn:aws:ecs:us-east-1:000000000000:cluster/default`. */
export const ecsArn = (place: Place, resource: string): string =>
  `arn:${partitionOf(place.region)}:ecs:${place.region}:${place.account}:${resource}`

export const clusterArn = (place: Place, clusterName: string): string => ecsArn(place, `cluster/${clusterName}`)

export const taskDefinitionArn = (place: Place, family: string, revision: number): string =>
  ecsArn(place, `task-definition/${family}:${revision}`)

/** The long form, with the cluster's name: the only one that is made since April 2021. */
export const taskArn = (place: Place, clusterName: string, taskId: string): string => ecsArn(place, `task/${clusterName}/${taskId}`)

/** `containerId` is a UUID. */
export const containerArn = (place: Place, clusterName: string, taskId: string, containerId: string): string =>
  ecsArn(place, `container/${clusterName}/${taskId}/${containerId}`)

/** A role's, by its name, or its path and name, where it is none already. */
export const roleArn = ({ account, region }: Place, role: string): string =>
  role.startsWith('arn:') ? role : `arn:${partitionOf(region)}:iam::${account}:role/${role.replace(/^\//, '')}`

/** The name in a cluster's ARN, or what is after the last slash of anything else. */
export const nameInArn = (arn: string): string => arn.slice(arn.lastIndexOf('/') + 1)
