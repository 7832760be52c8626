import { expect, test } from 'bun:test'
import * as fc from 'fast-check'
import { defaultAccount } from '../../shared/names.ts'
import { namespaceOf } from './namespace.ts'

const here = { account: defaultAccount, region: 'us-east-1' }
const label = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/

test('a name that fits is the cluster and the region', () => {
  expect(namespaceOf(here, 'default')).toBe('default-us-east-1')
  expect(namespaceOf({ ...here, region: 'us-gov-west-1' }, 'my-web-2')).toBe('my-web-2-us-gov-west-1')
})

test.each([
  ['capitals', here, 'Web'],
  ['underscores', here, 'my_web'],
  ['another account', { ...here, account: '123456789012' }, 'web'],
  ['a hyphen at the end', here, 'web-'],
  ['an odd region', { ...here, region: 'local' }, 'web'],
  ['a long name', here, 'w'.repeat(60)],
])('%s add a digest', (_, place, name) => {
  expect(namespaceOf(place, name)).toMatch(/-[0-9a-f]{16}$/)
})

test('every name is a label, and no two clusters share one', () => {
  const name = fc.stringMatching(/^[a-cA-C_-]{1,6}$/)
  const suffix = fc.constantFrom('', '-us', '-us-gov', '-us-east-1', '-gov-west-1', '-x'.repeat(30))
  const region = fc.constantFrom('us-east-1', 'us-gov-west-1', 'gov-west-1', 'eu-isoe-west-1', 'isoe-west-1', 'local', 'ab-cd-east-1')
  const account = fc.constantFrom(defaultAccount, '123456789012')
  const cluster = fc.record({ name: fc.tuple(name, suffix).map(parts => parts.join('')), region, account })
  fc.assert(
    fc.property(cluster, cluster, (one, other) => {
      const first = namespaceOf(one, one.name)
      expect(first).toMatch(label)
      const isSame = one.name === other.name && one.region === other.region && one.account === other.account
      expect(namespaceOf(other, other.name) === first).toBe(isSame)
    }),
    { numRuns: 2000 },
  )
})
