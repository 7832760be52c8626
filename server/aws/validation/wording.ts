// How AWS says that a value has the wrong JSON type. ECS's words are those of AWS's newer JSON 1.1 front end, the same
// as DynamoDB's: "STRING_VALUE cannot be converted to Integer".
import { WireError } from '../fault.ts'
import type { ScalarKind } from '../shape.ts'

const javaTypes: Readonly<Record<ScalarKind, { readonly name: string; readonly className: string }>> = {
  string: { name: 'String', className: 'java.lang.String' },
  blob: { name: 'ByteBuffer', className: 'java.nio.ByteBuffer' },
  boolean: { name: 'Boolean', className: 'java.lang.Boolean' },
  integer: { name: 'Integer', className: 'java.lang.Integer' },
  long: { name: 'Long', className: 'java.lang.Long' },
  double: { name: 'Double', className: 'java.lang.Double' },
  timestamp: { name: 'Date', className: 'java.util.Date' },
}

export const serializationError = (message: string): WireError => new WireError('SerializationException', message)

/** A scalar was expected. */
export function notScalar(kind: ScalarKind, value: unknown): WireError {
  if (Array.isArray(value)) return serializationError(`Unrecognized collection type class ${javaTypes[kind].className}`)
  if (typeof value === 'object') return serializationError('Start of structure or map found where not expected')
  if (kind === 'boolean' && typeof value === 'string') return serializationError('Unexpected token received from parser')
  return serializationError(`${tokenOf(value)} cannot be converted to ${javaTypes[kind].name}`)
}

/** A list, map or structure was expected. */
export function notCollection(kind: 'list' | 'map' | 'structure', value: unknown): WireError {
  if (Array.isArray(value)) return serializationError('Start of list found where not expected')
  if (kind === 'list' && typeof value === 'object') return serializationError('Start of structure or map found where not expected')
  return serializationError('Unexpected field type')
}

function tokenOf(value: unknown): string {
  if (typeof value === 'string') return 'STRING_VALUE'
  if (typeof value === 'number') return Number.isInteger(value) ? 'NUMBER_VALUE' : 'DECIMAL_VALUE'
  return value === true ? 'TRUE_VALUE' : 'FALSE_VALUE'
}
