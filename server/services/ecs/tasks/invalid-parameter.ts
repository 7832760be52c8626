import { ServiceError } from '../../../aws/errors.ts'

/** The error that ECS gives for a parameter's value; thrown by the caller, so that the flow is seen there. */
export const invalidParameter = (message: string): ServiceError => new ServiceError('InvalidParameterException', message)

/** Throws when `condition` holds. */
export function refuseIf(condition: boolean, message: string): void {
  if (condition) throw invalidParameter(message)
}

/** Throws in the words that ECS has for a text or a list that is too long. */
export const refuseLongerThan = (name: string, text: string | undefined, limit: number): void =>
  refuseIf((text?.length ?? 0) > limit, `${name} longer than ${limit}.`)

export const refuseMoreThan = (name: string, items: readonly unknown[] | undefined, limit: number): void =>
  refuseIf((items?.length ?? 0) > limit, `${name} can have at most ${limit} items.`)
