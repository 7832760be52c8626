import type { ServiceError } from '../../../aws/errors.ts'
import { invalidParameter } from '../tasks/invalid-parameter.ts'

/** The error for a resource of some name, such as `task`, that is not there. */
export const missing = (name: string): ServiceError =>
  invalidParameter(`The specified ${name} does not exist. Specify a valid ${name} and try again.`)

/** The error for one that has come to its end, such as a `stopped` task in place of a `running` one. */
export const over = (name: string, is: string, shouldBe: string): ServiceError =>
  invalidParameter(`The specified ${name} is ${is}. Specify ${/^[aeiou]/.test(shouldBe) ? 'an' : 'a'} ${shouldBe} ${name} and try again.`)
