// What the three operations that make a namespace have in common.
import { epochSeconds } from '../../../shared/clock.ts'
import { ServiceError } from '../../aws/errors.ts'
import type { NamespaceType, SOA, Tag } from '../../aws/generated/servicediscovery.ts'
import { namespaceArn } from '../../domain/service-discovery.ts'
import { namespaces } from '../../store/servicediscovery-tables.ts'
import type { NamespaceRow } from '../../store/servicediscovery-tables.ts'
import { scopeOf } from '../../store/tables.ts'
import type { DiscoveryContext } from './context.ts'
import { idDigits, newHostedZoneId, newNamespaceId } from '../../domain/discovery/ids.ts'
import { checkTags } from './tags.ts'

/** Seconds: what a hosted zone's start of authority has where the call says nothing. */
const defaultSoa: SOA = { TTL: 15 }

export interface NewNamespace {
  /** The API operation. */
  readonly operation: string
  readonly operationId: string
  readonly type: NamespaceType
  readonly input: {
    readonly Name: string
    readonly CreatorRequestId?: string | undefined
    readonly Description?: string | undefined
    readonly Tags?: readonly Tag[] | undefined
    readonly Vpc?: string
  }
  /** DNS namespaces only. */
  readonly soa?: SOA | undefined
}

/** The row of a namespace that nobody has made yet. Throws what is wrong with its tags. */
export function newNamespace(context: DiscoveryContext, { operation, operationId, type, input, soa }: NewNamespace): NamespaceRow {
  const Id = newNamespaceId(context.ids)
  const Arn = namespaceArn(context, Id)
  const httpName = freeHttpName(context, input.Name)
  const dns = type === 'HTTP' ? {} : { DnsProperties: { HostedZoneId: newHostedZoneId(context.ids), SOA: soa ?? defaultSoa } }
  return {
    scope: scopeOf(context.account, context.region),
    namespace: {
      Id,
      Arn,
      ResourceOwner: context.account,
      Name: input.Name,
      Type: type,
      ...(input.Description === undefined ? {} : { Description: input.Description }),
      Properties: { ...dns, HttpProperties: { HttpName: httpName } },
      CreateDate: epochSeconds(context.clock.now()),
      ...(input.CreatorRequestId === undefined ? {} : { CreatorRequestId: input.CreatorRequestId }),
    },
    httpName,
    ...(input.Vpc === undefined ? {} : { vpc: input.Vpc }),
    tags: checkTags(input.Tags ?? [], input.Name),
    createdBy: { operation, operationId },
  }
}

/** The namespace that DiscoverInstances finds by a name. */
export const namespaceOfHttpName = (
  { store, account, region }: Pick<DiscoveryContext, 'store' | 'account' | 'region'>,
  httpName: string,
): NamespaceRow | undefined => {
  const [row] = store.table(namespaces).by('httpName', `${scopeOf(account, region)} ${httpName}`)
  return row
}

/** A DNS namespace may have a name that another one has: then a hash is added. */
function freeHttpName(context: DiscoveryContext, name: string): string {
  let httpName = name
  while (namespaceOfHttpName(context, httpName) !== undefined) httpName = `${name}_${idDigits(context.ids, 16)}`
  return httpName
}

export const namespaceExists = ({ namespace, createdBy }: NamespaceRow): ServiceError =>
  new ServiceError(
    'NamespaceAlreadyExists',
    `Another operation of type ${createdBy.operation} and id ${createdBy.operationId} has completed`,
    { NamespaceId: namespace.Id, CreatorRequestId: namespace.CreatorRequestId },
  )

/** What an operation on a namespace of that name keeps others from. */
export const nameTarget = ({ account, region }: DiscoveryContext, name: string): string => `name ${scopeOf(account, region)} ${name}`
