import { ServiceError } from '../../../aws/errors.ts'
import type { Attribute } from '../../../aws/generated/ecs.ts'
import { findInstance, instanceArnIn } from '../container-instances/instances.ts'
import type { Instance } from '../container-instances/instances.ts'
import type { EcsContext } from '../context.ts'
import { invalidParameter, refuseIf } from '../tasks/invalid-parameter.ts'
import type { ClusterRow } from '../../../store/tables.ts'

const namePattern = /^[\w./\\-]{1,128}$/
const valuePattern = /^(?!\s)[\p{L}\p{N}_.@:/\\ -]{1,128}(?<!\s)$/u

/**
 * Throws InvalidParameterException for attributes that cannot be.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Attribute.html
 */
export function checkAttributes(attributes: readonly Attribute[]): void {
  for (const { name, value } of attributes) {
    refuseIf(!namePattern.test(name), `Invalid attribute name: ${name}`)
    refuseIf(value !== undefined && value !== '' && !valuePattern.test(value), `Invalid attribute value: ${value ?? ''}`)
  }
}

/** An attribute as it is kept: its name, and its value if it has one. */
export const withoutTarget = ({ name, value }: Attribute): Attribute => (value === undefined || value === '' ? { name } : { name, value })

/** What PutAttributes and DeleteAttributes are about: attributes by the ARN of the instance that each is for. */
export function byTarget(
  context: EcsContext,
  cluster: ClusterRow,
  attributes: readonly Attribute[],
): ReadonlyMap<string, { readonly instance: Instance; readonly attributes: readonly Attribute[] }> {
  const targets = new Map<string, { readonly instance: Instance; readonly attributes: Attribute[] }>()
  for (const attribute of attributes) {
    const { targetId } = attribute
    if (targetId === undefined || targetId === '') throw invalidParameter('Target id can not be blank.')
    const arn = instanceArnIn(context, cluster, targetId)
    const known = targets.get(arn) ?? { instance: targetOf(context, cluster, arn), attributes: [] }
    known.attributes.push(withoutTarget(attribute))
    targets.set(arn, known)
  }
  return targets
}

function targetOf(context: EcsContext, cluster: ClusterRow, arn: string): Instance {
  const found = findInstance(context, cluster, arn)
  if (found === undefined || found.row.status === 'INACTIVE') {
    throw new ServiceError('TargetNotFoundException', 'The specified target was not found.')
  }
  return found
}
