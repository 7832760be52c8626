import { ServiceError } from '../../aws/errors.ts'

/** What the API's model does not name: AWS answers most mistakes in a call's parameters so. */
export const validationError = (message: string): ServiceError => new ServiceError('ValidationError', message)

/** The parameters are well-formed, but not for this kind of resource or not together. */
export const invalidConfiguration = (message: string): ServiceError => new ServiceError('InvalidConfigurationRequestException', message)

/** An action that a listener or a rule cannot have. */
export const invalidAction = (message: string): ServiceError => new ServiceError('InvalidLoadBalancerActionException', message)

/** Throws where more are given than may be: AWS' words for certificates, used for every list that its documentation limits. */
export function checkCount(what: string, most: number, given: readonly unknown[]): void {
  if (given.length > most) throw validationError(`Up to '${most}' ${what} can be specified, but '${given.length}' were specified`)
}
