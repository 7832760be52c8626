// What a rule matches.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_RuleCondition.html
import type { RuleCondition } from '../../aws/generated/elbv2.ts'
import { ipVersion } from './ip-address.ts'
import { quotas } from './quotas.ts'
import { validationError } from './refusals.ts'
import { isRegularExpression } from './regular-expression.ts'

/** In the order in which AWS lists them. */
const fields = ['http-header', 'http-request-method', 'host-header', 'query-string', 'path-pattern', 'source-ip'] as const
type Field = (typeof fields)[number]

const configOf = {
  'host-header': 'HostHeaderConfig',
  'http-header': 'HttpHeaderConfig',
  'http-request-method': 'HttpRequestMethodConfig',
  'path-pattern': 'PathPatternConfig',
  'query-string': 'QueryStringConfig',
  'source-ip': 'SourceIpConfig',
} as const satisfies Readonly<Record<Field, keyof RuleCondition>>

const isField = (field: string | undefined): field is Field => fields.some(known => known === field)

/** Conditions with the values that are given in either of two places shown in both, as AWS does. */
export function readConditions(given: readonly RuleCondition[]): readonly RuleCondition[] {
  if (given.length === 0) throw validationError('A condition must be specified')
  const read = given.map(readCondition)
  checkOnce(read)
  checkTotals(read)
  return read
}

function readCondition(condition: RuleCondition): RuleCondition {
  const { Field: field } = condition
  if (!isField(field)) throw validationError(`Condition field '${field ?? ''}' must be one of '${fields.join(',')}'`)
  for (const [other, name] of Object.entries(configOf)) {
    if (other !== field && condition[name] !== undefined)
      throw validationError(`You cannot specify '${name}' for a condition of type '${field}'`)
  }
  if (condition.Values !== undefined && condition.Values.length > 0 && field !== 'host-header' && field !== 'path-pattern') {
    throw validationError(`'Values' is not supported for a condition of type '${field}'`)
  }
  if (
    condition.RegexValues !== undefined &&
    condition.RegexValues.length > 0 &&
    !['host-header', 'path-pattern', 'http-header'].includes(field)
  ) {
    throw validationError(`'RegexValues' is not supported for a condition of type '${field}'`)
  }
  return readers[field](condition)
}

const longestValue = 128
const longestName = 40

function checkText(what: string, value: string, longest = longestValue): void {
  if (value === '') throw validationError('A condition value must be specified')
  if (value.length > longest) throw validationError(`Condition value for '${what}' cannot contain more than ${longest} characters`)
}

const oddCharacter = (value: string) => validationError(`Condition value '${value}' contains a character that is not valid`)

/** A condition that has nothing of what belongs to its field. */
const lacks = (field: Field, what: string) =>
  validationError(`For conditions of type '${field}', you must specify the following fields: '${what}'`)

/** Values of a field that takes them beside its configuration or in it, and regular expressions. */
function readValues(
  field: 'host-header' | 'path-pattern' | 'http-header',
  condition: RuleCondition,
): {
  readonly Values?: readonly string[]
  readonly RegexValues?: readonly string[]
} {
  const name = configOf[field]
  const config = condition[name]
  const outer = condition.Values ?? []
  const inner = config?.Values ?? []
  if (outer.length > 0 && config !== undefined) {
    throw validationError(`You cannot provide both Values and '${name}' for a condition of type '${field}'`)
  }
  if (outer.length > 1) throw validationError(`The '${field}' field contains too many values; the limit is '1'`)
  const Values = outer.length > 0 ? outer : inner
  const RegexValues = [...(condition.RegexValues ?? []), ...(config?.RegexValues ?? [])]
  if (Values.length === 0 && RegexValues.length === 0 && config === undefined) throw lacks(field, `Values or RegexValues or ${name}`)
  if (Values.length > 0 === RegexValues.length > 0) {
    throw validationError(`You must provide exactly one of the following: ['Values' 'RegexValues'] for config of type '${name}'`)
  }
  for (const value of [...Values, ...RegexValues]) checkText(field, value)
  for (const value of RegexValues) checkRegex(value)
  return RegexValues.length > 0 ? { RegexValues } : { Values }
}

function checkRegex(value: string): void {
  if (!isRegularExpression(value)) throw validationError(`The regex value '${value}' is not valid`)
}

