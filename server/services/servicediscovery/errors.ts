// Cloud Map's errors, in AWS's words where they are known, else in those of its API reference.
import { ServiceError } from '../../aws/errors.ts'

export const invalidInput = (message: string): ServiceError => new ServiceError('InvalidInput', message)

/** Throws InvalidInput where `isWrong` holds. */
export function refuseIf(isWrong: boolean, message: string): void {
  if (isWrong) throw invalidInput(message)
}

export const namespaceNotFound = (): ServiceError => new ServiceError('NamespaceNotFound', 'No namespace exists with the specified ID.')
export const serviceNotFound = (): ServiceError => new ServiceError('ServiceNotFound', 'No service exists with the specified ID.')
export const operationNotFound = (): ServiceError => new ServiceError('OperationNotFound', 'No operation exists with the specified ID.')
export const instanceNotFound = (): ServiceError =>
  new ServiceError(
    'InstanceNotFound',
    "No instance exists with the specified ID, or the instance was recently registered, and information about the instance hasn't propagated yet.",
  )
export const resourceInUse = (message: string): ServiceError => new ServiceError('ResourceInUse', message)

export const duplicateRequest = (name: string, operationId: string, state: 'is in progress' | 'has completed'): ServiceError =>
  new ServiceError('DuplicateRequest', `Another operation of type ${name} and id ${operationId} ${state}`, {
    DuplicateOperationId: operationId,
  })
