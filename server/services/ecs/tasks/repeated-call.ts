import { createHash } from 'node:crypto'
import { ServiceError } from '../../../aws/errors.ts'
import { clientTokenKey, tasks } from '../../../store/tables.ts'
import type { TaskRow } from '../../../store/tables.ts'
import type { EcsContext } from '../context.ts'

/** Tells one call of an operation from another: a digest over all that was asked for, in whatever order it was written. */
export const digestOf = (request: { readonly clientToken?: string | undefined }): string =>
  createHash('sha256')
    .update(JSON.stringify({ ...request, clientToken: undefined }, (_key, value: unknown) => (isRecord(value) ? sorted(value) : value)))
    .digest('hex')

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const sorted = (record: Readonly<Record<string, unknown>>): unknown =>
  Object.fromEntries(Object.entries(record).sort(([one], [other]) => (one < other ? -1 : 1)))

/**
 * The tasks that an earlier call with the same token started, as they are now; undefined when there was none. Throws
 * ConflictException with their ARNs when that call asked for something else.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/ECS_Idempotency.html
 */
export function tasksOfToken(
  { store }: Pick<EcsContext, 'store'>,
  clusterArn: string,
  clientToken: string | undefined,
  requestDigest: string,
): readonly TaskRow[] | undefined {
  if (clientToken === undefined) return undefined
  const rows = [...store.table(tasks).by('clientToken', clientTokenKey(clusterArn, clientToken))]
  if (rows.length === 0) return undefined
  if (rows.some(row => row.requestDigest !== requestDigest)) {
    throw new ServiceError('ConflictException', 'The client token was used before with other parameters.', {
      resourceIds: rows.map(row => row.task.taskArn),
    })
  }
  return rows
}
