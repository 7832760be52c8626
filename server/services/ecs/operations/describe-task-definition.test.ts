import { describe, expect, test } from 'bun:test'
import { refusalOf } from '../../../../test/support/refusal.ts'
import { testContext } from '../../../../test/support/task-rows.ts'
import { deregisterTaskDefinition } from './deregister-task-definition.ts'
import { describeTaskDefinition } from './describe-task-definition.ts'
import { registerTaskDefinition } from './register-task-definition.ts'

const missing = 'ClientException: Unable to describe task definition.'
const prefix = 'arn:aws:ecs:us-east-1:000000000000:task-definition/'

/** Revisions 1 to 3 of family web, of which the last is INACTIVE. */
async function webThrice() {
  const context = await testContext({ definitions: [] })
  for (const value of ['one', 'two', 'three']) {
    const containerDefinitions = [{ name: 'app', image: 'nginx', memory: 128 }]
    await registerTaskDefinition(context, { family: 'web', containerDefinitions, tags: [{ key: 'n', value }] })
  }
  await deregisterTaskDefinition(context, { taskDefinition: 'web:3' })
  return context
}

describe('DescribeTaskDefinition', () => {
  test.each([
    ['web', 2],
    [`${prefix}web`, 2],
    ['web:1', 1],
    ['web:3', 3],
    [`${prefix}web:3`, 3],
  ])('%s is revision %d', async (taskDefinition, revision) => {
    expect(describeTaskDefinition(await webThrice(), { taskDefinition }).taskDefinition?.revision).toBe(revision)
  })

  test('shows tags where they are asked for', async () => {
    const context = await webThrice()
    expect(describeTaskDefinition(context, { taskDefinition: 'web:1' }).tags).toEqual([])
    expect(describeTaskDefinition(context, { taskDefinition: 'web:1', include: ['TAGS'] }).tags).toEqual([{ key: 'n', value: 'one' }])
  })

  test.each([
    ['none', missing],
    ['web:4', missing],
    ['arn:aws:ecs:us-east-1:123456789012:task-definition/web:1', missing],
    ['arn:aws:ecs:us-west-2:000000000000:task-definition/web:1', missing],
    ['web:latest', 'InvalidParameterException: Invalid revision number. Number: latest'],
    ['', 'InvalidParameterException: Task definition can not be blank.'],
  ])('refuses %s', async (taskDefinition, refusal) => {
    const context = await webThrice()
    expect(await refusalOf(() => describeTaskDefinition(context, { taskDefinition }))).toBe(refusal)
  })

  test('a family without an ACTIVE revision is not there', async () => {
    const context = await webThrice()
    for (const taskDefinition of ['web:1', 'web:2']) await deregisterTaskDefinition(context, { taskDefinition })
    expect(await refusalOf(() => describeTaskDefinition(context, { taskDefinition: 'web' }))).toBe(missing)
    expect(describeTaskDefinition(context, { taskDefinition: 'web:2' }).taskDefinition?.status).toBe('INACTIVE')
  })
})

describe('DeregisterTaskDefinition', () => {
  test('makes a revision INACTIVE', async () => {
    const context = await webThrice()
    await context.clock.advance(1500)
    const { taskDefinition } = await deregisterTaskDefinition(context, { taskDefinition: `${prefix}web:1` })
    expect(taskDefinition).toMatchObject({ revision: 1, status: 'INACTIVE', deregisteredAt: 1_700_000_001.5 })
    await context.clock.advance(1000)
    expect(await deregisterTaskDefinition(context, { taskDefinition: 'web:1' })).toEqual({ taskDefinition })
  })

  test.each([
    ['web', 'ClientException: Revision is missing.'],
    [`${prefix}web`, 'ClientException: Revision is missing.'],
    ['web:x', 'InvalidParameterException: Invalid revision number. Number: x'],
    ['web:9', missing],
    ['none:1', missing],
  ])('refuses %s', async (taskDefinition, refusal) => {
    const context = await webThrice()
    expect(await refusalOf(() => deregisterTaskDefinition(context, { taskDefinition }))).toBe(refusal)
  })
})
