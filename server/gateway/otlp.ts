// What the gateway exports by OpenTelemetry's protocol, as far as it is made use of: texts and attributes of log records.
// https://github.com/open-telemetry/opentelemetry-proto/blob/main/opentelemetry/proto/collector/logs/v1/logs_service.proto
import { BinaryReader, WireType } from '@bufbuild/protobuf/wire'

/** ExportLogsServiceRequest.resource_logs, .scope_logs, .log_records. */
const pathToRecord = [1, 2, 2]
/** LogRecord.body, .string_value. */
const pathToBody = [5, 1]
/** LogRecord.attributes. */
const pathToAttribute = [6]
/** KeyValue.key. */
const pathToKey = [1]
/** KeyValue.value, .string_value. */
const pathToText = [2, 1]

export interface ExportedRecord {
  readonly body: string
  /** Those whose values are texts. */
  readonly attributes: ReadonlyMap<string, string>
}

/** The message of an export: an ExportLogsServiceRequest, which may come compressed. */
export async function exportedBytes(request: Request): Promise<Uint8Array> {
  const bytes = new Uint8Array(await request.arrayBuffer())
  return request.headers.get('content-encoding') === 'gzip' ? Bun.gunzipSync(bytes) : bytes
}

/** All of it was taken: an ExportLogsServiceResponse without members has no bytes. */
export const exportTaken = (): Response => new Response(null, { headers: { 'content-type': 'application/x-protobuf' } })

/** The texts of all records of an ExportLogsServiceRequest. Throws for what is none. */
export const recordBodies = (message: Uint8Array): readonly string[] => within(message, [...pathToRecord, ...pathToBody]).map(textOf)

/** All records of an ExportLogsServiceRequest. Throws for what is none. */
export const exportedRecords = (message: Uint8Array): readonly ExportedRecord[] =>
  within(message, pathToRecord).map(record => ({
    body: firstText(record, pathToBody) ?? '',
    attributes: new Map(
      within(record, pathToAttribute).flatMap(attribute => {
        const text = firstText(attribute, pathToText)
        return text === undefined ? [] : [[firstText(attribute, pathToKey) ?? '', text]]
      }),
    ),
  }))

const decoder = new TextDecoder()
const textOf = (bytes: Uint8Array): string => decoder.decode(bytes)

function firstText(message: Uint8Array, path: readonly number[]): string | undefined {
  const [first] = within(message, path)
  return first === undefined ? undefined : textOf(first)
}

/** The bytes of a field in all messages on the way to it. */
function within(message: Uint8Array, [first, ...rest]: readonly number[]): readonly Uint8Array[] {
  if (first === undefined) return [message]
  const reader = new BinaryReader(message)
  const found: Uint8Array[] = []
  while (reader.pos < reader.len) {
    const [field, type] = reader.tag()
    if (field === first && type === WireType.LengthDelimited) found.push(...within(reader.bytes(), rest))
    else reader.skip(type, field)
  }
  return found
}
