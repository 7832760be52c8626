// What CI systems read, held to their public schemas, which check-jsonschema carries.
import { expect, test } from 'bun:test'
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { runs } from './support/runs.ts'

const isThere = runs(['python3', '-m', 'check_jsonschema', '--version'])
if (!isThere)
  console.warn('Skipped: workflow files are not held to their schemas, for python3 with check-jsonschema is not on this machine.')

test.skipIf(!isThere).each([
  ['github-actions', 'deploy/action/action.yml'],
  ['github-actions', 'deploy/action/report/action.yml'],
  ['github-workflows', 'examples/ci/github.yml'],
  ['gitlab-ci', 'examples/ci/gitlab.yml'],
  ['circle-ci', 'examples/ci/circleci.yml'],
  ['compose-spec', 'examples/compose/docker-compose.yml'],
])('is as the schema %s has it: %s', (schema, file) => {
  const command = ['-m', 'check_jsonschema', '--builtin-schema', `vendor.${schema}`, file]
  const checked = spawnSync('python3', command, { cwd: join(import.meta.dir, '..'), encoding: 'utf8' })
  expect(checked.status === 0 ? '' : checked.stdout + checked.stderr).toBe('')
})
