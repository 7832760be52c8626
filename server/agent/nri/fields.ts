import { BinaryReader, WireType } from '@bufbuild/protobuf/wire'

/** The fields of one protobuf message, by their numbers. https://protobuf.dev/programming-guides/encoding/ */
export interface Fields {
  /** Of text, bytes or a message: the last one, as of a field that is there once. */
  bytes(field: number): Uint8Array | undefined
  /** Of a repeated field. */
  all(field: number): readonly Uint8Array[]
  /** Of an integer; 0 where it is absent. */
  number(field: number): number
}

/** Throws for what is no message. */
export const fieldsOf = (message: Uint8Array): Fields => {
  const bytes = new Map<number, Uint8Array[]>()
  const numbers = new Map<number, number>()
  const reader = new BinaryReader(message)
  while (reader.pos < reader.len) {
    const [field, type] = reader.tag()
    if (type === WireType.LengthDelimited) bytes.set(field, [...(bytes.get(field) ?? []), reader.bytes()])
    else if (type === WireType.Varint) numbers.set(field, Number(reader.int64()))
    else reader.skip(type, field)
  }
  return {
    bytes: field => bytes.get(field)?.at(-1),
    all: field => bytes.get(field) ?? [],
    number: field => numbers.get(field) ?? 0,
  }
}

/** An absent text is empty. */
export const textOf = (bytes: Uint8Array | undefined): string => (bytes === undefined ? '' : new TextDecoder().decode(bytes))

/** `map<string, string>`: messages of a key and a value. */
export const textMap = (entries: readonly Uint8Array[]): ReadonlyMap<string, string> =>
  new Map(
    entries.map(entry => {
      const { bytes } = fieldsOf(entry)
      return [textOf(bytes(1)), textOf(bytes(2))]
    }),
  )
