import type { Clock } from '../../shared/clock.ts'
import type { Backend, BackendPlace } from '../backend/backend.ts'
import { putLogLines } from '../backend/exec-logs.ts'
import { createLogStream } from '../backend/logs.ts'
import type { ExecLogging } from '../domain/exec-logging.ts'

/** Takes what a session shows, and writes it when the session is over. */
export interface Transcript {
  write(bytes: Uint8Array): void
  /** Rejects when it cannot be written. */
  end(): Promise<void>
}

export interface TranscriptParts {
  readonly backend: Backend
  readonly clock: Clock
  readonly place: BackendPlace
  readonly logging: ExecLogging
  /** Name of the log stream and, with `.log`, of the object. */
  readonly sessionId: string
}

/** What is kept of one session: bytes. */
const mostKept = 16 * 2 ** 20

/** As at AWS: a log stream or an object of the session's name. The log group and the bucket have to be there. */
export const openTranscript = (parts: TranscriptParts): Transcript => {
  const kept: Uint8Array[] = []
  let length = 0
  return {
    write: bytes => {
      const part = bytes.slice(0, mostKept - length)
      length += part.length
      if (part.length > 0) kept.push(part)
    },
    end: async () => {
      const text = Buffer.concat(kept).toString('utf8')
      await Promise.all([writeStream(parts, text), writeObject(parts, text)])
    },
  }
}

const writeStream = async ({ backend, clock, place, logging, sessionId }: TranscriptParts, text: string): Promise<void> => {
  const { logGroup, region = place.region } = logging
  if (logGroup === undefined) return
  const where = { ...place, region }
  const stream = { logGroupName: logGroup, logStreamName: sessionId }
  await createLogStream(backend, stream, where)
  const lines = text.split(/\r?\n/).filter(line => line !== '')
  await putLogLines(backend, stream, lines, clock.now(), where)
}

const writeObject = async ({ backend, place, logging, sessionId }: TranscriptParts, text: string): Promise<void> => {
  const { bucket, keyPrefix } = logging
  if (bucket === undefined) return
  const parts = [bucket, ...(keyPrefix === undefined ? [] : keyPrefix.split('/')), `${sessionId}.log`]
  await backend.rest({ service: 's3', method: 'PUT', path: `/${parts.map(encodeURIComponent).join('/')}`, body: text }, place)
}
