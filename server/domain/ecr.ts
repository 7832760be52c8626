import { partitionOf, type Place } from './arn.ts'

/** An image in ECR: `ACCOUNT.dkr.ecr.REGION.amazonaws.com/NAME:TAG`. */
export interface EcrImage extends Place {
  /** `NAME:TAG` or `NAME@DIGEST`. */
  readonly image: string
}

const ecrHost =
  /^(\d{12})\.dkr[.-]ecr(?:-fips)?\.([a-z0-9-]+)\.(?:amazonaws\.com(?:\.cn)?|on\.aws|localhost\.localstack\.cloud(?::\d+)?)\/(.+)$/
/** As `repositoryPath` makes it. */
const ownPath = /^(\d{12})\/([a-z0-9-]+)\/(.+)$/

/**
 * Reads an image's address: one of ECR, or of our registry as the user's Docker calls it. Undefined for any other.
 * @param registryHost such as `localhost:4566`
 */
export const ecrImage = (image: string, registryHost: string): EcrImage | undefined => {
  const match = ecrHost.exec(image) ?? (image.startsWith(`${registryHost}/`) ? ownPath.exec(image.slice(registryHost.length + 1)) : null)
  if (match === null) return undefined
  const [, account = '', region = '', rest = ''] = match
  return { account, region, image: rest }
}

/** Where a repository of an account's region lies in the registry; also in front of `NAME:TAG`. */
export const repositoryPath = ({ account, region }: Place, name: string): string => `${account}/${region}/${name}`

export const repositoryArn = (place: Place, name: string): string =>
  `arn:${partitionOf(place.region)}:ecr:${place.region}:${place.account}:repository/${name}`
