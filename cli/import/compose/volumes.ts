import { listOf, recordOf, textOf } from '../wanted.ts'

export interface Mount {
  readonly kind: 'volume' | 'bind' | 'tmpfs' | 'anonymous'
  /** The volume's name, or the path on the host. */
  readonly source: string
  readonly target: string
  readonly isReadOnly: boolean
  /** Of tmpfs: bytes. */
  readonly size?: unknown
}

/** `volumes` of a service: `data:/var/lib`, `./src:/app:ro`, `/cache`, or the long form. */
export const mountsOf = (value: unknown): readonly Mount[] =>
  listOf(value).map(each => {
    const long = recordOf(each)
    return long === undefined ? shortMount(String(each)) : longMount(long)
  })

const shortMount = (text: string): Mount => {
  const [first = '', target, mode = ''] = text.split(':')
  if (target === undefined) return { kind: 'anonymous', source: '', target: first, isReadOnly: false }
  const kind = /^[./~]/.test(first) ? 'bind' : 'volume'
  return { kind, source: first, target, isReadOnly: mode.split(',').includes('ro') }
}

const longMount = (long: Readonly<Record<string, unknown>>): Mount => {
  const type = textOf(long['type'])
  const source = textOf(long['source'])
  const kind = type === 'tmpfs' ? 'tmpfs' : type === 'bind' ? 'bind' : source === '' ? 'anonymous' : 'volume'
  return {
    kind,
    source,
    target: textOf(long['target']),
    isReadOnly: long['read_only'] === true,
    size: recordOf(long['tmpfs'])?.['size'],
  }
}
