// Messages of ttrpc, the calls between containerd and what extends it: unary calls alone.
// https://github.com/containerd/ttrpc/blob/main/PROTOCOL.md, and request.proto beside it.
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire'
import { fieldsOf, textOf } from './fields.ts'
import { joined } from './frames.ts'

export const messageType = { request: 1, response: 2 } as const
/** Of gRPC: https://grpc.io/docs/guides/status-codes/ */
export const statusCode = { unknown: 2, unimplemented: 12 } as const

export interface Call {
  /** Such as `nri.pkg.api.v1alpha1.Plugin`. */
  readonly service: string
  readonly method: string
  readonly payload: Uint8Array
}

export type Answer =
  | { readonly is: 'done'; readonly payload: Uint8Array }
  | { readonly is: 'failed'; readonly code: number; readonly message: string }

export const encodeCall = ({ service, method, payload }: Call, timeoutMs: number): Uint8Array =>
  new BinaryWriter()
    .tag(1, WireType.LengthDelimited)
    .string(service)
    .tag(2, WireType.LengthDelimited)
    .string(method)
    .tag(3, WireType.LengthDelimited)
    .bytes(payload)
    .tag(4, WireType.Varint)
    .int64(BigInt(timeoutMs) * 1_000_000n)
    .finish()

/** Throws for what is no message. */
export const decodeCall = (message: Uint8Array): Call => {
  const { bytes } = fieldsOf(message)
  return { service: textOf(bytes(1)), method: textOf(bytes(2)), payload: bytes(3) ?? new Uint8Array() }
}

export const encodeAnswer = (answer: Answer): Uint8Array => {
  const writer = new BinaryWriter()
  if (answer.is === 'done') return writer.tag(2, WireType.LengthDelimited).bytes(answer.payload).finish()
  return writer
    .tag(1, WireType.LengthDelimited)
    .fork()
    .tag(1, WireType.Varint)
    .int32(answer.code)
    .tag(2, WireType.LengthDelimited)
    .string(answer.message)
    .join()
    .finish()
}

/** Throws for what is no message. */
export const decodeAnswer = (message: Uint8Array): Answer => {
  const { bytes } = fieldsOf(message)
  const status = bytes(1)
  if (status !== undefined) {
    const { number, bytes: part } = fieldsOf(status)
    const code = number(1)
    if (code !== 0) return { is: 'failed', code, message: textOf(part(2)) }
  }
  return { is: 'done', payload: bytes(2) ?? new Uint8Array() }
}

/** A message with its header. */
export const framed = (stream: number, type: number, content: Uint8Array): Uint8Array => {
  const header = new DataView(new ArrayBuffer(10))
  header.setUint32(0, content.length)
  header.setUint32(4, stream)
  header.setUint8(8, type)
  return joined(new Uint8Array(header.buffer), content)
}
