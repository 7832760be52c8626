import * as fc from 'fast-check'
import type { RuleCondition } from '../../server/aws/generated/elbv2.ts'
import type { RoutedRequest } from '../../server/domain/elbv2/routing/matching.ts'

// Few words, so that requests meet rules often enough.
const word = fc.constantFrom('a', 'api', 'v1', 'img', 'x-y', 'A', 'b.c')
const wild = fc.oneof(word, word, fc.constantFrom('*', '?', '**', 'a*', '*i', '?p?', 'v?'))

const joined = (part: fc.Arbitrary<string>, separator: string, prefix = '') =>
  fc.array(part, { minLength: 1, maxLength: 3 }).map(parts => prefix + parts.join(separator))

const host = joined(word, '.').map(name => `${name}.test`)
const path = joined(word, '/', '/')
const address = fc.constantFrom('10.0.0.7', '10.1.2.3', '192.168.5.5', '127.0.0.1', '2001:db8::7')
const headerName = fc.constantFrom('X-Kind', 'Accept-Language', 'User-Agent')
const method = fc.constantFrom('GET', 'POST', 'PUT', 'HEAD')
const pairs = fc.array(fc.tuple(word, word), { maxLength: 3 })

export const routedRequest: fc.Arbitrary<RoutedRequest> = fc.record({
  method,
  host,
  path,
  query: pairs,
  headers: fc
    .dictionary(headerName, fc.array(word, { minLength: 1, maxLength: 2 }), { maxKeys: 2 })
    .map(headers => Object.fromEntries(Object.entries(headers).map(([name, values]) => [name.toLowerCase(), values]))),
  sourceIp: address,
})

const expression = fc.constantFrom('^/api/v[0-9]+', 'a+', '(img|api)', '^[a-z.]+$', 'v1$', '[A-Z]')
const values = (value: fc.Arbitrary<string>) => fc.array(value, { minLength: 1, maxLength: 2 })
const patterns = (value: fc.Arbitrary<string>) =>
  fc.oneof(
    values(value).map(Values => ({ Values })),
    values(expression).map(RegexValues => ({ RegexValues })),
  )

export const ruleCondition: fc.Arbitrary<RuleCondition> = fc.oneof(
  patterns(joined(wild, '.').map(name => `${name}.test`)).map(HostHeaderConfig => ({ Field: 'host-header', HostHeaderConfig })),
  patterns(joined(wild, '/', '/')).map(PathPatternConfig => ({ Field: 'path-pattern', PathPatternConfig })),
  fc
    .tuple(headerName, patterns(wild))
    .map(([HttpHeaderName, found]) => ({ Field: 'http-header', HttpHeaderConfig: { HttpHeaderName, ...found } })),
  values(method).map(Values => ({ Field: 'http-request-method', HttpRequestMethodConfig: { Values } })),
  values(wild).chain(found =>
    fc.array(fc.option(wild, { nil: undefined }), { minLength: found.length, maxLength: found.length }).map(keys => ({
      Field: 'query-string',
      QueryStringConfig: { Values: found.map((Value, at) => (keys[at] === undefined ? { Value } : { Key: keys[at], Value })) },
    })),
  ),
  values(fc.constantFrom('10.0.0.0/8', '10.0.0.7/32', '192.168.0.0/16', '0.0.0.0/0', '2001:db8::/32')).map(Values => ({
    Field: 'source-ip',
    SourceIpConfig: { Values },
  })),
)

/** Conditions of a rule: of each field but headers and query strings at most one. */
export const ruleConditions: fc.Arbitrary<readonly RuleCondition[]> = fc
  .array(ruleCondition, { minLength: 1, maxLength: 3 })
  .map(found =>
    found.filter(
      ({ Field }, at) => Field === 'http-header' || Field === 'query-string' || found.findIndex(other => other.Field === Field) === at,
    ),
  )
