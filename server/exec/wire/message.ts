// The binary frames of a Session Manager data channel, as its plugin and the SSM agent exchange them.
import { createHash } from 'node:crypto'

/** What a frame is. Others are passed over. */
export const messageTypes = {
  input: 'input_stream_data',
  output: 'output_stream_data',
  acknowledge: 'acknowledge',
  channelClosed: 'channel_closed',
} as const

/** What a frame of stream data carries. */
export const payloadTypes = {
  output: 1,
  size: 3,
  handshakeRequest: 5,
  handshakeResponse: 6,
  handshakeComplete: 7,
  flag: 10,
} as const

/** One frame. */
export interface StreamMessage {
  readonly type: string
  /** Counts stream data of one direction from 0; 0 for all else. */
  readonly sequenceNumber: number
  readonly flags: number
  /** A UUID. */
  readonly messageId: string
  /** Milliseconds since the epoch. */
  readonly createdAt: number
  readonly payloadType: number
  readonly payload: Uint8Array
}

/** Bytes that are no frame, and why. */
export class MalformedMessage extends Error {
  constructor(why: string) {
    super(`This is no message of a data channel: ${why}.`)
    this.name = 'MalformedMessage'
  }
}

/** Where the header's fields begin; numbers are big-endian. */
const at = {
  headerLength: 0,
  type: 4,
  schemaVersion: 36,
  createdAt: 40,
  sequenceNumber: 48,
  flags: 56,
  messageId: 64,
  digest: 80,
  payloadType: 112,
  payloadLength: 116,
  payload: 120,
} as const
const typeLength = at.schemaVersion - at.type
const schemaVersion = 1

/** The header's length field counts up to the payload's length, without that. */
const headerLength = at.payloadLength

export function encodeMessage(message: StreamMessage): Uint8Array<ArrayBuffer> {
  const { payload } = message
  const bytes = new Uint8Array(at.payload + payload.length)
  const view = new DataView(bytes.buffer)
  view.setUint32(at.headerLength, headerLength)
  bytes.set(new TextEncoder().encode(message.type.padEnd(typeLength)).subarray(0, typeLength), at.type)
  view.setUint32(at.schemaVersion, schemaVersion)
  view.setBigUint64(at.createdAt, BigInt(message.createdAt))
  view.setBigInt64(at.sequenceNumber, BigInt(message.sequenceNumber))
  view.setBigUint64(at.flags, BigInt(message.flags))
  bytes.set(idBytes(message.messageId), at.messageId)
  bytes.set(digestOf(payload), at.digest)
  view.setUint32(at.payloadType, message.payloadType)
  view.setUint32(at.payloadLength, payload.length)
  bytes.set(payload, at.payload)
  return bytes
}

/** Throws `MalformedMessage`. A longer header of a later version is skipped over, as its length says. */
export function decodeMessage(bytes: Uint8Array): StreamMessage {
  if (bytes.length < at.payload) throw new MalformedMessage(`${bytes.length} bytes are less than a header`)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const length = view.getUint32(at.headerLength)
  if (length < headerLength || length + 4 > bytes.length) throw new MalformedMessage(`its header is said to have ${length} bytes`)
  const payload = bytes.subarray(length + 4)
  const told = view.getUint32(length)
  if (told !== payload.length) throw new MalformedMessage(`its payload is said to have ${told} bytes and has ${payload.length}`)
  const digest = bytes.subarray(at.digest, at.payloadType)
  if (payload.length > 0 && !sameBytes(digest, digestOf(payload))) throw new MalformedMessage('its digest is not that of its payload')
  return {
    type: new TextDecoder().decode(bytes.subarray(at.type, at.schemaVersion)).replace(/[\0 ]+$/, ''),
    createdAt: Number(view.getBigUint64(at.createdAt)),
    sequenceNumber: Number(view.getBigInt64(at.sequenceNumber)),
    flags: Number(view.getBigUint64(at.flags)),
    messageId: idText(bytes.subarray(at.messageId, at.digest)),
    payloadType: view.getUint32(at.payloadType),
    payload,
  }
}

const digestOf = (payload: Uint8Array): Uint8Array => createHash('sha256').update(payload).digest()

const sameBytes = (some: Uint8Array, others: Uint8Array): boolean => some.every((byte, index) => byte === others[index])

const half = 8

/** A UUID's less significant half comes first. */
const idBytes = (uuid: string): Uint8Array => {
  const plain = Uint8Array.from(uuid.replaceAll('-', '').match(/../g) ?? [], pair => Number.parseInt(pair, 16))
  return Uint8Array.from([...plain.subarray(half, 2 * half), ...plain.subarray(0, half)])
}

const idText = (bytes: Uint8Array): string => {
  const plain = [...bytes.subarray(half), ...bytes.subarray(0, half)].map(byte => byte.toString(16).padStart(2, '0')).join('')
  return plain.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}
