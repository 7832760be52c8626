import type { ListenerRow } from '../../../store/elbv2-tables.ts'
import type { Middleware, Named } from './dynamic-configuration.ts'

const attribute = /^routing\.http\.response\.(\w+)\.header_value$/

/**
 * What a listener's attributes put into each answer, in the place of what a target has of that name.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/header-modification.html#insert-header
 */
export function responseHeaders(name: string, { attributes }: ListenerRow): Named<Middleware> {
  const headers = Object.entries(attributes).flatMap(([key, value]) => {
    const header = attribute.exec(key)?.[1]
    return header === undefined || value === '' ? [] : [[headerName(header), value] as const]
  })
  return headers.length === 0 ? {} : { [`${name}-answers`]: { headers: { customResponseHeaders: Object.fromEntries(headers) } } }
}

/** `x_frame_options` is `X-Frame-Options`. */
const headerName = (key: string): string =>
  key
    .split('_')
    .map(word => `${word.slice(0, 1).toUpperCase()}${word.slice(1)}`)
    .join('-')
