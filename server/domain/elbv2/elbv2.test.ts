import { describe, expect, test } from 'bun:test'
import { ipVersion, isWithin } from './ip-address.ts'
import { kindOfArn, listenerArn, loadBalancerArn, ruleArn } from './arns.ts'
import { isGone, targetHealthOf } from './target-health.ts'
import { sslPolicies } from './ssl-policies.ts'

const place = { account: '000000000000', region: 'us-east-1' }

describe('ARNs', () => {
  const balancer = loadBalancerArn(place, 'network', 'n', '0123456789abcdef')
  const listener = listenerArn(balancer, '1111111111111111')
  const rule = ruleArn(listener, '2222222222222222')

  test('repeat what they belong to', () => {
    expect(rule).toBe(
      'arn:aws:elasticloadbalancing:us-east-1:000000000000:listener-rule/net/n/0123456789abcdef/1111111111111111/2222222222222222',
    )
    expect([balancer, listener, rule, 'arn:aws:ecs:us-east-1:000000000000:cluster/a', 'a'].map(kindOfArn)).toEqual([
      'load balancer',
      'listener',
      'listener rule',
      undefined,
      undefined,
    ])
  })
})

test.each([
  ['10.0.0.1', 4],
  ['256.0.0.1', undefined],
  ['::1', 6],
  ['fe80::1%eth0', undefined],
  ['2001:db8::10.0.0.1', 6],
  ['a:b', undefined],
  ['', undefined],
] as const)('%s is an address of version %p', (text, version) => {
  expect(ipVersion(text)).toBe(version)
})

test.each([
  ['10.255.255.255', '10.0.0.0/8', true],
  ['11.0.0.0', '10.0.0.0/8', false],
  ['172.31.0.1', '172.16.0.0/12', true],
  ['172.32.0.1', '172.16.0.0/12', false],
])('%s in %s: %p', (address, block, isInside) => {
  expect(isWithin(address, block)).toBe(isInside)
})

describe('target health', () => {
  const row = { targetGroupArn: 'g', target: { Id: '10.0.0.1', Port: 80 }, registeredAt: 0 }
  const facts = { row, found: undefined, targetGroup: { HealthCheckEnabled: true }, isUsed: true, now: 1000 }

  test.each([
    [{}, 'initial', 'Elb.RegistrationInProgress'],
    [{ isUsed: false }, 'unused', 'Target.NotInUse'],
    [{ row: undefined }, 'unused', 'Target.NotRegistered'],
    [{ row: { ...row, drainingUntil: 2000 } }, 'draining', 'Target.DeregistrationInProgress'],
    [{ row: { ...row, drainingUntil: 1000 } }, 'unused', 'Target.NotRegistered'],
    [{ targetGroup: { HealthCheckEnabled: false } }, 'unavailable', 'Target.HealthCheckDisabled'],
  ] as const)('%#', (more, State, Reason) => {
    expect(targetHealthOf({ ...facts, ...more })).toMatchObject({ State, Reason })
  })

  test('is what checks found', () => {
    const found = {
      targetGroupArn: 'g',
      target: row.target,
      state: 'unhealthy',
      reason: 'Target.Timeout',
      description: 'Request timed out',
      since: 0,
    } as const
    expect(targetHealthOf({ ...facts, found })).toEqual({ State: 'unhealthy', Reason: 'Target.Timeout', Description: 'Request timed out' })
    expect(targetHealthOf({ ...facts, found: { targetGroupArn: 'g', target: row.target, state: 'healthy', since: 0 } })).toEqual({
      State: 'healthy',
      Reason: undefined,
      Description: undefined,
    })
  })

  test('of one that drained is gone at its time, not before', () => {
    expect([999, 1000].map(now => isGone({ ...row, drainingUntil: 1000 }, now))).toEqual([false, true])
    expect(isGone(row, 1e15)).toBe(false)
  })
})

test('security policies have names of their own, and ciphers', () => {
  expect(new Set(sslPolicies.map(({ Name }) => Name)).size).toBe(sslPolicies.length)
  expect(sslPolicies.every(({ Ciphers = [] }) => Ciphers.length > 0)).toBe(true)
})
