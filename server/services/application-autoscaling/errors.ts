import { ServiceError } from '../../aws/errors.ts'
import type { TargetName } from '../../store/autoscaling-tables.ts'

export const invalid = (message: string): ServiceError => new ServiceError('ValidationException', message)

/** Throws ValidationException where `isWrong` holds. */
export function refuseIf(isWrong: boolean, message: string): void {
  if (isWrong) throw invalid(message)
}

/** What AWS answers to a pair of settings that no account may use. */
export const notAuthorized = (): ServiceError => new ServiceError('AccessDeniedException', 'Account is not authorized')

const targetWords = ({ ServiceNamespace, ResourceId, ScalableDimension }: TargetName): string =>
  `service namespace: ${ServiceNamespace}, resource ID: ${ResourceId}, scalable dimension: ${ScalableDimension}`

export const notRegistered = (target: TargetName): ServiceError =>
  new ServiceError('ObjectNotFoundException', `No scalable target registered for ${targetWords(target)}`)
export const targetNotFound = (target: TargetName): ServiceError =>
  new ServiceError('ObjectNotFoundException', `No scalable target found for ${targetWords(target)}`)
export const policyWords = (target: TargetName, name: string): string =>
  `No scaling policy found for ${targetWords(target)}, policy name: ${name}`
export const actionWords = (target: TargetName, name: string): string =>
  `No scheduled action found for ${targetWords(target)}, scheduled action name: ${name}`
