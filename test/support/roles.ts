import { BackendError } from '../../server/backend/backend.ts'
import { createBackend } from '../../server/backend/client.ts'
import { defaultAccount, defaultRegion } from '../../shared/names.ts'
import { taskRoleTrust } from '../../shared/task-role-trust.ts'

/** Makes a role in an instance's backend, at its door, unless it is there: others are refused. Its ARN. */
export async function haveRole(endpoint: string, RoleName: string): Promise<string> {
  const parameters = { RoleName, AssumeRolePolicyDocument: taskRoleTrust }
  try {
    await createBackend({ url: endpoint }).query(
      { service: 'iam', action: 'CreateRole', version: '2010-05-08', parameters },
      { account: defaultAccount, region: defaultRegion },
    )
  } catch (error) {
    if (!(error instanceof BackendError && error.code === 'EntityAlreadyExists')) throw error
  }
  return `arn:aws:iam::${defaultAccount}:role/${RoleName}`
}
