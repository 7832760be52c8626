// A form's tree, read by the shape of the operation's input: it says what is a list, a map, a number.
import { WireError } from '../fault.ts'
import type { ScalarKind, Shape } from '../shape.ts'
import type { FormNode } from './query-form.ts'

/** Throws `MalformedInput` where a text is not what the shape demands. Parameters that the shape lacks are ignored, as AWS does. */
export function readForm(shape: Shape, node: FormNode): unknown {
  switch (shape.kind) {
    case 'structure': {
      const result: Record<string, unknown> = {}
      for (const { name, shape: member } of shape.members) {
        const child = node.children?.get(name)
        if (child) result[name] = readForm(member, child)
      }
      return result
    }
    case 'list':
      // An empty list comes as `Names=`.
      return numbered(node.children?.get('member')).map(member => readForm(shape.of, member))
    case 'map':
      return Object.fromEntries(
        numbered(node.children?.get('entry')).map(entry => [
          entry.children?.get('key')?.value ?? '',
          readForm(shape.of, entry.children?.get('value') ?? empty),
        ]),
      )
    case 'document':
      throw new Error('the query protocol has no documents')
    default:
      return readScalar(shape.kind, node.value ?? '')
  }
}

const empty: FormNode = { value: '', children: undefined }

/** `member.1`, `member.2`, …: in order of their numbers, which need not be without gaps. */
function numbered(node: FormNode | undefined): FormNode[] {
  const members = [...(node?.children ?? [])].map(([number, child]) => {
    if (!/^[1-9]\d{0,8}$/.test(number)) throw new WireError('MalformedInput', `${number} is not a valid index`)
    return { number: Number(number), child }
  })
  return members.sort((a, b) => a.number - b.number).map(({ child }) => child)
}

function readScalar(kind: ScalarKind, text: string): unknown {
  switch (kind) {
    case 'string':
    case 'blob':
      return text
    case 'boolean':
      if (/^(true|false)$/i.test(text)) return text.toLowerCase() === 'true'
      throw notA('Boolean')
    case 'integer': {
      const value = Number(text)
      if (/^[+-]?\d{1,10}$/.test(text) && value >= -(2 ** 31) && value < 2 ** 31) return value
      throw notA('Integer')
    }
    case 'long': {
      const value = Number(text)
      if (/^[+-]?\d{1,19}$/.test(text) && Number.isSafeInteger(value)) return value
      throw notA('Long')
    }
    case 'double':
      if (text.trim() !== '' && Number.isFinite(Number(text))) return Number(text)
      throw notA('Double')
    case 'timestamp': {
      const milliseconds = Date.parse(text)
      if (Number.isFinite(milliseconds)) return milliseconds / 1000
      throw notA('Date')
    }
  }
}

const notA = (type: string): WireError => new WireError('MalformedInput', `STRING_VALUE cannot be converted to ${type}`)
