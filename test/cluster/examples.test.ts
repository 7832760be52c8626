// Every example as a user runs it, on a real cluster.
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { cpSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execute, instance } from '../support/instance.ts'
import { type LocalRelease, serveRelease } from '../support/local-release.ts'
import { terraformIsMissing, terraformPlugins } from '../support/terraform.ts'
import { type Job, runJob } from '../support/workflow.ts'

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
  const { code, stdout, stderr } = await kecs.run(['bash', join(folder, name, 'run.sh')], { check: false, timeoutMs: 480_000, env })
  expect(`${code}\n${code === 0 ? '' : stdout + stderr}`).toBe('0\n')
})

describe('the GitHub workflow, with the Action of this checkout', () => {
  const image = 'my-app:ci'
  let temp: string
  let release: LocalRelease
  beforeAll(async () => {
    temp = mkdtempSync(join(tmpdir(), 'kecs-workflow-'))
    release = await serveRelease(program)
  })
  afterAll(async () => {
    await release.stop()
    rmSync(temp, { recursive: true, force: true })
    await execute(['docker', 'image', 'rm', image])
  })

  const run = async (name: string): Promise<Job> => {
    const kecs = await instance()
    const workspace = join(temp, name)
    cpSync(join(folder, 'ci'), workspace, { recursive: true })
    if (name === 'failing') writeFileSync(join(workspace, 'test.sh'), 'echo "this test fails" && exit 3\n')
    return runJob({
      workflow: join(workspace, 'github.yml'),
      job: 'test',
      workspace,
      temp: join(temp, `${name}-runner`),
      env: { PATH: process.env['PATH'] ?? '', HOME: temp, KECS_HOME: kecs.home, KECS_RELEASES: release.url, AWS_PAGER: '' },
      // The instance that these tests share, instead of one that this job makes.
      with: { version: release.version, name: kecs.name, driver: kecs.driver },
    })
  }

  test('installs kecs, brings it up, and tests what it built', async () => {
    const { ok, log, artifacts } = await run('passing')
    expect(ok ? '' : log).toBe('')
    expect(log).toContain('is ready')
    expect(artifacts).toEqual([])
  }, 300_000)

  test('where a test fails, what the doctor finds is uploaded', async () => {
    const { ok, log, artifacts } = await run('failing')
    expect(ok).toBe(false)
    expect(log).toContain('this test fails')
    expect(artifacts).toEqual([
      { name: expect.stringMatching(/^kecs-doctor-test-/), path: expect.stringMatching(/\.tar\.gz$/), isThere: true },
    ])
  }, 300_000)
})

test('each has a page of its own, which the list of them names', () => {
  expect(examples.length).toBeGreaterThan(5)
  const list = readFileSync(join(folder, 'README.md'), 'utf8')
  for (const name of examples) {
    expect(list).toContain(`(${name}/README.md)`)
    expect(existsSync(join(folder, name, 'README.md'))).toBe(true)
  }
})
