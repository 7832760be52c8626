// The conformance tests once more, against the real cluster's door; Terraform's run against `serve` alone, for their length.
import { expect, test } from 'bun:test'
import { join } from 'node:path'
import { images } from '../../shared/names.ts'
import { instance } from '../support/instance.ts'

const root = join(import.meta.dir, '../..')
const files = [...new Bun.Glob('test/conformance/**/*.test.ts').scanSync({ cwd: root })]
  .filter(file => !file.includes('terraform'))
  .map(file => `./${file}`)

test('SDK v3, boto3 and the AWS CLI drive every implemented operation on the cluster', async () => {
  const kecs = await instance()
  // They name subnets, certificates and functions that nobody made: with a backend those are asked for, and refused.
  await kecs.kecs(['up', '--backend', 'none'], { timeoutMs: 300_000 })
  // ECR's tests ask for a login, which starts the registry.
  await kecs.kecs(['image', 'load', 'registry:2'], { timeoutMs: 240_000 })
  try {
    const { code, stdout, stderr } = await kecs.run(['bun', 'test', '--timeout=300000', ...files], {
      check: false,
      timeoutMs: 1_800_000,
      env: { KECS_TEST_ENDPOINT: kecs.endpoint },
    })
    expect(code, stdout + stderr).toBe(0)
  } finally {
    await kecs.kecs(['up', '--backend', images.localstack], { timeoutMs: 300_000 })
  }
}, 2_000_000)
