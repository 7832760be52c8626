// What a backend's services answer: JSON, XML, and their refusals in either form.
import { XMLParser } from 'fast-xml-parser'
import { BackendError, BackendUnreachable } from './backend.ts'

/** An empty body is an empty answer. */
export const readJson = (text: string): unknown => (text === '' ? {} : JSON.parse(text))

const parser = new XMLParser({ ignoreAttributes: true, ignoreDeclaration: true, parseTagValue: false, processEntities: true })

/** The document by its elements' names; a repeated element is a list, one alone is not. */
export const readXml = (text: string): unknown => parser.parse(text)

/** 5xx is a failure that may pass, but 501, which says that there is no such service; all else is the service's word. */
export const refusal = (response: Response, body: string): BackendError | BackendUnreachable => {
  const { code, message } = faultOf(response, body)
  if (response.status >= 500 && response.status !== 501)
    return new BackendUnreachable(`The backend failed with ${response.status} ${code}: ${message}`)
  return new BackendError(code, response.status, message)
}

const faultOf = (response: Response, body: string): { readonly code: string; readonly message: string } => {
  const members = flatten(parsed(body))
  const code = response.headers.get('x-amzn-errortype') ?? members.get('__type') ?? members.get('code') ?? `${response.status}`
  return { code: code.replace(/^.*#/, '').replace(/:.*$/, ''), message: members.get('message') ?? response.statusText }
}

const parsed = (body: string): unknown => {
  try {
    return body.trimStart().startsWith('<') ? readXml(body) : readJson(body)
  } catch {
    return {}
  }
}

/** Texts by their member's name in lower case, at whatever depth: each protocol wraps its error in another way. */
const flatten = (value: unknown, found = new Map<string, string>()): ReadonlyMap<string, string> => {
  if (typeof value !== 'object' || value === null) return found
  for (const [name, member] of Object.entries(value)) {
    if (typeof member === 'string' && !found.has(name.toLowerCase())) found.set(name.toLowerCase(), member)
    else flatten(member, found)
  }
  return found
}

/** The repeated element as a list, whether it is there never, once or several times. */
export const listOf = (value: unknown): readonly unknown[] =>
  Array.isArray(value) ? value : value === undefined || value === '' ? [] : [value]

/** The member of an object that came from outside, at a path; undefined where there is none. */
export const memberOf = (value: unknown, ...path: readonly string[]): unknown => {
  let found = value
  for (const name of path) {
    if (typeof found !== 'object' || found === null) return undefined
    found = Object.entries(found).find(([key]) => key === name)?.[1]
  }
  return found
}

export const textOf = (value: unknown, ...path: readonly string[]): string | undefined => {
  const found = memberOf(value, ...path)
  return typeof found === 'string' ? found : undefined
}
