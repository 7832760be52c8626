import { ServiceError } from '../../aws/errors.ts'
import { maxTags } from '../../domain/tags.ts'
import { scalableTargets } from '../../store/autoscaling-tables.ts'
import type { ScalableTargetRow } from '../../store/autoscaling-tables.ts'
import { scopeOf } from '../../store/tables.ts'
import type { ScalingContext } from './context.ts'
import { refuseIf } from './errors.ts'

/** Throws ValidationException for a key of AWS's own, TooManyTagsException for more than 50. */
export function checkTags(tags: Readonly<Record<string, string>>, resourceName: string): Readonly<Record<string, string>> {
  const keys = Object.keys(tags)
  refuseIf(
    keys.some(key => /^aws:/i.test(key)),
    "Tag keys must not start with the reserved prefix 'aws:'.",
  )
  if (keys.length > maxTags) {
    const message = 'The request contains too many tags. Try the request again with fewer tags.'
    throw new ServiceError('TooManyTagsException', message, { ResourceName: resourceName })
  }
  return tags
}

/** A scalable target by its ARN. Throws ResourceNotFoundException. */
export function findTagged({ store, account, region }: ScalingContext, resourceArn: string): ScalableTargetRow {
  const [row] = store.table(scalableTargets).by('arn', resourceArn)
  if (row === undefined || row.scope !== scopeOf(account, region)) {
    throw new ServiceError('ResourceNotFoundException', "The specified resource doesn't exist.", { ResourceName: resourceArn })
  }
  return row
}
