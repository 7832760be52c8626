// A request's body as text, bounded in size and in time by what the connection allows.
import { WireError } from './fault.ts'

/** AWS's JSON services take 1 MiB. */
export const largestBody = 1024 * 1024

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Throws `RequestEntityTooLargeException` (413) beyond `largestBody` and `SerializationException` for what is not UTF-8. */
export async function readBody(request: Request): Promise<string> {
  const length = request.headers.get('content-length')
  if (length === '0' || request.body === null) return ''
  if (length !== null && Number(length) > largestBody) throw tooLarge()
  const bytes = length === null ? await readChunks(request.body) : await request.bytes()
  try {
    return utf8.decode(bytes)
  } catch {
    throw new WireError('SerializationException', 'The request body is not valid UTF-8')
  }
}

/** A chunked body says its size only by ending. */
async function readChunks(body: ReadableStream<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of body) {
    size += chunk.byteLength
    if (size > largestBody) throw tooLarge()
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

const tooLarge = (): WireError =>
  new WireError('RequestEntityTooLargeException', `The request body is larger than ${largestBody} bytes`, 413)
