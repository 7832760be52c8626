// Which rule a request meets, by AWS' own words: what the gateway's routes have to say too.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/rule-condition-types.html
import type { Rule, RuleCondition } from '../../../aws/generated/elbv2.ts'
import { isInBlock } from './address-blocks.ts'
import { isPortable, wildcards } from './patterns.ts'

/** A request as conditions see it. */
export interface RoutedRequest {
  readonly method: string
  /** Of the Host header, without a port. */
  readonly host: string
  /** As it was sent, without the query; unreserved characters decoded. */
  readonly path: string
  /** Decoded. */
  readonly query: readonly (readonly [key: string, value: string])[]
  /** By name in lower case; a header that came several times has several values. */
  readonly headers: Readonly<Record<string, readonly string[]>>
  /** The address that the connection came from. */
  readonly sourceIp: string
}

/** The first of the rules, which come in the order in which they are tried, whose conditions are all met. */
export const ruleFor = <R extends Pick<Rule, 'Conditions'>>(rules: readonly R[], request: RoutedRequest): R | undefined =>
  rules.find(({ Conditions = [] }) => Conditions.every(condition => isMet(condition, request)))

/** Whether one of a condition's values is met. */
export function isMet(condition: RuleCondition, request: RoutedRequest): boolean {
  const { HostHeaderConfig: host, PathPatternConfig: path, HttpHeaderConfig: header } = condition
  switch (condition.Field) {
    case 'host-header':
      return meets([request.host], host?.Values, host?.RegexValues, 'i')
    case 'path-pattern':
      return meets([request.path], path?.Values, path?.RegexValues, '')
    case 'http-header':
      return meets(request.headers[header?.HttpHeaderName?.toLowerCase() ?? ''] ?? [], header?.Values, header?.RegexValues, 'i')
    case 'http-request-method':
      return condition.HttpRequestMethodConfig?.Values?.includes(request.method) ?? false
    case 'query-string':
      return (condition.QueryStringConfig?.Values ?? []).some(({ Key, Value = '' }) =>
        request.query.some(([key, value]) => (!Key || isWhole(Key, key, 'i', true)) && isWhole(Value, value, 'i', true)),
      )
    case 'source-ip':
      return (condition.SourceIpConfig?.Values ?? []).some(block => isInBlock(request.sourceIp, block))
    default:
      return false
  }
}

const isWhole = (pattern: string, text: string, flags: '' | 'i', hasEscapes = false): boolean =>
  new RegExp(`^${wildcards(pattern, hasEscapes)}$`, `su${flags}`).test(text)

/** Expressions are looked for anywhere in the text, with the case that they are written in but for hosts. */
const meets = (
  texts: readonly string[],
  values: readonly string[] | undefined,
  expressions: readonly string[] | undefined,
  flags: '' | 'i',
): boolean =>
  texts.some(
    text =>
      (values ?? []).some(value => isWhole(value, text, flags)) ||
      (expressions ?? []).some(expression => isPortable(expression) && new RegExp(expression, flags).test(text)),
  )
