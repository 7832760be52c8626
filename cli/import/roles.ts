// Roles that what is imported names. An instance refuses those that its backend's IAM has not, so they are made: without
// policies, for LocalStack enforces none, and for ECS and its tasks to assume.
import { type AwsApi, AwsRefusal } from '../apply/api.ts'
import type { Wanted } from './wanted.ts'
import { taskRoleTrust } from '../../shared/task-role-trust.ts'

export interface Role {
  readonly name: string
  /** With a slash at both ends. */
  readonly path: string
}

/** The roles of the account that the resources name by their ARNs, but those that AWS makes itself. */
export const rolesOf = (wanted: readonly Wanted[], account: string): readonly Role[] => {
  const arns = new Set(wanted.flatMap(({ input }) => textsIn(input)))
  return [...arns].flatMap(arn => {
    const [, owner, path = '', name = ''] = /^arn:[^:]+:iam::(\d{12}):role(\/(?:.*\/)?)([^/]+)$/.exec(arn) ?? []
    return owner !== account || path.startsWith('/aws-service-role/') ? [] : [{ name, path }]
  })
}

const textsIn = (value: unknown): readonly string[] => {
  if (typeof value === 'string') return [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : []
}

/** Those of the roles that IAM has not; none where there is no IAM. */
export const missingRoles = async (api: AwsApi, roles: readonly Role[]): Promise<readonly Role[]> => {
  const answers = await Promise.all(
    roles.map(({ name }) =>
      api.query('iam', 'GetRole', { RoleName: name }).then(
        () => false,
        (error: unknown) => {
          if (error instanceof AwsRefusal) return error.code === 'NoSuchEntity'
          throw error
        },
      ),
    ),
  )
  return roles.filter((_, index) => answers[index] === true)
}

export const makeRole = async (api: AwsApi, { name, path }: Role): Promise<void> => {
  await api.query('iam', 'CreateRole', { RoleName: name, Path: path, AssumeRolePolicyDocument: taskRoleTrust })
}

export const roleNote = ({ name }: Role): string =>
  `The role ${name} is made in the backend's IAM, without policies: what needs it would be refused.`
