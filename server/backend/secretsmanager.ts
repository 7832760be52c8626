import { type Backend, type BackendPlace, type CallOptions } from './backend.ts'
import { textOf } from './read-answer.ts'

export interface SecretVersion {
  /** The secret's ARN or name. */
  readonly secretId: string
  readonly versionStage?: string | undefined
  readonly versionId?: string | undefined
}

/**
 * A secret's text; undefined for one that is binary.
 * https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html
 */
export const getSecretValue = async (
  backend: Backend,
  { secretId, versionStage, versionId }: SecretVersion,
  place: BackendPlace,
  options?: CallOptions,
): Promise<string | undefined> => {
  const input = { SecretId: secretId, VersionStage: versionStage, VersionId: versionId }
  return textOf(await backend.json('secretsmanager', 'secretsmanager.GetSecretValue', input, place, options), 'SecretString')
}
