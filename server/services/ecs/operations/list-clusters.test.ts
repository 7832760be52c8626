import { describe, expect, test } from 'bun:test'
import { clusters } from '../../../store/tables.ts'
import { refusalOf } from '../../../../test/support/refusal.ts'
import { clusterRow, testContext } from '../../../../test/support/task-rows.ts'
import { createCluster } from './create-cluster.ts'
import { deleteCluster } from './delete-cluster.ts'
import { listClusters } from './list-clusters.ts'

const arn = (name: string) => `arn:aws:ecs:us-east-1:000000000000:cluster/${name}`
const names = Array.from({ length: 250 }, (_, index) => `c${String(index).padStart(3, '0')}`)
const many = () => testContext({ clusters: names.map(name => clusterRow(name)) })

describe('ListClusters', () => {
  test('goes through 250 by pages of 100', async () => {
    const context = await many()
    const pages: (readonly string[])[] = []
    let nextToken: string | undefined
    do {
      const page = listClusters(context, { nextToken })
      pages.push(page.clusterArns ?? [])
      nextToken = page.nextToken
    } while (nextToken !== undefined)
    expect(pages.map(page => page.length)).toEqual([100, 100, 50])
    expect(pages.flat()).toEqual(names.map(arn))
  })

  test('goes on from where it was when rows come and go between pages', async () => {
    const context = await many()
    const first = listClusters(context, { maxResults: 10 })
    await context.store.commit(transaction => transaction.remove(clusters, arn('c009')))
    await createCluster(context, { clusterName: 'c0095' })
    const second = listClusters(context, { maxResults: 2, nextToken: first.nextToken })
    expect(second.clusterArns).toEqual([arn('c0095'), arn('c010')])
  })

  test('has no token where a page ends with the last row', async () => {
    const context = await testContext({ clusters: [clusterRow('a'), clusterRow('b')] })
    expect(listClusters(context, { maxResults: 2 }).nextToken).toBeUndefined()
  })

  test('leaves out INACTIVE ones and other places', async () => {
    const context = await testContext({ clusters: [clusterRow('a'), clusterRow('b')] })
    await deleteCluster(context, { cluster: 'a' })
    await createCluster({ ...context, region: 'us-west-2' }, { clusterName: 'far' })
    expect(listClusters(context, {}).clusterArns).toEqual([arn('b')])
  })

  test.each([0, 101, -1, 1.5])('refuses %d results', async maxResults => {
    const context = await many()
    expect(await refusalOf(() => listClusters(context, { maxResults }))).toBe(
      'InvalidParameterException: maxResults must be between 1 and 100.',
    )
  })

  test('refuses tokens that are not its own', async () => {
    const context = await many()
    const { nextToken } = listClusters(context, {})
    const elsewhere = { ...context, region: 'us-west-2' }
    const invalid = 'InvalidParameterException: Invalid token.'
    expect(await refusalOf(() => listClusters(context, { nextToken: 'nonsense' }))).toBe(invalid)
    expect(await refusalOf(() => listClusters(elsewhere, { nextToken }))).toBe(invalid)
  })
})
