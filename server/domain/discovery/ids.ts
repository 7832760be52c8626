import type { Ids } from '../../../shared/ids.ts'

/** Lower-case letters and digits, as Cloud Map's ids are made; at most 20 of them. */
export const idDigits = (ids: Ids, length: number): string => BigInt(`0x${ids.hex32()}`).toString(36).padStart(length, '0').slice(-length)

export const newNamespaceId = (ids: Ids): string => `ns-${idDigits(ids, 16)}`
export const newServiceId = (ids: Ids): string => `srv-${idDigits(ids, 16)}`
export const newOperationId = (ids: Ids): string => `${idDigits(ids, 16)}${idDigits(ids, 16)}-${idDigits(ids, 8)}`
/** As Route 53 makes them. */
export const newHostedZoneId = (ids: Ids): string => `Z${idDigits(ids, 20).toUpperCase()}`
