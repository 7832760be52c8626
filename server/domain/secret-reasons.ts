/**
 * Why a task does not start whose secrets cannot be had, in the words of Fargate's platform.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/resource-initialization-error.html
 *
 * Where it differs from AWS: on EC2 the agent has words of its own (`Fetching secret data from …`); here a task's
 * launch type changes nothing.
 */
const prefix = 'ResourceInitializationError:'
const pulling = `${prefix} unable to pull secrets or registry auth:`
const retried = 'service call has been retried 1 time(s):'
const noAnswer = 'https response error StatusCode: 0, RequestID: , canceled, context deadline exceeded'

interface Refusal {
  readonly code: string
  readonly message: string
}

export const asmReasons = {
  refused: (secretId: string, { code, message }: Refusal): string =>
    `${pulling} execution resource retrieval failed: unable to retrieve secret from asm: ${retried} failed to fetch secret ${secretId} from secrets manager: ${code}: ${message}`,
  noKey: (jsonKey: string): string =>
    `${pulling} execution resource retrieval failed: unable to retrieve secret from asm: ${retried} retrieved secret from Secrets Manager did not contain json key ${jsonKey}`,
  noText: (secretId: string): string =>
    `${pulling} execution resource retrieval failed: unable to retrieve secret from asm: ${retried} secret ${secretId} has no text`,
  away: (secretId: string): string =>
    `${pulling} unable to retrieve secret from asm: There is a connection issue between the task and AWS Secrets Manager. Check your task network configuration. failed to fetch secret ${secretId} from secrets manager: operation error Secrets Manager: GetSecretValue, ${noAnswer}`,
}

export const ssmReasons = {
  refused: ({ code, message }: Refusal): string =>
    `${pulling} execution resource retrieval failed: unable to retrieve secrets from ssm: ${retried} ${code}: ${message}`,
  missing: (names: readonly string[]): string =>
    `${pulling} execution resource retrieval failed: unable to retrieve secrets from ssm: ${retried} invalid ssm parameters: ${names.join(', ')}`,
  away: `${pulling} unable to retrieve secrets from ssm: The task cannot pull secrets from AWS Systems Manager. There is a connection issue between the task and AWS Systems Manager Parameter Store. Check your task network configuration. operation error SSM: GetParameters, ${noAnswer}`,
}

/** Credentials of a private registry. */
export const registryReasons = {
  malformed: (field: 'username' | 'password'): string =>
    `${pulling} execution resource retrieval failed: unable to get registry auth from asm: ${retried} asm fetching ${field}: AuthorizationData is malformed, empty field`,
  noJson: `${pulling} execution resource retrieval failed: unable to get registry auth from asm: ${retried} asm fetching authorization data: unable to unmarshal secret value, invalid schema`,
}

export const fileReasons = {
  refused: (status: number, { code, message }: Refusal): string =>
    `${prefix} failed to download env files: ${retried} operation error S3: GetObject, https response error StatusCode: ${status}, api error ${code}: ${message}`,
  away: `${prefix} failed to download env files: operation error S3: GetObject, ${noAnswer}`,
}

/** What a log router's configuration includes. */
export const configFileReasons = {
  refused: (key: string, bucket: string, status: number, { code, message }: Refusal): string =>
    `${prefix} unable to download firelens s3 config file: unable to download s3 config ${key} from bucket ${bucket}: operation error S3: GetObject, https response error StatusCode: ${status}, api error ${code}: ${message}`,
  away: `${prefix} unable to download firelens s3 config file: operation error S3: GetObject, ${noAnswer}`,
}

/** None is configured: nothing of AWS, which always has these services. */
export const noBackendReason = (needs: readonly string[]): string =>
  `${pulling} this instance of kecs has no backend to ask for ${needs.join(', ')}: it was started with --backend none, or simulated without --backend URL.`

export const badSourceReason = (reason: string): string => `${pulling} execution resource retrieval failed: ${reason}`
