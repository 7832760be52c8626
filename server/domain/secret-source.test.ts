import { expect, test } from 'bun:test'
import { type SecretSource, secretSource } from './secret-source.ts'

const own = { account: '000000000000', region: 'us-east-1' }
const there = { account: '123456789012', region: 'eu-west-1' }
const secret = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:app/db-AbCdEf'

test.each<[string, SecretSource]>([
  ['/app/password', { store: 'ssm', place: own, names: ['/app/password'] }],
  ['password', { store: 'ssm', place: own, names: ['password'] }],
  ['arn:aws:ssm:eu-west-1:123456789012:parameter/app/password', { store: 'ssm', place: there, names: ['/app/password'] }],
  ['arn:aws:ssm:eu-west-1:123456789012:parameter/password', { store: 'ssm', place: there, names: ['password', '/password'] }],
  [secret, { store: 'asm', place: there, secretId: secret }],
  [`${secret}:user::`, { store: 'asm', place: there, secretId: secret, jsonKey: 'user' }],
  [`${secret}::AWSPREVIOUS:`, { store: 'asm', place: there, secretId: secret, versionStage: 'AWSPREVIOUS' }],
  [`${secret}:user::9d4cb84b`, { store: 'asm', place: there, secretId: secret, jsonKey: 'user', versionId: '9d4cb84b' }],
])('%s', (valueFrom, source) => expect(secretSource(valueFrom, own)).toEqual(source))

test.each([`${secret}:user`, `${secret}:a:b:c:d`, 'arn:aws:s3:::bucket/key'])('%s is no secret', valueFrom =>
  expect(secretSource(valueFrom, own).store).toBe('none'),
)
