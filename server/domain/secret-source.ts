import { parseArn, type Place } from './arn.ts'

/** Where a value lies that `valueFrom` of a secret names. */
export type SecretSource =
  /** Names to ask Systems Manager for: the value is that of the one which is there. */
  | { readonly store: 'ssm'; readonly place: Place; readonly names: readonly string[] }
  | {
      readonly store: 'asm'
      readonly place: Place
      /** The secret's ARN, without what follows it. */
      readonly secretId: string
      /** The member of the secret's JSON; the whole value where absent. */
      readonly jsonKey?: string
      readonly versionStage?: string
      readonly versionId?: string
    }
  | { readonly store: 'none'; readonly reason: string }

/**
 * Reads `valueFrom`: a parameter's name or ARN, or a secret's ARN with what may follow it:
 *
 *     arn:aws:secretsmanager:REGION:ACCOUNT:secret:NAME-SUFFIX:JSON-KEY:VERSION-STAGE:VERSION-ID
 *
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/secrets-envvar-secrets-manager.html
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/secrets-envvar-ssm-paramstore.html
 *
 * @param own the task's account and region, for a name
 */
export const secretSource = (valueFrom: string, own: Place): SecretSource => {
  const arn = parseArn(valueFrom)
  if (arn === undefined) return { store: 'ssm', place: own, names: [valueFrom] }
  const place = { account: arn.account || own.account, region: arn.region || own.region }
  if (arn.service === 'ssm') return { store: 'ssm', place, names: parameterNames(arn.resource) }
  if (arn.service !== 'secretsmanager') return { store: 'none', reason: `invalid secret ARN: ${valueFrom}` }
  const parts = arn.resource.split(':')
  const [kind = '', name = '', jsonKey = '', versionStage = '', versionId = ''] = parts
  if (kind !== 'secret' || name === '' || (parts.length !== 2 && parts.length !== 5)) return { store: 'none', reason: invalidSecretArn }
  const secretId = `arn:${arn.partition}:secretsmanager:${arn.region}:${arn.account}:${kind}:${name}`
  return {
    store: 'asm',
    place,
    secretId,
    ...(jsonKey === '' ? {} : { jsonKey }),
    ...(versionStage === '' ? {} : { versionStage }),
    ...(versionId === '' ? {} : { versionId }),
  }
}

/** The agent's words. */
const invalidSecretArn = 'an invalid ARN format for the AWS Secrets Manager secret was specified. Specify a valid ARN and try again.'

/** `parameter/a/b` is `/a/b`; `parameter/a` is the ARN of both `a` and `/a`. */
const parameterNames = (resource: string): readonly string[] => {
  const path = resource.replace(/^parameter/, '')
  const name = path.slice(1)
  return name.includes('/') ? [path] : [name, path]
}
