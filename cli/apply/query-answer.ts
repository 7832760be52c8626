import { XMLParser } from 'fast-xml-parser'
import type { Answer } from './api.ts'

const isList = (name: string): boolean => name === 'member' || name === 'item'

const parser = new XMLParser({
  ignoreAttributes: true,
  ignoreDeclaration: true,
  parseTagValue: false,
  processEntities: true,
  isArray: isList,
})

/**
 * The members of an answer of the query protocol: of `OPERATIONResult`, of EC2's `OPERATIONResponse`, or of a refusal's
 * `Error`. Values are texts; what has `member` or `item` elements is a list.
 * @see https://smithy.io/2.0/aws/protocols/aws-query-protocol.html#response-serialization
 */
export const readQueryAnswer = (text: string, operation: string): Answer => {
  const document: unknown = parser.parse(text)
  const response = at(document, `${operation}Response`)
  const error = at(at(document, 'ErrorResponse'), 'Error') ?? at(at(at(document, 'Response'), 'Errors'), 'Error')
  const found = unlisted(error ?? at(response, `${operation}Result`) ?? response)
  return typeof found === 'object' && found !== null ? { ...found } : {}
}

const at = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Object.entries(value).find(([key]) => key === name)?.[1] : undefined

const unlisted = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(unlisted)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value)
  const [only] = entries
  if (only !== undefined && entries.length === 1 && isList(only[0])) return unlisted(only[1])
  return Object.fromEntries(entries.map(([name, member]) => [name, unlisted(member)]))
}