const hostCharacters = /^[A-Za-z0-9\-.*?:]+$/
const pathCharacters = /^[A-Za-z0-9_\-.$/~"'@:+&*?%!(),;=#[\]^{}|\\ ]+$/

const readers: Readonly<Record<Field, (condition: RuleCondition) => RuleCondition>> = {
  'host-header': condition => {
    const values = readValues('host-header', condition)
    for (const value of values.Values ?? []) {
      // AWS says the same of a name without a dot.
      if (!hostCharacters.test(value) || !/[.*?]/.test(value)) throw oddCharacter(value)
    }
    return { Field: 'host-header', ...values, HostHeaderConfig: values }
  },
  'path-pattern': condition => {
    const values = readValues('path-pattern', condition)
    for (const value of values.Values ?? []) {
      if (!pathCharacters.test(value)) throw oddCharacter(value)
    }
    return { Field: 'path-pattern', ...values, PathPatternConfig: values }
  },
  'http-header': condition => {
    const HttpHeaderName = condition.HttpHeaderConfig?.HttpHeaderName
    if (condition.HttpHeaderConfig === undefined) throw lacks('http-header', 'HttpHeaderConfig')
    if (HttpHeaderName === undefined || HttpHeaderName === '') throw validationError("A 'HttpHeaderName' must be specified")
    checkText('http-header', HttpHeaderName, longestName)
    if (!/^[A-Za-z0-9!#$%&'*+\-.^_`|~]+$/.test(HttpHeaderName)) throw oddCharacter(HttpHeaderName)
    if (HttpHeaderName.toLowerCase() === 'host') throw validationError(`You cannot specify '${HttpHeaderName}' as an HTTP header name`)
    return { Field: 'http-header', HttpHeaderConfig: { HttpHeaderName, ...readValues('http-header', condition) } }
  },
  'http-request-method': condition => {
    const Values = condition.HttpRequestMethodConfig?.Values ?? []
    if (condition.HttpRequestMethodConfig === undefined) throw lacks('http-request-method', 'HttpRequestMethodConfig')
    if (Values.length === 0) throw validationError('A condition value must be specified')
    for (const value of Values) {
      checkText('http-request-method', value, longestName)
      if (!/^[A-Z_-]+$/.test(value)) throw oddCharacter(value)
    }
    return { Field: 'http-request-method', HttpRequestMethodConfig: { Values } }
  },
  'query-string': condition => {
    const Values = condition.QueryStringConfig?.Values ?? []
    if (condition.QueryStringConfig === undefined) throw lacks('query-string', 'QueryStringConfig')
    if (Values.length === 0) throw validationError('A condition value must be specified')
    for (const { Key, Value } of Values) {
      if (Value === undefined || Value === '') throw validationError("A 'Value' must be specified in 'QueryStringKeyValuePair'")
      if (Key !== undefined && Key !== '') checkText('query-string', Key)
      checkText('query-string', Value)
    }
    return { Field: 'query-string', QueryStringConfig: { Values } }
  },
  'source-ip': condition => {
    const config = condition.SourceIpConfig
    if (config === undefined) throw lacks('source-ip', 'SourceIpConfig')
    const { Values = [], IpAddressType } = config
    if (Values.length === 0) throw validationError("A 'source-ip' value must be specified")
    for (const value of Values) if (!isCidr(value)) throw validationError(`The specified value '${value}' is not a valid CIDR block`)
    return { Field: 'source-ip', SourceIpConfig: IpAddressType === undefined ? { Values } : { Values, IpAddressType } }
  },
}

function isCidr(text: string): boolean {
  const [address = '', bits, ...rest] = text.split('/')
  const version = ipVersion(address)
  return version !== undefined && rest.length === 0 && /^\d{1,3}$/.test(bits ?? '') && Number(bits) <= (version === 4 ? 32 : 128)
}

/** Fields that a rule has at most once. */
const single: readonly Field[] = ['host-header', 'http-request-method', 'path-pattern', 'source-ip']

function checkOnce(conditions: readonly RuleCondition[]): void {
  for (const field of single) {
    if (conditions.filter(({ Field }) => Field === field).length > 1) throw validationError(`A rule can only have one '${field}' condition`)
  }
}

function checkTotals(conditions: readonly RuleCondition[]): void {
  const mostValues = quotas['condition-values-per-alb-rule']
  const mostWildcards = quotas['condition-wildcards-per-alb-rule']
  const values = conditions.flatMap(conditionValues)
  if (values.length > mostValues) throw validationError(`A rule can only have '${mostValues}' condition values and regex values`)
  const wildcards = conditions
    .filter(({ Field, RegexValues }) => Field !== 'http-request-method' && Field !== 'source-ip' && RegexValues === undefined)
    .flatMap(conditionValues)
    .reduce((count, value) => count + (value.match(/[*?]/g)?.length ?? 0), 0)
  if (wildcards > mostWildcards) throw validationError(`A rule can only have '${mostWildcards}' condition wildcards`)
}

/** Every value of a condition, literal or regular expression; a query string's key and value are one. */
const conditionValues = (condition: RuleCondition): readonly string[] => {
  const { HostHeaderConfig: host, PathPatternConfig: path, HttpHeaderConfig: header } = condition
  return [
    ...[host, path, header].flatMap(config => [...(config?.Values ?? []), ...(config?.RegexValues ?? [])]),
    ...(condition.HttpRequestMethodConfig?.Values ?? []),
    ...(condition.SourceIpConfig?.Values ?? []),
    ...(condition.QueryStringConfig?.Values ?? []).map(({ Key = '', Value = '' }) => `${Key}${Value}`),
  ]
}
