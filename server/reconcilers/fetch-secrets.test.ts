import { expect, test } from 'bun:test'
import { awsServices, type AwsValues } from '../../test/support/aws-services.ts'
import { definitionRow, taskRow } from '../../test/support/task-rows.ts'
import type { ContainerDefinition, ContainerOverride } from '../aws/generated/ecs.ts'
import { taskNeeds } from '../domain/secret-needs.ts'
import { fetchSecrets, SecretsUnavailable } from './fetch-secrets.ts'

const asm = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:db-AbCdEf'
const start =
  'ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve'
const retried = 'service call has been retried 1 time(s):'

const fetching = (values: AwsValues, container: ContainerDefinition, override?: ContainerOverride) => {
  const definition = definitionRow({ containerDefinitions: [{ name: 'app', image: 'nginx', ...container }] })
  const overrides = override === undefined ? undefined : { containerOverrides: [{ ...override, name: 'app' }] }
  const needs = taskNeeds(taskRow(definition, { overrides }), definition)
  if (needs === undefined) throw new Error('nothing is needed')
  const services = awsServices(values)
  const fetched = async () => (await fetchSecrets(needs, services.backend, new AbortController().signal))['app']
  const refusal = async (): Promise<string> => {
    const error: unknown = await fetched().catch((thrown: unknown) => thrown)
    return error instanceof SecretsUnavailable ? error.message : `not refused: ${JSON.stringify(error)}`
  }
  return { services, fetched, refusal }
}

const secrets = (...from: readonly string[]) => from.map((valueFrom, index) => ({ name: `S${index}`, valueFrom }))
const files = (...keys: readonly string[]) => keys.map(key => ({ type: 's3' as const, value: `arn:aws:s3:::files/${key}` }))

test('a task without any needs nothing', () => {
  expect(taskNeeds(taskRow(definitionRow()), definitionRow())).toBeUndefined()
})

test('parameters come by name and by ARN, from the account and region that the ARN has', async () => {
  const { services, fetched } = fetching(
    { parameters: { '/app/a': 'one', b: 'two', '/c': 'three' } },
    {
      secrets: secrets(
        '/app/a',
        'arn:aws:ssm:us-east-1:000000000000:parameter/b',
        'arn:aws:ssm:us-east-1:000000000000:parameter/c',
        'arn:aws:ssm:eu-west-1:123456789012:parameter/app/a',
      ),
    },
  )
  expect(await fetched()).toEqual({ environment: { S0: 'one', S1: 'two', S2: 'three', S3: 'one' }, logOptions: {} })
  expect(services.calls).toEqual(['AmazonSSM.GetParameters test/us-east-1', 'AmazonSSM.GetParameters 123456789012/eu-west-1'])
})

test('a call asks for ten parameters at most', async () => {
  const names = Array.from({ length: 21 }, (_, index) => `/p/${index}`)
  const { services, fetched } = fetching(
    { parameters: Object.fromEntries(names.map(name => [name, name])) },
    { secrets: secrets(...names) },
  )
  expect(Object.values((await fetched())?.environment ?? {})).toEqual(names)
  expect(services.calls.length).toBe(3)
})

test('a secret is asked for once, and read by key, stage and version', async () => {
  const json = '{"user":"admin","port":5432,"tls":true,"hosts":["a","b"]}'
  const { services, fetched } = fetching(
    { secrets: { [asm]: json, [`${asm} AWSPREVIOUS`]: '{"user":"root"}', [`${asm} 0f1`]: 'old' } },
    {
      secrets: secrets(asm, `${asm}:user::`, `${asm}:port::`, `${asm}:tls::`, `${asm}:hosts::`, `${asm}:user:AWSPREVIOUS:`, `${asm}:::0f1`),
    },
  )
  expect((await fetched())?.environment).toEqual({ S0: json, S1: 'admin', S2: '5432', S3: 'true', S4: '["a","b"]', S5: 'root', S6: 'old' })
  expect(services.calls).toEqual(Array.from({ length: 3 }, () => 'secretsmanager.GetSecretValue 123456789012/eu-west-1'))
})

