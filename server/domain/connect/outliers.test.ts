import { describe, expect, test } from 'bun:test'
import { withoutOutliers } from './outliers.ts'
import type { ServedEndpoint } from './routing.ts'

const endpoint = (protocol: ServedEndpoint['row']['protocol'], more: Partial<ServedEndpoint> = {}): ServedEndpoint => ({
  row: {
    namespaceArn: 'arn:aws:servicediscovery:us-east-1:000000000000:namespace/ns-1',
    dnsName: 'db',
    port: 5432,
    serviceArn: 'arn:aws:ecs:us-east-1:000000000000:service/c/db',
    registryArns: [],
    protocol,
  },
  entryPort: 64_100,
  servers: ['10.0.0.1:5432', '10.0.0.2:5432'],
  ...more,
})

describe('tasks that accept no connections', () => {
  test('get none, of endpoints of TCP', () => {
    expect(withoutOutliers(endpoint('tcp'), new Set(['10.0.0.1:5432'])).servers).toEqual(['10.0.0.2:5432'])
    expect(withoutOutliers(endpoint('http'), new Set(['10.0.0.1:5432']))).toEqual(endpoint('http'))
  })

  test('are known by their port too', () => {
    expect(withoutOutliers(endpoint('tcp'), new Set(['10.0.0.1:80'])).servers).toEqual(['10.0.0.1:5432', '10.0.0.2:5432'])
  })

  test('get them all the same where there is nobody else', () => {
    const all = new Set(['10.0.0.1:5432', '10.0.0.2:5432'])
    expect(withoutOutliers(endpoint('tcp'), all).servers).toEqual(['10.0.0.1:5432', '10.0.0.2:5432'])
  })

  test('of one side of a shift leave the other as it is', () => {
    const shift = { servers: ['10.0.0.3:5432', '10.0.0.4:5432'], production: 50, isTested: false }
    const found = withoutOutliers(endpoint('tcp', { shift }), new Set(['10.0.0.1:5432', '10.0.0.2:5432', '10.0.0.4:5432']))
    expect(found.servers).toEqual(['10.0.0.1:5432', '10.0.0.2:5432'])
    expect(found.shift).toEqual({ ...shift, servers: ['10.0.0.3:5432'] })
  })
})
