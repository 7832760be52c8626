import { createHash } from 'node:crypto'
import { defaultAccount } from '../../shared/names.ts'
import { clusterArn } from './arn.ts'
import type { Place } from './arn.ts'

/** Kubernetes' limit for the name of a namespace: a DNS label. */
const maxLength = 63
const label = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/
/**
 * The regions that a name may end in without a digest: where no region of this form ends in another one, cluster and
 * region can be told apart again, so no two clusters get the same name. That is why the first part has two letters and
 * none of the others has.
 */
const plainRegion = /^[a-z]{2}(-gov|-iso[a-z]?)?-[a-z]{4,}-\d$/
const digestDigits = 16

/**
 * The Kubernetes namespace of an ECS cluster's tasks: `CLUSTER-REGION` where that is a name for a namespace and can
 * stand for no other cluster, else as much of it as fits and a digest of the cluster's ARN. Names that end in a
 * digest never equal one that ends in a region.
 */
export function namespaceOf(place: Place, clusterName: string): string {
  const plain = `${clusterName}-${place.region}`
  const isPlain = place.account === defaultAccount && label.test(clusterName) && plainRegion.test(place.region)
  if (isPlain && plain.length <= maxLength) return plain
  const digest = createHash('sha256').update(clusterArn(place, clusterName)).digest('hex').slice(0, digestDigits)
  const slug = slugOf(plain, maxLength - digestDigits - 1)
  return slug === '' ? `ecs-${digest}` : `${slug}-${digest}`
}

/** Lower-case letters, digits and single hyphens, none at either end, at most `length` characters. */
export const slugOf = (text: string, length: number): string =>
  text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+/, '')
    .slice(0, length)
    .replace(/-+$/, '')
