import { createHash } from 'node:crypto'

/** Tells one call from another: a digest over all that was asked for, in whatever order it was written. */
export const digestOf = (request: object): string =>
  createHash('sha256')
    .update(JSON.stringify(request, (_key, value: unknown) => (isRecord(value) ? sorted(value) : value)))
    .digest('hex')

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const sorted = (record: Readonly<Record<string, unknown>>): unknown =>
  Object.fromEntries(Object.entries(record).sort(([one], [other]) => (one < other ? -1 : 1)))
