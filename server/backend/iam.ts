// Identity and Access Management. https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetRole.html
import { type Backend, BackendError, type BackendPlace, BackendUnreachable } from './backend.ts'
import { textOf } from './read-answer.ts'

/** How long IAM may take to answer: LocalStack needs seconds for the first call of a service. Milliseconds. */
const timeoutMs = 10_000

/** The ARN of a role of the place's account, by its name without a path; undefined where there is none of that name. */
export const findRole = async (backend: Backend, roleName: string, { account, region }: BackendPlace): Promise<string | undefined> => {
  const call = { service: 'iam', action: 'GetRole', version: '2010-05-08', parameters: { RoleName: roleName } }
  try {
    const arn = textOf(await backend.query(call, { account, region }, { timeoutMs }), 'GetRoleResponse', 'GetRoleResult', 'Role', 'Arn')
    if (arn === undefined) throw new BackendUnreachable(`The backend ${backend.url} answered GetRole without a role.`)
    return arn
  } catch (error) {
    // A name that can be nobody's is refused as invalid: there is no such role either.
    if (error instanceof BackendError && (error.code === 'NoSuchEntity' || error.code === 'ValidationError')) return undefined
    throw error
  }
}
