import { expect, test } from 'bun:test'
import { type AwsApi, AwsRefusal } from '../apply/api.ts'
import { makeRole, missingRoles, rolesOf } from './roles.ts'
import type { Wanted } from './wanted.ts'

const wanted = (input: Wanted['input']): Wanted => ({ kind: 'task definition', id: 'web', name: 'web', input })
const arnOf = (path: string, account = '000000000000'): string => `arn:aws:iam::${account}:role/${path}`

/** An IAM with these roles, which says what it was asked for. */
const iam = (names: readonly string[], refusal = 'NoSuchEntity') => {
  const asked: object[] = []
  const query: AwsApi['query'] = async (service, operation, input) => {
    asked.push({ service, operation, input })
    if (names.includes(String(Object.values(input)[0])) || operation === 'CreateRole') return {}
    throw new AwsRefusal(refusal, 'none')
  }
  return { api: { query, json: async () => ({}) } satisfies AwsApi, asked }
}

test("the account's roles are found wherever they are named, each once, but those that AWS makes", () => {
  const hooks = { lifecycleHooks: [{ roleArn: arnOf('team/hooks') }] }
  const roles = rolesOf(
    [
      wanted({ taskRoleArn: arnOf('task'), executionRoleArn: arnOf('task'), family: 'role/web' }),
      wanted({ deploymentConfiguration: hooks, role: arnOf('aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS') }),
      wanted({ taskRoleArn: arnOf('task', '111111111111') }),
    ],
    '000000000000',
  )
  expect(roles).toEqual([
    { name: 'task', path: '/' },
    { name: 'hooks', path: '/team/' },
  ])
})

test('those that IAM has not are made, with their path', async () => {
  const roles = [
    { name: 'task', path: '/' },
    { name: 'hooks', path: '/team/' },
  ]
  const { api, asked } = iam(['task'])
  expect(await missingRoles(api, roles)).toEqual([{ name: 'hooks', path: '/team/' }])
  await makeRole(api, { name: 'hooks', path: '/team/' })
  expect(asked.at(-1)).toMatchObject({ service: 'iam', operation: 'CreateRole', input: { RoleName: 'hooks', Path: '/team/' } })
})

test('where there is no IAM none is missing', async () => {
  expect(await missingRoles(iam([], 'UnsupportedOperation').api, [{ name: 'task', path: '/' }])).toEqual([])
})
