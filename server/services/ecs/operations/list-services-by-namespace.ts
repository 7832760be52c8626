import { ServiceError } from '../../../aws/errors.ts'
import type { ListServicesByNamespaceRequest, ListServicesByNamespaceResponse } from '../../../aws/generated/ecs.ts'
import { serviceRevisions, services } from '../../../store/service-tables.ts'
import type { ServiceRow } from '../../../store/service-tables.ts'
import { namespaces } from '../../../store/servicediscovery-tables.ts'
import { clusters, scopeOf } from '../../../store/tables.ts'
import type { EcsContext } from '../context.ts'
import { listPage } from '../list-page.ts'
import { refuseIf } from '../tasks/invalid-parameter.ts'

/**
 * ARNs of the services of all clusters that take part in a Service Connect namespace, which is given by name or ARN; 10 a
 * page unless more are asked for.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ListServicesByNamespace.html
 */
export function listServicesByNamespace(context: EcsContext, request: ListServicesByNamespaceRequest): ListServicesByNamespaceResponse {
  refuseIf(request.namespace.trim() === '', 'Namespace can not be blank.')
  const scope = scopeOf(context.account, context.region)
  const spellings = spellingsOf(context, request.namespace)
  const { rows, nextToken } = listPage({
    operation: 'ListServicesByNamespace',
    filters: [scope, request.namespace],
    nextToken: request.nextToken,
    maxResults: request.maxResults,
    defaultResults: 10,
    rows: after => inNamespace(context, context.store.table(services).by('scope', scope, after), spellings),
    orderOf: row => row.service.serviceArn,
  })
  return { serviceArns: rows.map(row => row.service.serviceArn), ...(nextToken === undefined ? {} : { nextToken }) }
}

/** A namespace's name and ARN: a service may have been given either. Throws NamespaceNotFoundException where there is none. */
function spellingsOf({ store, account, region }: EcsContext, nameOrArn: string): ReadonlySet<string> {
  const all = [...store.table(namespaces).by('scope', scopeOf(account, region))]
  const found = all.find(({ namespace }) => namespace.Arn === nameOrArn || namespace.Name === nameOrArn)
  if (found === undefined) throw new ServiceError('NamespaceNotFoundException', "The specified namespace wasn't found.")
  return new Set([found.namespace.Arn, found.namespace.Name])
}

function* inNamespace(context: EcsContext, rows: Iterable<ServiceRow>, spellings: ReadonlySet<string>): Iterable<ServiceRow> {
  for (const row of rows) {
    const namespace = row.service.status === 'INACTIVE' ? undefined : namespaceOf(context, row)
    if (namespace !== undefined && spellings.has(namespace)) yield row
  }
}

/** What the service's newest deployment was given, else its cluster's default. */
function namespaceOf({ store }: EcsContext, { service, deployments: [newest] }: ServiceRow): string | undefined {
  const revision = newest === undefined ? undefined : store.table(serviceRevisions).get(newest.serviceRevisionArn)?.revision
  const configuration = revision?.serviceConnectConfiguration
  if (configuration?.enabled !== true) return undefined
  return configuration.namespace ?? store.table(clusters).get(service.clusterArn)?.cluster.serviceConnectDefaults?.namespace
}
