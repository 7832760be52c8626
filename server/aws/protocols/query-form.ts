// A form, such as `Actions.member.1.Type=forward`, as the tree that its dots draw.
import { WireError } from '../fault.ts'

export interface FormNode {
  value: string | undefined
  children: Map<string, FormNode> | undefined
}

/** A query has no more pairs than this: AWS's own limit is not published; real calls have some hundreds. */
const mostPairs = 10_000
/** Nor more places in the tree than this: each is a map of its own. */
const mostNodes = 30_000
/** Nor more dots: the names of so many pairs of a real call have some ten each. */
const mostDots = 150_000
/** The deepest name of a model, `Actions.member.1.ForwardConfig.TargetGroups.member.1.Weight`, has nine parts. */
const deepestName = 32

const malformed = (what: string): WireError => new WireError('MalformedQueryString', what)

/** Refuses a form by how much there is to read, before anything is made of it. */
function checkSize(form: string): void {
  let pairs = 0
  let dots = 0
  let before = ampersand
  for (let at = 0; at < form.length; at++) {
    const code = form.charCodeAt(at)
    if (code === dot) dots++
    else if (code !== ampersand && before === ampersand) pairs++
    before = code
  }
  if (pairs > mostPairs || dots > mostDots) throw malformed('The query string has too many parameters.')
}

const [ampersand, dot] = [0x26, 0x2e]

/** The pairs of a form, decoded, in order. Throws `MalformedQueryString`. */
export function* pairsOf(form: string): Generator<readonly [string, string]> {
  checkSize(form)
  for (let start = 0; start < form.length;) {
    if (form.charCodeAt(start) === ampersand) {
      start++
      continue
    }
    const next = form.indexOf('&', start)
    const end = next === -1 ? form.length : next
    const pair = form.slice(start, end)
    // Within the pair: where none of them has a value, the form has no other equals sign to be found.
    const equals = pair.indexOf('=')
    yield equals === -1 ? [decode(pair), ''] : [decode(pair.slice(0, equals)), decode(pair.slice(equals + 1))]
    start = end + 1
  }
}

/** Throws `MalformedQueryString`, also where a parameter comes twice: of which one means it, readers differ. */
export function parseForm(form: string): FormNode {
  const root: FormNode = { value: undefined, children: undefined }
  let nodes = 0
  for (const [name, value] of pairsOf(form)) {
    let node = root
    const segments = name.split('.', deepestName + 1)
    if (segments.length > deepestName) throw malformed('A parameter of the query string is nested too deeply.')
    for (const segment of segments) {
      node.children ??= new Map()
      let child = node.children.get(segment)
      if (!child) {
        if (++nodes > mostNodes) throw malformed('The query string has too many parameters.')
        child = { value: undefined, children: undefined }
        node.children.set(segment, child)
      }
      node = child
    }
    if (node.value !== undefined) throw malformed(`The query string has the parameter ${name} more than once.`)
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
