// The JSON that frames of a data channel carry.
import { isRecord } from '../../aws/record.ts'
import { messageTypes, type StreamMessage } from './message.ts'

export interface TerminalSize {
  readonly columns: number
  readonly rows: number
}

const bytesOf = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value))

const recordOf = (text: string | Uint8Array): Readonly<Record<string, unknown>> => {
  try {
    const value: unknown = JSON.parse(typeof text === 'string' ? text : new TextDecoder().decode(text))
    return isRecord(value) ? value : {}
  } catch {
    return {}
  }
}

/** The token in a channel's first frame, which is text; undefined where there is none. */
export const readToken = (text: string): { readonly token: string; readonly clientId: string } | undefined => {
  const { TokenValue: token, ClientId: clientId } = recordOf(text)
  return typeof token === 'string' ? { token, clientId: typeof clientId === 'string' ? clientId : '' } : undefined
}

/** That a frame has arrived. The one who sent it sends it again until then. */
export const writeAcknowledgement = ({ type, messageId, sequenceNumber }: StreamMessage): Uint8Array =>
  bytesOf({
    AcknowledgedMessageType: type,
    AcknowledgedMessageId: messageId,
    AcknowledgedMessageSequenceNumber: sequenceNumber,
    IsSequentialMessage: true,
  })

/** The sequence number that is acknowledged; undefined for nonsense. */
export const readAcknowledgement = (payload: Uint8Array): number | undefined => {
  const { AcknowledgedMessageSequenceNumber: number } = recordOf(payload)
  return typeof number === 'number' ? number : undefined
}

/** Asks the client for a terminal's session. `command` is what is run. */
export const writeHandshakeRequest = (agentVersion: string, command: string): Uint8Array =>
  bytesOf({
    AgentVersion: agentVersion,
    RequestedClientActions: [
      {
        ActionType: 'SessionType',
        ActionParameters: { SessionType: 'InteractiveCommands', Properties: { linux: { commands: command, runAsElevated: false } } },
      },
    ],
  })

/** What the client could not do of what was asked; none where all is well. */
export const readHandshakeErrors = (payload: Uint8Array): readonly string[] => {
  const { Errors: errors } = recordOf(payload)
  return Array.isArray(errors) ? errors.filter(each => typeof each === 'string') : []
}

/** `milliseconds`: how long the handshake took; the wire has nanoseconds. `message` is shown to the user. */
export const writeHandshakeComplete = (milliseconds: number, message: string): Uint8Array =>
  bytesOf({ HandshakeTimeToComplete: Math.round(milliseconds * 1e6), CustomerMessage: message })

/** A terminal's size; undefined for what can be none. */
export const readSize = (payload: Uint8Array): TerminalSize | undefined => {
  const { cols, rows } = recordOf(payload)
  const isSize = (value: unknown): value is number => typeof value === 'number' && Number.isInteger(value) && value > 0 && value <= 65_535
  return isSize(cols) && isSize(rows) ? { columns: cols, rows } : undefined
}

const terminateSession = 2

/** Whether the client asks for the session's end. */
export const asksToTerminate = (payload: Uint8Array): boolean =>
  payload.length === 4 && new DataView(payload.buffer, payload.byteOffset, 4).getUint32(0) === terminateSession

/** The end of a channel. `output` is shown to the user; empty: the client has words of its own. */
export const writeChannelClosed = (closed: {
  readonly messageId: string
  /** Milliseconds since the epoch. */
  readonly createdAt: number
  readonly clientId: string
  readonly sessionId: string
  readonly output: string
}): Uint8Array =>
  bytesOf({
    MessageId: closed.messageId,
    CreatedDate: new Date(closed.createdAt).toISOString(),
    DestinationId: closed.clientId,
    SessionId: closed.sessionId,
    MessageType: messageTypes.channelClosed,
    SchemaVersion: 1,
    Output: closed.output,
  })
