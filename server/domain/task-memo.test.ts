import { expect, test } from 'bun:test'
import { aCluster, aDefinition, aTask } from '../../test/support/task-fixture.ts'
import { readMemo, writeMemo } from './task-memo.ts'

const memo = {
  row: aTask(['app'], {}, { tags: [{ key: 'team', value: 'blue' }] }),
  cluster: aCluster(),
  definition: aDefinition([{ name: 'app' }]),
}

test('what was written is read', () => {
  expect(readMemo(writeMemo(memo))).toEqual(memo)
})

test('a daemon’s task is kept without its definition, which is no task definition', () => {
  const row = { ...memo.row, daemonArn: 'arn:aws:ecs:us-east-1:000000000000:daemon/default/logs' }
  expect(readMemo(writeMemo({ ...memo, row }))).toEqual({ row, cluster: memo.cluster })
})

test('what another version or another hand wrote is not read', () => {
  const written: Record<string, unknown> = JSON.parse(writeMemo(memo))
  const changed = (changes: object): string => JSON.stringify({ ...written, ...changes })
  for (const text of [
    '',
    '{',
    'null',
    '[]',
    '{}',
    changed({ format: 2 }),
    changed({ row: undefined }),
    changed({ row: { ...memo.row, task: {} } }),
    changed({ row: { ...memo.row, tags: 'none' } }),
    changed({ cluster: { ...memo.cluster, cluster: { clusterName: 'default' } } }),
  ]) {
    expect(readMemo(text)).toBeUndefined()
  }
  expect(readMemo(changed({ definition: { taskDefinition: {} } }))).toEqual({ row: memo.row, cluster: memo.cluster })
})
