import { expect, test } from 'bun:test'
import * as fc from 'fast-check'
import { ServiceError } from '../../aws/errors.ts'
import type { RuleCondition } from '../../aws/generated/elbv2.ts'
import { readConditions } from './conditions.ts'

const text = fc.oneof(fc.string(), fc.constantFrom('/a', '*', 'a.example.com', 'GET', '10.0.0.0/8', '(', 'x'.repeat(129)))
const values = fc.option(fc.array(text, { maxLength: 6 }), { nil: undefined })
const config = fc.option(fc.record({ Values: values, RegexValues: values, HttpHeaderName: fc.option(text, { nil: undefined }) }), {
  nil: undefined,
})
const condition: fc.Arbitrary<RuleCondition> = fc.record({
  Field: fc.option(
    fc.constantFrom('host-header', 'http-header', 'http-request-method', 'path-pattern', 'query-string', 'source-ip', 'nonsense'),
    { nil: undefined },
  ),
  Values: values,
  RegexValues: values,
  HostHeaderConfig: config,
  PathPatternConfig: config,
  HttpHeaderConfig: config,
  HttpRequestMethodConfig: config,
  SourceIpConfig: config,
  QueryStringConfig: fc.option(
    fc.record({ Values: fc.array(fc.record({ Key: fc.option(text, { nil: undefined }), Value: fc.option(text, { nil: undefined }) })) }),
    { nil: undefined },
  ),
})

test('conditions are read or refused, never a failure; what was read is read again to the same', () => {
  fc.assert(
    fc.property(fc.array(condition, { maxLength: 6 }), given => {
      let read: readonly RuleCondition[]
      try {
        read = readConditions(given)
      } catch (error) {
        expect(error).toBeInstanceOf(ServiceError)
        return
      }
      // A description's values stand in two places; a caller who sends it back gives one of them.
      const again = read.map(each =>
        each.HostHeaderConfig || each.PathPatternConfig ? { ...each, Values: undefined, RegexValues: undefined } : each,
      )
      expect(readConditions(again)).toEqual(read)
    }),
    { numRuns: 2_000 },
  )
})
