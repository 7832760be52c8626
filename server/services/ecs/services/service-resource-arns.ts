import { parseArn } from '../../../domain/arn.ts'
import type { Place } from '../../../domain/arn.ts'
import { invalidParameter, refuseIf, refuseMoreThan } from '../tasks/invalid-parameter.ts'

/** What a service deployment or a service revision is named by in calls: its ARN alone. */
type ServiceResource = 'service-deployment' | 'service-revision'

/** Throws InvalidParameterException unless it is an ARN of that type, here. */
export function checkServiceResourceArn(place: Place, type: ServiceResource, text: string): void {
  const arn = parseArn(text)
  if (arn?.service !== 'ecs') throw invalidParameter('Invalid identifier: Unexpected number of separators')
  const [found = '', ...parts] = arn.resource.split('/')
  refuseIf(found !== type, `Unsupported resource type: ${found}`)
  refuseIf(parts.length !== 3 || parts.includes(''), 'Invalid identifier: Unexpected number of separators')
  refuseIf(arn.region !== place.region, `Invalid identifier: Identifier is for ${arn.region}. Your region is ${place.region}`)
  refuseIf(arn.account !== place.account, `Invalid identifier: Identifier is for ${arn.account}. Your accountId is ${place.account}`)
}

/** The ARNs of a describing call, each once. Throws InvalidParameterException for none, for more than 20 and for other ones. */
export function serviceResourceArns(place: Place, type: ServiceResource, member: string, arns: readonly string[]): readonly string[] {
  refuseIf(arns.length === 0, `${member} cannot be empty.`)
  refuseMoreThan(member, arns, 20)
  for (const arn of arns) checkServiceResourceArn(place, type, arn)
  return [...new Set(arns)]
}
