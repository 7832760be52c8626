import { encode, ExtensionCodec } from '@msgpack/msgpack'
import type { ForwardRecord } from './forward-records.ts'

/** A time with nanoseconds, as the protocol has it: extension 0, seconds and nanoseconds of 32 bits each. */
class EventTime {
  readonly seconds: number
  readonly nanoseconds: number
  constructor({ seconds, nanoseconds }: ForwardRecord) {
    this.seconds = seconds
    this.nanoseconds = nanoseconds
  }
}

const extensionCodec = new ExtensionCodec()
extensionCodec.register({
  type: 0,
  encode: value => {
    if (!(value instanceof EventTime)) return null
    const bytes = Buffer.alloc(8)
    bytes.writeUInt32BE(value.seconds, 0)
    bytes.writeUInt32BE(value.nanoseconds, 4)
    return bytes
  },
  decode: bytes => Buffer.from(bytes),
})

/**
 * Records of one tag as a message of the mode "Forward".
 * https://github.com/fluent/fluentd/wiki/Forward-Protocol-Specification-v1
 *
 * @param common what is added to each record
 */
export const forwardMessage = (tag: string, records: readonly ForwardRecord[], common: Readonly<Record<string, string>>): Uint8Array =>
  encode([tag, records.map(record => [new EventTime(record), { ...common, ...record.fields }])], { extensionCodec })
