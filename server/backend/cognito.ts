// What is asked of the backend's Cognito. https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/Welcome.html
import { type Backend, BackendError, type BackendPlace } from './backend.ts'
import { memberOf, textOf } from './read-answer.ts'

/** Seconds matter less than a clear answer: a user waits for it. Milliseconds. */
const timeoutMs = 5_000

/** The secret of a user pool's client. Rejects with a BackendError where the pool or the client is not there, or has none. */
export async function userPoolClientSecret(
  backend: Backend,
  { poolId, clientId }: { readonly poolId: string; readonly clientId: string },
  place: BackendPlace,
): Promise<string> {
  const target = 'AWSCognitoIdentityProviderService.DescribeUserPoolClient'
  const answer = await backend.json('cognito-idp', target, { UserPoolId: poolId, ClientId: clientId }, place, { timeoutMs })
  const secret = textOf(memberOf(answer, 'UserPoolClient'), 'ClientSecret')
  if (secret === undefined) throw new BackendError('ResourceNotFoundException', 400, `The client ${clientId} has no secret.`)
  return secret
}
