// Conditions as the gateway's rules.
// https://doc.traefik.io/traefik/v3.6/reference/routing-configuration/http/routing/rules-and-priority/
import type { RuleCondition } from '../../../aws/generated/elbv2.ts'
import { isPortable, wildcards } from './patterns.ts'

/**
 * In which the listener's middleware puts each pair of the query, key and value apart by `querySeparator`: the
 * gateway's own matcher for queries knows keys by their exact name alone. Clients cannot set it.
 */
export const queryHeader = 'X-Kecs-Query'
/** No key can have it: it is a control character. */
export const querySeparator = '\u001f'

/** What matches every request. */
export const anyRequest = 'PathPrefix(`/`)'

/**
 * The same of a router for TLS. The gateway takes its TLS options for the hosts that its rule names: for any, and for
 * clients that name none, where that is an asterisk, which no request has for its host.
 */
export const anySecureRequest = `${anyRequest} || Host(\`*\`)`

/** The rule that requires all conditions; undefined where one of them can never be met. */
export function traefikRule(conditions: readonly RuleCondition[]): string | undefined {
  const parts = conditions.map(ruleOf)
  if (parts.some(part => part.length === 0)) return undefined
  return parts.length === 0 ? anyRequest : parts.map(part => (part.length === 1 ? part[0] : `(${part.join(' || ')})`)).join(' && ')
}

/** Whether conditions need the query in a header. */
export const needsQuery = (conditions: readonly RuleCondition[] | undefined): boolean =>
  conditions?.some(({ Field }) => Field === 'query-string') ?? false

/** One matcher for each value. */
function ruleOf(condition: RuleCondition): readonly string[] {
  const { HostHeaderConfig: host, PathPatternConfig: path, HttpHeaderConfig: header } = condition
  switch (condition.Field) {
    case 'host-header':
      return expressions(host, 'i').map(each => `HostRegexp(${text(each)})`)
    case 'path-pattern':
      return expressions(path, '').map(each => `PathRegexp(${text(each)})`)
    case 'http-header':
      return headerValues(header).map(each => `HeaderRegexp(${text(header?.HttpHeaderName ?? '')}, ${text(each)})`)
    case 'http-request-method':
      return (condition.HttpRequestMethodConfig?.Values ?? []).map(method => `Method(${text(method)})`)
    case 'query-string':
      return (condition.QueryStringConfig?.Values ?? []).map(({ Key, Value = '' }) => {
        const key = Key ? wildcards(Key, true) : `[^${querySeparator}]*`
        return `HeaderRegexp(${text(queryHeader)}, ${text(`(?is)^${key}${querySeparator}${wildcards(Value, true)}$`)})`
      })
    case 'source-ip':
      return (condition.SourceIpConfig?.Values ?? []).map(block => `ClientIP(${text(block)})`)
    default:
      return []
  }
}

interface Patterns {
  readonly Values?: readonly string[] | undefined
  readonly RegexValues?: readonly string[] | undefined
}

const expressions = ({ Values = [], RegexValues = [] }: Patterns = {}, flags: '' | 'i'): readonly string[] => [
  ...Values.map(value => `(?s${flags})^${wildcards(value)}$`),
  ...RegexValues.filter(isPortable).map(expression => (flags === '' ? expression : `(?${flags})${expression}`)),
]

const headerValues = (header: Patterns | undefined): readonly string[] => expressions(header, 'i')

/** A text of Go's, which takes JSON's escapes. */
const text = (value: string): string => JSON.stringify(value)
