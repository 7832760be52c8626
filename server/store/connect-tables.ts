// The tables of ECS Service Connect. Operations write endpoints with the deployment that asks for them; what carries the
// traffic writes at which port of the gateway each is served.
import type { TimeoutConfiguration } from '../aws/generated/ecs.ts'
import type { TableDefinition } from './store.ts'

/** What an endpoint speaks: what is no HTTP is balanced by connections. */
export type ConnectProtocol = 'http' | 'http2' | 'grpc' | 'tcp'

/**
 * A name and a port by which tasks of a namespace reach a service's. It stays for those who know it, as long as its
 * service does, also where the service's newest deployment names it no more.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-connect-concepts.html
 */
export interface ConnectEndpointRow {
  readonly namespaceArn: string
  readonly dnsName: string
  readonly port: number
  /** The ECS service whose tasks serve it. */
  readonly serviceArn: string
  /** Cloud Map services whose instances serve it, the newest first: a service may give it another discovery name. */
  readonly registryArns: readonly string[]
  readonly protocol: ConnectProtocol
  readonly timeout?: TimeoutConfiguration
  /** By which requests are known that test a revision before it has traffic; any value where it names none. */
  readonly testHeader?: { readonly name: string; readonly value?: string }
}

/** All endpoints of a name have one address: `NAMESPACE_ARN NAME`. */
export const connectNameKey = (namespaceArn: string, dnsName: string): string => `${namespaceArn} ${dnsName}`

export const connectEndpointKey = ({
  namespaceArn,
  dnsName,
  port,
}: Pick<ConnectEndpointRow, 'namespaceArn' | 'dnsName' | 'port'>): string => `${connectNameKey(namespaceArn, dnsName)}:${port}`

/** Keyed by `connectEndpointKey`. */
export const connectEndpoints: TableDefinition<ConnectEndpointRow, 'namespace' | 'name' | 'service'> = {
  name: 'ecs_connect_endpoints',
  key: connectEndpointKey,
  indexes: {
    namespace: row => row.namespaceArn,
    /** `connectNameKey`. */
    name: row => connectNameKey(row.namespaceArn, row.dnsName),
    service: row => row.serviceArn,
  },
}

/** At which port of the gateway an endpoint is served. */
export interface ConnectEntryRow {
  /** `connectEndpointKey`. */
  readonly endpoint: string
  /** `connectNameKey`. */
  readonly name: string
  /** Absent where all of them are taken. */
  readonly entryPort?: number
}

/** Keyed by endpoint. */
export const connectEntries: TableDefinition<ConnectEntryRow, 'name'> = {
  name: 'ecs_connect_entries',
  key: row => row.endpoint,
  indexes: { name: row => row.name },
}