test('of environment files the first counts; the definition and secrets come before them', async () => {
  const { fetched } = fetching(
    { parameters: { '/s': 'secret' }, objects: { 'files/a b/1.env': 'A=1\nB=1\nOWN=file\nS0=file', 'files/2.env': 'B=2\nC=2' } },
    { environment: [{ name: 'OWN', value: 'definition' }], environmentFiles: files('a b/1.env', '2.env'), secrets: secrets('/s') },
  )
  expect((await fetched())?.environment).toEqual({ A: '1', B: '1', C: '2', S0: 'secret' })
})

test("an override's files take the place of the definition's, and its variables come before them", async () => {
  const { fetched } = fetching(
    { objects: { 'files/other.env': 'A=other\nB=other' } },
    { environmentFiles: files('mine.env') },
    { environmentFiles: files('other.env'), environment: [{ name: 'A', value: 'override' }] },
  )
  expect((await fetched())?.environment).toEqual({ B: 'other' })
})

test('options of the log driver, and credentials of the registry', async () => {
  const { fetched } = fetching(
    { parameters: { '/token': 't' }, secrets: { [asm]: '{"username":"u","password":"p"}' } },
    {
      logConfiguration: { logDriver: 'splunk', secretOptions: [{ name: 'splunk-token', valueFrom: '/token' }] },
      repositoryCredentials: { credentialsParameter: asm },
    },
  )
  expect(await fetched()).toEqual({ environment: {}, logOptions: { 'splunk-token': 't' }, registry: { username: 'u', password: 'p' } })
})

test.each<[string, ContainerDefinition, string]>([
  [
    'a parameter that is not there',
    { secrets: secrets('/a', '/b', '/there') },
    `${start} secrets from ssm: ${retried} invalid ssm parameters: /a, /b`,
  ],
  [
    'a secret that is not there',
    { secrets: secrets(`${asm}-not`) },
    `${start} secret from asm: ${retried} failed to fetch secret ${asm}-not from secrets manager: ResourceNotFoundException: Secrets Manager can't find the specified secret.`,
  ],
  [
    'a key that is not there',
    { secrets: secrets(`${asm}:password::`) },
    `${start} secret from asm: ${retried} retrieved secret from Secrets Manager did not contain json key password`,
  ],
  [
    'a file that is not there',
    { environmentFiles: files('a.env') },
    `ResourceInitializationError: failed to download env files: ${retried} operation error S3: GetObject, https response error StatusCode: 404, api error NoSuchKey: The specified key does not exist.`,
  ],
  [
    'credentials without a password',
    { repositoryCredentials: { credentialsParameter: asm } },
    `${start.replace('unable to retrieve', '')}unable to get registry auth from asm: ${retried} asm fetching password: AuthorizationData is malformed, empty field`,
  ],
])('%s is refused', async (_what, container, reason) => {
  const { refusal } = fetching({ parameters: { '/there': 'x' }, secrets: { [asm]: '{"username":"u"}' } }, container)
  expect(await refusal()).toBe(reason)
})

test.each<[ContainerDefinition, RegExp]>([
  [{ secrets: secrets('/a') }, /unable to retrieve secrets from ssm: The task cannot pull secrets from AWS Systems Manager/],
  [{ secrets: secrets(asm) }, /unable to retrieve secret from asm: There is a connection issue between the task and AWS Secrets Manager/],
  [{ environmentFiles: files('a.env') }, /failed to download env files: .*context deadline exceeded/],
])('what does not answer may be asked again', async (container, reason) => {
  const { services, fetched } = fetching({}, container)
  services.isAway = true
  const error = await fetched().catch((thrown: unknown) => thrown)
  expect(error).toMatchObject({ mayPass: true, message: expect.stringMatching(reason) })
})
