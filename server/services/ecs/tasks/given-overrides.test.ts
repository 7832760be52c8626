import { expect, test } from 'bun:test'
import { withGivenOverrides } from './given-overrides.ts'

const taskDefinition = 'app'

test('what says nothing is as if it had not been said', () => {
  const container = { name: 'app', cpu: 0, memory: 0, memoryReservation: 0, command: ['true'] }
  const overrides = { cpu: '', memory: '', taskRoleArn: '', executionRoleArn: '', containerOverrides: [container] }
  expect(withGivenOverrides({ taskDefinition, overrides })).toEqual({
    taskDefinition,
    overrides: { containerOverrides: [{ name: 'app', cpu: 0, command: ['true'] }] },
  })
})

test('what says something stays', () => {
  const overrides = {
    cpu: '256',
    memory: '512',
    taskRoleArn: 'arn:aws:iam::000000000000:role/task',
    executionRoleArn: 'arn:aws:iam::000000000000:role/execution',
    ephemeralStorage: { sizeInGiB: 30 },
    containerOverrides: [{ name: 'app', cpu: 1, memory: 64, memoryReservation: 32 }],
  }
  expect(withGivenOverrides({ taskDefinition, overrides })).toEqual({ taskDefinition, overrides })
  expect(withGivenOverrides({ taskDefinition })).toEqual({ taskDefinition })
})
