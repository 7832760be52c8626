import { epochSeconds } from '../../../shared/clock.ts'
import type { OperationType } from '../../aws/generated/servicediscovery.ts'
import { operations } from '../../store/servicediscovery-tables.ts'
import type { OperationRow } from '../../store/servicediscovery-tables.ts'
import type { Transaction } from '../../store/store.ts'
import { scopeOf } from '../../store/tables.ts'
import type { DiscoveryContext } from './context.ts'
import { duplicateRequest } from './errors.ts'
import { newOperationId } from '../../domain/discovery/ids.ts'
import { digestOf } from './request-digest.ts'

/** How many operations an account and region remember. */
const mostOperations = 1_000

export interface Submission {
  /** The API operation, such as RegisterInstance. */
  readonly name: string
  readonly type: OperationType
  readonly request: object
  /** CreatorRequestId or UpdaterRequestId. */
  readonly token: string | undefined
  /** What is changed: one operation at a time may change it. */
  readonly target: string
  /**
   * Changes the state, and says what it changed; `failure` where the operation ends with FAIL and nothing is changed.
   * What it throws refuses the call.
   */
  readonly change: (transaction: Transaction, operationId: string) => Changed
}

export interface Changed {
  readonly targets: Readonly<Record<string, string>>
  readonly namespaceArn: string
  readonly namespaceId: string
  readonly serviceId?: string
  readonly failure?: { readonly code: string; readonly message: string }
}

/**
 * Starts an operation and answers its id when what it does is on disk. A call that was made before with the same token
 * answers the first one's operation. Throws DuplicateRequest where the token was used for something else, or
 * another operation is changing the target.
 */
export async function submit(context: DiscoveryContext, submission: Submission): Promise<{ OperationId: string }> {
  const { inFlight, store } = context
  const { name, target } = submission
  const operationId = newOperationId(context.ids)
  const submitted = { name, operationId }
  let isBegun = false
  try {
    return await store.commit(transaction => {
      const repeated = earlierCall(context, submission)
      if (repeated !== undefined) return { OperationId: repeated.operation.Id }
      const other = inFlight.changing(target)
      if (other !== undefined) throw duplicateRequest(other.name, other.operationId, 'is in progress')
      const changed = submission.change(transaction, operationId)
      record(context, transaction, operationRow(context, submission, operationId, changed))
      inFlight.begin(target, submitted)
      isBegun = true
      return { OperationId: operationId }
    })
  } finally {
    if (isBegun) inFlight.end(target, submitted)
  }
}

const requestOf = ({ name, token }: Submission): string | undefined => (token === undefined ? undefined : `${name} ${token}`)

function earlierCall(context: DiscoveryContext, submission: Submission): OperationRow | undefined {
  const request = requestOf(submission)
  if (request === undefined) return undefined
  const [row] = context.store.table(operations).by('request', `${scopeOf(context.account, context.region)} ${request}`)
  if (row === undefined) return undefined
  if (row.requestDigest === digestOf(submission.request)) return row
  throw duplicateRequest(submission.name, row.operation.Id, context.inFlight.has(row.operation.Id) ? 'is in progress' : 'has completed')
}

function operationRow(context: DiscoveryContext, submission: Submission, operationId: string, changed: Changed): OperationRow {
  const now = context.clock.now()
  const { failure, targets, ...place } = changed
  const request = requestOf(submission)
  return {
    scope: scopeOf(context.account, context.region),
    operation: {
      Id: operationId,
      OwnerAccount: context.account,
      Type: submission.type,
      Status: failure === undefined ? 'SUCCESS' : 'FAIL',
      ...(failure === undefined ? {} : { ErrorCode: failure.code, ErrorMessage: failure.message }),
      CreateDate: epochSeconds(now),
      UpdateDate: epochSeconds(now),
      Targets: targets,
    },
    createdAt: now,
    ...place,
    ...(request === undefined ? {} : { request }),
    requestDigest: digestOf(submission.request),
  }
}

/** Keeps an operation, and forgets the oldest where there are too many. */
function record({ store }: DiscoveryContext, transaction: Transaction, row: OperationRow): void {
  const table = store.table(operations)
  transaction.put(operations, row)
  if (table.count('scope', row.scope) <= mostOperations) return
  for (const oldest of table.by('scope', row.scope)) {
    transaction.remove(operations, operations.key(oldest))
    return
  }
}
