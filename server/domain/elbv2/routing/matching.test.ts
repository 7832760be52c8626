import { describe, expect, test } from 'bun:test'
import * as fc from 'fast-check'
import { routedRequest, ruleConditions } from '../../../../test/support/routing-arbitraries.ts'
import { traefikMatches } from '../../../../test/support/traefik-rule-reader.ts'
import type { RuleCondition } from '../../../aws/generated/elbv2.ts'
import { isInBlock } from './address-blocks.ts'
import { type RoutedRequest, isMet, ruleFor } from './matching.ts'
import { traefikRule } from './traefik-rule.ts'

const request = (parts: Partial<RoutedRequest> = {}): RoutedRequest => ({
  method: 'GET',
  host: 'www.example.com',
  path: '/',
  query: [],
  headers: {},
  sourceIp: '10.0.0.7',
  ...parts,
})
const hosts = (...Values: string[]): RuleCondition => ({ Field: 'host-header', HostHeaderConfig: { Values } })
const paths = (...Values: string[]): RuleCondition => ({ Field: 'path-pattern', PathPatternConfig: { Values } })

// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/rule-condition-types.html
describe('a condition, as AWS describes it', () => {
  test.each([
    ['example.com', 'example.com', true],
    ['example.com', 'EXAMPLE.com', true],
    ['example.com', 'test.example.com', false],
    ['*.example.com', 'test.example.com', true],
    ['*.example.com', 'example.com', false],
    ['test?.example.com', 'test1.example.com', true],
    ['test?.example.com', 'test12.example.com', false],
  ])('host %s and %s', (pattern, host, expected) => {
    expect(isMet(hosts(pattern), request({ host }))).toBe(expected)
  })

  test.each([
    ['/img/*', '/img/a.png', true],
    ['/img/*', '/img/', true],
    ['/img/*', '/img', false],
    ['/img/*', '/IMG/a.png', false],
    ['/img/*/pics', '/img/a/b/pics', true],
    ['/v?', '/v1', true],
    ['/v?', '/v', false],
  ])('path %s and %s', (pattern, path, expected) => {
    expect(isMet(paths(pattern), request({ path }))).toBe(expected)
  })

  test('a header of any case, one of several values, and one that is not there', () => {
    const condition: RuleCondition = {
      Field: 'http-header',
      HttpHeaderConfig: { HttpHeaderName: 'User-Agent', Values: ['*Chrome*', '*Safari*'] },
    }
    expect(isMet(condition, request({ headers: { 'user-agent': ['Mozilla safari/9'] } }))).toBe(true)
    expect(isMet(condition, request({ headers: { 'user-agent': ['curl', 'x Chrome y'] } }))).toBe(true)
    expect(isMet(condition, request())).toBe(false)
  })

  test('a query by key and value of any case, by value alone, and with a star that is meant', () => {
    const of = (...Values: { Key?: string; Value: string }[]): RuleCondition => ({ Field: 'query-string', QueryStringConfig: { Values } })
    const query = [
      ['Version', 'V1'],
      ['q', '*'],
    ] as const
    expect(isMet(of({ Key: 'version', Value: 'v1' }), request({ query }))).toBe(true)
    expect(isMet(of({ Value: 'v1' }), request({ query }))).toBe(true)
    expect(isMet(of({ Key: 'q', Value: String.raw`\*` }), request({ query }))).toBe(true)
    expect(isMet(of({ Key: 'version', Value: String.raw`\*` }), request({ query }))).toBe(false)
    expect(isMet(of({ Key: 'other', Value: '*' }), request({ query }))).toBe(false)
  })

  test('methods are exact, addresses are within blocks', () => {
    expect(isMet({ Field: 'http-request-method', HttpRequestMethodConfig: { Values: ['GET'] } }, request({ method: 'HEAD' }))).toBe(false)
    expect(isInBlock('192.0.2.77', '192.0.2.0/24')).toBe(true)
    expect(isInBlock('192.0.3.77', '192.0.2.0/24')).toBe(false)
    expect(isInBlock('2001:db8::1', '2001:db8::/32')).toBe(true)
    expect(isInBlock('::ffff:10.0.0.1', '10.0.0.0/8')).toBe(false)
    expect(isInBlock('10.0.0.1', '0.0.0.0/0')).toBe(true)
  })
})

test('the first rule whose conditions are all met', () => {
  const rules = [{ Conditions: [paths('/api/*'), hosts('api.test')] }, { Conditions: [paths('/api/*')] }, { Conditions: [] }]
  expect(ruleFor(rules, request({ path: '/api/x', host: 'api.test' }))).toBe(rules[0])
  expect(ruleFor(rules, request({ path: '/api/x' }))).toBe(rules[1])
  expect(ruleFor(rules, request())).toBe(rules[2])
})

test("the gateway's rules mean what the conditions mean", () => {
  let met = 0
  fc.assert(
    fc.property(
      fc.array(ruleConditions, { minLength: 1, maxLength: 6 }),
      fc.array(routedRequest, { minLength: 5, maxLength: 5 }),
      (sets, requests) => {
        const rules = sets.map(Conditions => ({ Conditions }))
        for (const each of requests) {
          const found = ruleFor(rules, each)
          if (found !== undefined) met++
          expect(rules.find(({ Conditions }) => traefikMatches(traefikRule(Conditions) ?? 'Method("")', each))).toBe(found)
        }
      },
    ),
    { numRuns: 2_000 },
  )
  expect(met).toBeGreaterThan(1_000)
})

test('an expression that the gateway cannot read is never met', () => {
  const conditions: RuleCondition[] = [{ Field: 'path-pattern', PathPatternConfig: { RegexValues: ['^/(?!admin)'] } }]
  expect(traefikRule(conditions)).toBeUndefined()
  expect(ruleFor([{ Conditions: conditions }], request())).toBeUndefined()
})
