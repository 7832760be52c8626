// What the gateway exports by OpenTelemetry's protocol, as far as it is made use of: the bodies of log records.
// https://github.com/open-telemetry/opentelemetry-proto/blob/main/opentelemetry/proto/collector/logs/v1/logs_service.proto
import { BinaryReader, WireType } from '@bufbuild/protobuf/wire'

/** ExportLogsServiceRequest.resource_logs, .scope_logs, .log_records, .body, .string_value. */
const pathToBody = [1, 2, 2, 5, 1]

/** The texts of all records of an ExportLogsServiceRequest. Throws for what is none. */
export function recordBodies(message: Uint8Array): readonly string[] {
  const decoder = new TextDecoder()
  return within(message, pathToBody).map(bytes => decoder.decode(bytes))
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
