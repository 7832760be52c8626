import { describe, expect, test } from 'bun:test'
import { identifyCluster, identifyTask, identifyTaskDefinition } from './identifier.ts'

const place = { account: '123456789012', region: 'us-east-1' }
const prefix = 'arn:aws:ecs:us-east-1:123456789012:'
const separators = { problem: 'Invalid identifier: Unexpected number of separators' }

describe('a cluster', () => {
  test.each([
    ['web', { clusterName: 'web' }],
    [`${prefix}cluster/web`, { clusterName: 'web' }],
    // Without an account, as Terraform writes it: the caller's.
    ['arn:aws:ecs:us-east-1::cluster/web', { clusterName: 'web' }],
    [`${prefix}cluster/web/more`, separators],
    [`${prefix}cluster/${prefix}cluster/web`, separators],
    [`${prefix}cluster`, separators],
    ['web/more', separators],
    [`${prefix}task/web/abc`, { problem: 'Unsupported resource type: task' }],
    [
      'arn:aws:ecs:eu-west-1:123456789012:cluster/web',
      { problem: 'Invalid identifier: Identifier is for eu-west-1. Your region is us-east-1' },
    ],
    [
      'arn:aws:ecs:us-east-1:000000000000:cluster/web',
      { problem: 'Invalid identifier: Identifier is for 000000000000. Your accountId is 123456789012' },
    ],
  ])('named by %s', (text, expected) => {
    expect(identifyCluster(text, place)).toEqual(expected)
  })
})

describe('a task', () => {
  test.each([
    ['abc', { id: 'abc', short: true }],
    [`${prefix}task/abc`, { id: 'abc', short: true }],
    [`${prefix}task/web/abc`, { id: 'abc', short: false }],
    [`${prefix}task/other/abc`, { problem: 'Invalid identifier: Identifier is for cluster other. Your cluster is web' }],
    [`${prefix}cluster/web`, { problem: 'Unsupported resource type: cluster' }],
    ['web/abc', separators],
  ])('named by %s', (text, expected) => {
    expect(identifyTask(text, 'web', place)).toEqual(expected)
  })
})

describe('a task definition', () => {
  test.each([
    ['app', { family: 'app' }],
    ['app:3', { family: 'app', revision: 3 }],
    [`${prefix}task-definition/app:3`, { family: 'app', revision: 3, place }],
    [`${prefix}task-definition/app`, { family: 'app', place }],
    ['app:latest', { problem: 'Invalid revision number. Number: latest' }],
    ['app:', { problem: 'Invalid revision number. Number: ' }],
    ['app:0', { problem: 'Invalid revision number. Number: 0' }],
    ['app:1:2', separators],
    [`${prefix}cluster/web`, { problem: 'Unsupported resource type: cluster' }],
    [`${prefix}task-definition`, separators],
  ])('named by %s', (text, expected) => {
    expect<unknown>(identifyTaskDefinition(text)).toEqual(expected)
  })
})
