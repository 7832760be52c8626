import type {
  CustomHealthStatus,
  Instance,
  Namespace,
  Operation,
  OperationStatus,
  Service,
  Tag,
} from '../aws/generated/servicediscovery.ts'
import type { TableDefinition } from './store.ts'
import type { Scope } from './tables.ts'

export interface NamespaceRow {
  readonly scope: Scope
  /** As GetNamespace shows it, without the count of its services. */
  readonly namespace: Namespace & { readonly Id: string; readonly Arn: string; readonly Name: string; readonly Type: string }
  /** By what DiscoverInstances finds it: the name, made unique where another namespace has it. */
  readonly httpName: string
  /** Private DNS namespaces only. */
  readonly vpc?: string
  readonly tags: readonly Tag[]
  /** What made it: an attempt to make it again names it. */
  readonly createdBy: { readonly operation: string; readonly operationId: string }
}

export const zoneKey = (scope: Scope, vpc: string, name: string): string => `${scope} ${vpc} ${name.toLowerCase()}`

/** Keyed by namespace ARN. */
export const namespaces: TableDefinition<NamespaceRow, 'scope' | 'httpName' | 'zone' | 'dnsName'> = {
  name: 'servicediscovery_namespaces',
  key: row => row.namespace.Arn,
  indexes: {
    scope: row => row.scope,
    /** `SCOPE HTTP_NAME`: at most one. */
    httpName: row => `${row.scope} ${row.httpName}`,
    /** DNS namespaces: the name in lower case, without a dot at its end. */
    dnsName: row => (row.namespace.Type === 'HTTP' ? undefined : row.namespace.Name.toLowerCase().replace(/\.$/, '')),
    /** `zoneKey` of private DNS namespaces: a VPC has at most one hosted zone of a name. */
    zone: row => (row.vpc === undefined ? undefined : zoneKey(row.scope, row.vpc, row.namespace.Name)),
  },
}

/**
 * A Cloud Map service. Whoever puts or removes an instance puts its service with a raised `instancesRevision` in the
 * same commit: see `server/domain/service-discovery.ts`.
 */
export interface DiscoveryServiceRow {
  readonly scope: Scope
  readonly namespaceArn: string
  /** As GetService shows it, without the count of its instances. */
  readonly service: Service & {
    readonly Id: string
    readonly Arn: string
    readonly Name: string
    readonly NamespaceId: string
  }
  /** Of the service itself, not of its instances. */
  readonly attributes: Readonly<Record<string, string>>
  readonly tags: readonly Tag[]
  /** Grows with each registration and deregistration. */
  readonly instancesRevision: number
  /** Digest of the request that made it: tells a repeated call from another one under the same CreatorRequestId. */
  readonly requestDigest: string
  /** The ECS service whose Service Connect configuration made it, with which it goes. */
  readonly managedBy?: string
}

export const serviceNameKey = (namespaceArn: string, name: string): string => `${namespaceArn} ${name.toLowerCase()}`

/** Keyed by service ARN. */
export const discoveryServices: TableDefinition<DiscoveryServiceRow, 'scope' | 'namespace' | 'name' | 'creatorRequestId' | 'managedBy'> = {
  name: 'servicediscovery_services',
  key: row => row.service.Arn,
  indexes: {
    scope: row => row.scope,
    /** Namespace ARN. */
    namespace: row => row.namespaceArn,
    /** `serviceNameKey`: in HTTP namespaces names may differ in case alone. */
    name: row => serviceNameKey(row.namespaceArn, row.service.Name),
    /** `SCOPE CREATOR_REQUEST_ID`. */
    creatorRequestId: row => (row.service.CreatorRequestId === undefined ? undefined : `${row.scope} ${row.service.CreatorRequestId}`),
    managedBy: row => row.managedBy,
  },
}

export interface InstanceRow {
  readonly scope: Scope
  readonly serviceArn: string
  /** As GetInstance shows it. */
  readonly instance: Instance & { readonly Attributes: Readonly<Record<string, string>> }
  /** Services with a HealthCheckCustomConfig only. */
  readonly customHealth?: CustomHealthStatus
  /** Of a task that Service Connect sends requests to. */
  readonly isConnect?: true
  /** Milliseconds since the epoch. */
  readonly registeredAt: number
}

export const instanceKey = (serviceArn: string, instanceId: string): string => `${serviceArn} ${instanceId}`

/** Keyed by `instanceKey`. */
export const instances: TableDefinition<InstanceRow, 'service'> = {
  name: 'servicediscovery_instances',
  key: row => instanceKey(row.serviceArn, row.instance.Id),
  indexes: { service: row => row.serviceArn },
}

export interface OperationRow {
  readonly scope: Scope
  /** As GetOperation shows it once what it did is on disk. */
  readonly operation: Operation & { readonly Id: string; readonly Status: OperationStatus }
  /** Milliseconds since the epoch. */
  readonly createdAt: number
  readonly namespaceArn: string
  readonly namespaceId: string
  readonly serviceId?: string
  /** The API operation and the CreatorRequestId or UpdaterRequestId that it was called with: `RegisterInstance TOKEN`. */
  readonly request?: string
  readonly requestDigest: string
}

export const operationKey = (scope: Scope, operationId: string): string => `${scope} ${operationId}`

/** Keyed by `operationKey`, the oldest first. */
export const operations: TableDefinition<OperationRow, 'scope' | 'request'> = {
  name: 'servicediscovery_operations',
  key: row => operationKey(row.scope, row.operation.Id),
  order: row => `${String(row.createdAt).padStart(15, '0')} ${operationKey(row.scope, row.operation.Id)}`,
  indexes: {
    scope: row => row.scope,
    request: row => (row.request === undefined ? undefined : `${row.scope} ${row.request}`),
  },
}
