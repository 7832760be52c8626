import { expect, test } from 'bun:test'
import { redact, redactText } from './redact.ts'

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

test('an annotation that is JSON is redacted as what it says', () => {
  const memo = {
    row: { agentIds: { credentials: 'a', containers: { web: 'PLANTED' } }, taskId: '1' },
    definition: {
      containerDefinitions: [
        { command: ['PLANTED'], environment: [{ name: 'A', value: 'PLANTED' }], secrets: [{ name: 'B', valueFrom: '/b' }] },
      ],
    },
  }
  expect(redact({ annotations: { 'kecs.dev/memo': JSON.stringify(memo) } })).toEqual({
    annotations: {
      'kecs.dev/memo': JSON.stringify({
        row: { agentIds: '(left out)', taskId: '1' },
        definition: {
          containerDefinitions: [
            { command: ['(left out)'], environment: [{ name: 'A', value: '(left out)' }], secrets: [{ name: 'B', valueFrom: '/b' }] },
          ],
        },
      }),
    },
  })
})

test.each([
  ['proxy http://user:PLANTED@proxy:3128 is asked', 'proxy http://(left out)@proxy:3128 is asked'],
  ['DB_PASSWORD=PLANTED port=5432', 'DB_PASSWORD=(left out) port=5432'],
  ['{"level":"info","clientSecret":"PLANTED words","port":1}', '{"level":"info","clientSecret":"(left out)","port":1}'],
  [
    String.raw`{"msg":"sent {\"password\":\"PLANTED\",\"user\":\"app\"}"}`,
    String.raw`{"msg":"sent {\"password\":\"(left out)\",\"user\":\"app\"}"}`,
  ],
  ['GET /x?X-Amz-Signature=PLANTED&X-Amz-Date=1 200', 'GET /x?X-Amz-Signature=(left out)&X-Amz-Date=1 200'],
  ['Authorization: AWS4-HMAC-SHA256 Credential=PLANTED, Signature=PLANTED', 'Authorization: (left out)'],
  ["headers {'authorization': 'Bearer PLANTED'}", "headers {'authorization': '(left out)'}"],
  ['said eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.PLANTED-x_ to', 'said (left out) to'],
  ['key AKIAIOSFODNN7EXAMPLE of', 'key (left out) of'],
  ['-----BEGIN RSA PRIVATE KEY-----\nPLANTED\n-----END RSA PRIVATE KEY-----\nnext', '(left out)\nnext'],
  // What helps stays.
  ['secret "db" not found', 'secret "db" not found'],
  ['10.96.0.1:443: connection refused', '10.96.0.1:443: connection refused'],
])('of the text %s stays %s', (text, stays) => {
  expect(redactText(text)).toBe(stays)
})

test('a secret that is known goes wherever it stands; a short one is a word of any text', () => {
  expect(redactText('signed with wJalrXUtnFEMI/K7MDENG for test', ['wJalrXUtnFEMI/K7MDENG', 'test'])).toBe(
    'signed with (left out) for test',
  )
})
