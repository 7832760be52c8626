import { describe, expect, test } from 'bun:test'
import type { ListTaskDefinitionFamiliesRequest, ListTaskDefinitionsRequest } from '../../../aws/generated/ecs.ts'
import { refusalOf } from '../../../../test/support/refusal.ts'
import { definitionRow, testContext } from '../../../../test/support/task-rows.ts'
import { listTaskDefinitionFamilies } from './list-task-definition-families.ts'
import { listTaskDefinitions } from './list-task-definitions.ts'

const prefix = 'arn:aws:ecs:us-east-1:000000000000:task-definition/'

/** web has 1 to 11, of which 2 is INACTIVE; web-api has 1; old has 1, INACTIVE. */
const families = () =>
  testContext({
    definitions: [
      ...Array.from({ length: 11 }, (_, index) =>
        definitionRow({ family: 'web', revision: index + 1 }, { status: index === 1 ? 'INACTIVE' : 'ACTIVE' }),
      ),
      definitionRow({ family: 'web-api' }),
      definitionRow({ family: 'old' }, { status: 'INACTIVE' }),
    ],
  })
const list = async (input: ListTaskDefinitionsRequest) =>
  listTaskDefinitions(await families(), input).taskDefinitionArns?.map(arn => arn.slice(prefix.length))
const web = [1, 3, 4, 5, 6, 7, 8, 9, 10, 11].map(revision => `web:${revision}`)

describe('ListTaskDefinitions', () => {
  test('lists ACTIVE ones by family, then by revision as a number', async () => {
    expect(await list({})).toEqual([...web, 'web-api:1'])
    expect(await list({ sort: 'DESC' })).toEqual(['web-api:1', ...web.toReversed()])
  })

  test('takes familyPrefix for a whole name', async () => {
    expect(await list({ familyPrefix: 'web' })).toEqual(web)
    expect(await list({ familyPrefix: 'we' })).toEqual([])
  })

  test('lists another status when asked', async () => {
    expect(await list({ status: 'INACTIVE' })).toEqual(['old:1', 'web:2'])
    expect(await list({ status: 'INACTIVE', familyPrefix: 'web' })).toEqual(['web:2'])
    expect(await list({ status: 'DELETE_IN_PROGRESS' })).toEqual([])
  })

  test.each(['ASC', 'DESC'] as const)('goes through 250 by pages, %s', async sort => {
    const definitions = Array.from({ length: 250 }, (_, index) => definitionRow({ family: 'many', revision: index + 1 }))
    const context = await testContext({ definitions })
    const sizes: number[] = []
    const revisions: number[] = []
    let nextToken: string | undefined
    do {
      const page = listTaskDefinitions(context, { sort, nextToken, maxResults: 60 })
      const arns = page.taskDefinitionArns ?? []
      sizes.push(arns.length)
      revisions.push(...arns.map(arn => Number(arn.slice(arn.lastIndexOf(':') + 1))))
      nextToken = page.nextToken
    } while (nextToken !== undefined)
    const expected = Array.from({ length: 250 }, (_, index) => index + 1)
    expect(sizes).toEqual([60, 60, 60, 60, 10])
    expect(revisions).toEqual(sort === 'ASC' ? expected : expected.toReversed())
  })

  test('refuses a token of another order', async () => {
    const context = await families()
    const { nextToken } = listTaskDefinitions(context, { maxResults: 1 })
    expect(await refusalOf(() => listTaskDefinitions(context, { nextToken, sort: 'DESC' }))).toBe(
      'InvalidParameterException: Invalid token.',
    )
    expect(await refusalOf(() => listTaskDefinitions(context, { maxResults: 101 }))).toBe(
      'InvalidParameterException: maxResults must be between 1 and 100.',
    )
  })
})

describe('ListTaskDefinitionFamilies', () => {
  test.each<[ListTaskDefinitionFamiliesRequest, string[]]>([
    [{}, ['old', 'web', 'web-api']],
    [{ status: 'ALL' }, ['old', 'web', 'web-api']],
    [{ status: 'ACTIVE' }, ['web', 'web-api']],
    [{ status: 'INACTIVE' }, ['old']],
    [{ familyPrefix: 'we' }, ['web', 'web-api']],
    [{ familyPrefix: 'web-' }, ['web-api']],
    [{ familyPrefix: 'x' }, []],
  ])('%j lists %j', async (input, expected) => {
    expect(listTaskDefinitionFamilies(await families(), input)).toEqual({ families: expected, nextToken: undefined })
  })

  test('goes through 250 by pages of 100', async () => {
    const names = Array.from({ length: 250 }, (_, index) => `f${String(index).padStart(3, '0')}`)
    const context = await testContext({ definitions: names.map(family => definitionRow({ family })) })
    const pages: (readonly string[])[] = []
    let nextToken: string | undefined
    do {
      const page = listTaskDefinitionFamilies(context, { nextToken })
      pages.push(page.families ?? [])
      nextToken = page.nextToken
    } while (nextToken !== undefined)
    expect(pages.map(page => page.length)).toEqual([100, 100, 50])
    expect(pages.flat()).toEqual(names)
  })
})
