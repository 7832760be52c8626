// A JSON body, bounded before it is parsed: how deep it nests and how many values it has decide what parsing, reading and
// refusing it cost, and neither shows in its size.
import { serializationError } from '../validation/wording.ts'

/** AWS' own bounds are not published; the deepest input of a model, a document in it included, is well below. */
export const deepestBody = 80
/** Values and members. The largest calls that AWS' quotas allow have some thousands. */
export const mostValues = 20_000

/**
 * The value of a JSON text. Throws `SerializationException` for what is no JSON, nests too deeply, has too many values, or
 * names a member twice, of which AWS' parsers take one and other readers the other.
 */
export function parseJson(text: string): unknown {
  const members = countMembers(text)
  const value = parsed(text)
  if (membersOf(value) !== members) throw serializationError('The request body names a member more than once')
  return value
}

function parsed(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text)
    return value
  } catch {
    throw serializationError('The request body is not valid JSON')
  }
}

/** How many members the structures of a text have together, whether or not it is JSON. */
function countMembers(text: string): number {
  let depth = 0
  let values = 0
  let members = 0
  for (let at = 0; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case quote:
        at = endOfString(text, at)
        continue
      case colon:
        members++
        continue
      case comma:
        values++
        break
      case bracket:
      case brace:
        values++
        if (++depth > deepestBody) throw serializationError('The request body is nested too deeply')
        break
      case closingBracket:
      case closingBrace:
        depth--
        continue
      default:
        continue
    }
    if (values > mostValues) throw serializationError('The request body has too many values')
  }
  return members
}

const [quote, colon, comma, bracket, brace, closingBracket, closingBrace] = [0x22, 0x3a, 0x2c, 0x5b, 0x7b, 0x5d, 0x7d]
const backslash = 0x5c

/** Where the string that begins at `start` ends; the text's end where it does not. */
function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === quote) return at
    if (code === backslash) at++
  }
  return text.length
}

/** How many members the structures in a value have together. */
function membersOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0
  const inner = Array.isArray(value) ? value : Object.values(value)
  return inner.reduce((sum: number, each: unknown) => sum + membersOf(each), Array.isArray(value) ? 0 : inner.length)
}
