import { expect, test } from 'bun:test'
import { withSection, zonesBlock, zonesSection } from '../../shared/cluster-dns.ts'
import { takenZones } from './cluster-zones.ts'

const corefile = '.:53 {\n    errors\n    kubernetes cluster.local in-addr.arpa {\n    }\n}\ndns://Corp.test. other.test:53 {\n}\n'

test('zones of others are those of their blocks, and not ours', () => {
  const ours = withSection(corefile, zonesSection, zonesBlock(['mine.test'], '10.0.0.1'))
  expect([...takenZones(ours, undefined)]).toEqual(['', 'corp.test', 'other.test'])
  const custom = { data: { 'kecs-zones.server': 'mine.test:53 {\n}\n', 'kecs.server': 'localhost.localstack.cloud:53 {\n}\n' } }
  expect(takenZones(corefile, custom)).toContain('localhost.localstack.cloud')
  expect(takenZones(corefile, custom)).not.toContain('mine.test')
})

test('the section is written once, and goes without a trace', () => {
  const one = withSection(corefile, zonesSection, zonesBlock(['mine.test'], '10.0.0.1'))
  expect(one).toStartWith(corefile)
  expect(one).toContain('mine.test:53 {\n')
  expect(one).toContain('forward . 10.0.0.1:53 {\n')
  expect(withSection(one, zonesSection, zonesBlock(['mine.test'], '10.0.0.1'))).toBe(one)
  expect(withSection(one, zonesSection, zonesBlock([], '10.0.0.1'))).toBe(corefile)
})
