// A form, such as `Actions.member.1.Type=forward`, as the tree that its dots draw.
import { WireError } from '../fault.ts'

export interface FormNode {
  value: string | undefined
  children: Map<string, FormNode> | undefined
}

/** A query has no more pairs than this: AWS's own limit is not published; real calls have some hundreds. */
const mostPairs = 20_000

const malformed = (what: string): WireError => new WireError('MalformedQueryString', what)

/** The pairs of a form, decoded, in order. Throws `MalformedQueryString`. */
export function* pairsOf(form: string): Generator<readonly [string, string]> {
  let count = 0
  for (let start = 0; start < form.length;) {
    const next = form.indexOf('&', start)
    const end = next === -1 ? form.length : next
    if (end > start) {
      if (++count > mostPairs) throw malformed('The query string has too many parameters.')
      const equals = form.indexOf('=', start)
      const middle = equals === -1 || equals > end ? end : equals
      yield [decode(form.slice(start, middle)), decode(form.slice(middle + 1, end))]
    }
    start = end + 1
  }
}

export function parseForm(form: string): FormNode {
  const root: FormNode = { value: undefined, children: undefined }
  for (const [name, value] of pairsOf(form)) {
    let node = root
    for (const segment of name.split('.')) {
      node.children ??= new Map()
      let child = node.children.get(segment)
      if (!child) {
        child = { value: undefined, children: undefined }
        node.children.set(segment, child)
      }
      node = child
    }
    node.value = value
  }
  return root
}

function decode(text: string): string {
  if (!text.includes('%') && !text.includes('+')) return text
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    throw malformed('The query string contains a syntax error.')
  }
}
