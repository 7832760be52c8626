// Every resource of load balancing has tags, each in a table of its own.
import type { Tag } from '../../aws/generated/elbv2.ts'
import { kindOfArn } from '../../domain/elbv2/arns.ts'
import { checkCount, validationError } from '../../domain/elbv2/refusals.ts'
import { listeners, loadBalancers, rules, targetGroups, trustStores } from '../../store/elbv2-tables.ts'
import type { TableDefinition, Transaction } from '../../store/store.ts'
import type { Elbv2Context } from './context.ts'
import { findListener, findLoadBalancer, findRule, findTargetGroup, findTrustStore } from './find.ts'

export interface Tagged {
  readonly tags: readonly Tag[]
  /** Writes the resource with other tags. */
  readonly put: (transaction: Transaction, tags: readonly Tag[]) => void
}

const taggedBy = <Row extends { readonly tags: readonly Tag[] }, Index extends string>(
  table: TableDefinition<Row, Index>,
  row: Row,
): Tagged => ({ tags: row.tags, put: (transaction, tags) => transaction.put(table, { ...row, tags }) })

/** Throws ValidationError for an ARN of none of them, and the kind's NotFound. */
export function findTagged(context: Elbv2Context, arn: string): Tagged {
  switch (kindOfArn(arn)) {
    case 'load balancer':
      return taggedBy(loadBalancers, findLoadBalancer(context, arn))
    case 'listener':
      return taggedBy(listeners, findListener(context, arn))
    case 'listener rule':
      return taggedBy(rules, findRule(context, arn))
    case 'target group':
      return taggedBy(targetGroups, findTargetGroup(context, arn))
    case 'trust store':
      return taggedBy(trustStores, findTrustStore(context, arn))
    case undefined:
      throw validationError(`'${arn}' is not a valid resource ARN`)
  }
}

const mostResources = 20

/** The ARNs that a call names, each once. Throws ValidationError for none and for too many. */
export function resourceArns(given: readonly string[]): readonly string[] {
  if (given.length === 0) throw validationError('A resource ARN must be specified')
  checkCount('resource ARNs', mostResources, given)
  return [...new Set(given)]
}
