import { createHash } from 'node:crypto'
import type { Place } from '../arn.ts'

/** An account's one VPC in a region, where no EC2 says which there are: always the same. */
export const madeUpVpc = ({ account, region }: Place): string =>
  `vpc-${createHash('sha256').update(`${account}/${region}`).digest('hex').slice(0, 17)}`

const zoneLetters = 'abcdef'

/** The zone of a load balancer's `index`th subnet, where no EC2 says which it is in. */
export const madeUpZone = ({ region }: Pick<Place, 'region'>, index: number): string =>
  `${region}${zoneLetters[index % zoneLetters.length]}`
