import { isInBlock } from '../../server/domain/elbv2/routing/address-blocks.ts'
import type { RoutedRequest } from '../../server/domain/elbv2/routing/matching.ts'
import { queryHeader, querySeparator } from '../../server/domain/elbv2/routing/traefik-rule.ts'

/** What a rule of the gateway means, read from its text: https://doc.traefik.io/traefik/v3.6/reference/routing-configuration/http/routing/rules-and-priority/ */
export const traefikMatches = (rule: string, request: RoutedRequest): boolean => {
  let at = 0
  const skip = (): void => {
    while (rule[at] === ' ') at++
  }
  const taken = (token: string): boolean => {
    skip()
    if (!rule.startsWith(token, at)) return false
    at += token.length
    return true
  }
  const either = (): boolean => {
    let value = both()
    while (taken('||')) {
      const next = both()
      value = value || next
    }
    return value
  }
  const both = (): boolean => {
    let value = one()
    while (taken('&&')) {
      const next = one()
      value = value && next
    }
    return value
  }
  const one = (): boolean => {
    if (taken('(')) {
      const value = either()
      if (!taken(')')) throw new Error(`no end of a bracket at ${at} of ${rule}`)
      return value
    }
    skip()
    const name = /^[A-Za-z]+/.exec(rule.slice(at))?.[0]
    if (name === undefined) throw new Error(`no matcher at ${at} of ${rule}`)
    at += name.length
    if (!taken('(')) throw new Error(`no argument at ${at} of ${rule}`)
    const values: string[] = []
    do values.push(text())
    while (taken(','))
    if (!taken(')')) throw new Error(`no end of arguments at ${at} of ${rule}`)
    return matcher(name, values, request)
  }
  const text = (): string => {
    skip()
    const literal = /^(?:`[^`]*`|"(?:[^"\\]|\\.)*")/.exec(rule.slice(at))?.[0]
    if (literal === undefined) throw new Error(`no text at ${at} of ${rule}`)
    at += literal.length
    return literal.startsWith('`') ? literal.slice(1, -1) : String(JSON.parse(literal))
  }
  const value = either()
  if (at !== rule.length) throw new Error(`something is left at ${at} of ${rule}`)
  return value
}

/** An expression of Go's, whose flags stand in front of it. */
const expression = (text: string): RegExp => {
  const [prefix = '', flags = ''] = /^\(\?([is]+)\)/.exec(text) ?? []
  return new RegExp(text.slice(prefix.length), `${flags}u`)
}

const matcher = (name: string, [first = '', second = '']: readonly string[], request: RoutedRequest): boolean => {
  switch (name) {
    case 'PathPrefix':
      return request.path.startsWith(first)
    case 'HostRegexp':
      return expression(first).test(request.host)
    case 'PathRegexp':
      return expression(first).test(request.path)
    case 'Method':
      return request.method === first
    case 'ClientIP':
      return isInBlock(request.sourceIp, first)
    case 'HeaderRegexp': {
      const values = first === queryHeader ? request.query.map(pair => pair.join(querySeparator)) : request.headers[first.toLowerCase()]
      return (values ?? []).some(value => expression(second).test(value))
    }
    default:
      throw new Error(`there is no matcher ${name}`)
  }
}
