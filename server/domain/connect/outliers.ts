import type { ServedEndpoint } from './routing.ts'

/**
 * An endpoint without the tasks that accept no connections, as long as there is anybody else: where nobody accepts any, each is
 * as good as the others. Of a shift each side is for itself, as it gets its share whatever the other does.
 */
export function withoutOutliers(endpoint: ServedEndpoint, leftOut: ReadonlySet<string>): ServedEndpoint {
  if (endpoint.row.protocol !== 'tcp' || leftOut.size === 0) return endpoint
  const { servers, shift } = endpoint
  return {
    ...endpoint,
    servers: standing(servers, leftOut),
    ...(shift === undefined ? {} : { shift: { ...shift, servers: standing(shift.servers, leftOut) } }),
  }
}

function standing(servers: readonly string[], leftOut: ReadonlySet<string>): readonly string[] {
  const found = servers.filter(address => !leftOut.has(address))
  return found.length === 0 ? servers : found
}
