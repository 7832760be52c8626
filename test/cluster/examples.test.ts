// Every example as a user runs it, on a real cluster.
import { expect, test } from 'bun:test'
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { instance } from '../support/instance.ts'
import { terraformIsMissing, terraformPlugins } from '../support/terraform.ts'

const folder = join(import.meta.dir, '../../examples')
const examples = readdirSync(folder).filter(name => existsSync(join(folder, name, 'run.sh')))
// What the cluster's nodes have; a user's pull it from its registry.
const awsCli = 'kecs-test/awscli:latest'
const program = join(import.meta.dir, '../../dist/kecs')
const needsTerraform = (name: string): boolean => name === 'terraform' && terraformIsMissing() !== undefined

test.each(examples.filter(name => !needsTerraform(name)))('%s', async name => {
  const kecs = await instance()
  const env = {
    AWS_CLI_IMAGE: awsCli,
    CURL_IMAGE: 'kecs-test/curl:latest',
    EXAMPLE_RUN: name.slice(0, 12),
    KECS: program,
    KECS_NAME: kecs.name,
    TF_PLUGINS: terraformPlugins() ?? '',
  }
  const { code, stdout, stderr } = await kecs.run(['bash', join(folder, name, 'run.sh')], { check: false, timeoutMs: 240_000, env })
  expect(`${code}\n${code === 0 ? '' : stdout + stderr}`).toBe('0\n')
})

test('each has a page of its own, which the list of them names', () => {
  expect(examples.length).toBeGreaterThan(5)
  const list = readFileSync(join(folder, 'README.md'), 'utf8')
  for (const name of examples) {
    expect(list).toContain(`(${name}/README.md)`)
    expect(existsSync(join(folder, name, 'README.md'))).toBe(true)
  }
})
