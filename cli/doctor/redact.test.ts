import { expect, test } from 'bun:test'
import { redact } from './redact.ts'

test('values of environment variables go whatever their name; names and references stay', () => {
  const pod = {
    spec: {
      containers: [
        {
          name: 'app',
          env: [
            { name: 'GREETING', value: 'hello' },
            { name: 'DB', valueFrom: { secretKeyRef: { name: 'db', key: 'url' } } },
          ],
        },
      ],
    },
  }
  expect(redact(pod)).toEqual({
    spec: {
      containers: [
        {
          name: 'app',
          env: [
            { name: 'GREETING', value: '(left out)' },
            { name: 'DB', valueFrom: { secretKeyRef: { name: 'db', key: 'url' } } },
          ],
        },
      ],
    },
  })
})

test('members that speak of secrets go, those around them stay', () => {
  expect(
    redact({
      accessKeyId: 'AKIA',
      SecretAccessKey: 'x',
      nested: [{ clientToken: 't', port: 4566 }],
      secrets: [{ name: 'DB', valueFrom: 'arn:aws:ssm:us-east-1:1:parameter/db' }],
    }),
  ).toEqual({
    accessKeyId: '(left out)',
    SecretAccessKey: '(left out)',
    nested: [{ clientToken: '(left out)', port: 4566 }],
    secrets: [{ name: 'DB', valueFrom: 'arn:aws:ssm:us-east-1:1:parameter/db' }],
  })
})

test('copies of an object that Kubernetes keeps beside it go', () => {
  expect(
    redact({
      metadata: { name: 'a', managedFields: [{}], annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{}', other: '1' } },
    }),
  ).toEqual({ metadata: { name: 'a', annotations: { other: '1' } } })
})

test('words of command lines go, and lists of secrets', () => {
  expect(redact({ args: ['--password', 'x'], command: ['sh', '-c', 'login x'], tokens: ['a', 'b'], image: 'app' })).toEqual({
    args: ['(left out)', '(left out)'],
    command: ['(left out)', '(left out)', '(left out)'],
    tokens: '(left out)',
    image: 'app',
  })
  // References name a secret and have none of its values.
  expect(redact({ secretKeyRef: { name: 'db', key: 'url' } })).toEqual({ secretKeyRef: { name: 'db', key: 'url' } })
})
