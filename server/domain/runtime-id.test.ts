// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-metadata-endpoint-v4-fargate-response.html
import { expect, test } from 'bun:test'
import { toldRuntimeId } from './runtime-id.ts'

const taskId = '0123456789abcdef0123456789abcdef'
const runtimeId = `ffffffff${'0'.repeat(56)}`

test('on Fargate an id is the task’s and a number, elsewhere the container runtime’s', () => {
  expect(toldRuntimeId('FARGATE', taskId, runtimeId)).toBe(`${taskId}-4294967295`)
  expect(toldRuntimeId('EC2', taskId, runtimeId)).toBe(runtimeId)
  expect(toldRuntimeId(undefined, taskId, runtimeId)).toBe(runtimeId)
  expect(toldRuntimeId('FARGATE', taskId, '')).toBe('')
})
