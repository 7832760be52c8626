// The conformance tests once more, against the real cluster's door.
import { expect, test } from 'bun:test'
import { instance } from '../support/instance.ts'

test('SDK v3, boto3 and the AWS CLI drive every implemented operation on the cluster', async () => {
  const kecs = await instance()
  const { code, stdout, stderr } = await kecs.run(['bun', 'test', '--timeout=120000', './test/conformance'], {
    check: false,
    timeoutMs: 900_000,
    env: { KECS_TEST_ENDPOINT: kecs.endpoint },
  })
  expect(code, stdout + stderr).toBe(0)
}, 1_000_000)
