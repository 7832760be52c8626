import { AwsRefusal } from '../../apply/api.ts'
import { CliError } from '../../../shared/errors.ts'
import { pause } from '../../wait.ts'
import { type Input, only, recordOf, recordsOf, tagsOf, textOf, without } from '../wanted.ts'
import { type Kind, type KindContext, type Present, pages } from './kind.ts'

const operations = {
  DNS_PRIVATE: { create: 'CreatePrivateDnsNamespace', update: 'UpdatePrivateDnsNamespace' },
  DNS_PUBLIC: { create: 'CreatePublicDnsNamespace', update: 'UpdatePublicDnsNamespace' },
  HTTP: { create: 'CreateHttpNamespace', update: 'UpdateHttpNamespace' },
} as const
type NamespaceType = keyof typeof operations
const typeOf = (value: unknown): NamespaceType => (value === 'HTTP' || value === 'DNS_PUBLIC' ? value : 'DNS_PRIVATE')

/** Resolves with the id of what the operation was about. Rejects with `CliError` where it failed. */
const ended = async ({ api, signal }: KindContext, operationId: unknown, target: string): Promise<string> => {
  for (;;) {
    const { Operation } = await api.json('servicediscovery', 'GetOperation', { OperationId: operationId })
    const operation = recordOf(Operation) ?? {}
    if (operation['Status'] === 'SUCCESS') return textOf(recordOf(operation['Targets'])?.[target])
    if (operation['Status'] === 'FAIL') throw new CliError(`Cloud Map refused: ${textOf(operation['ErrorMessage'])}`, '')
    await pause(200, signal)
  }
}

const tagsOfArn = async ({ api }: KindContext, ResourceARN: string): Promise<Readonly<Record<string, string>>> =>
  tagsOf((await api.json('servicediscovery', 'ListTagsForResource', { ResourceARN }))['Tags'])

const oneNamespace = async (context: KindContext, id: string): Promise<Present> => {
  const { Namespace } = await context.api.json('servicediscovery', 'GetNamespace', { Id: id })
  const found = recordOf(Namespace) ?? {}
  const [arn, name] = [textOf(found['Arn']), textOf(found['Name'])]
  const zone = textOf(recordOf(recordOf(found['Properties'])?.['DnsProperties'])?.['HostedZoneId'])
  const attributes = { arn, name, id, ...(zone !== '' && { hostedZoneId: zone }) }
  return { arn, name, members: namespaceShape(found), attributes, tags: await tagsOfArn(context, arn) }
}

const namespaceShape = (input: Input): Input => ({ ...only(input, ['Name', 'Description']), Type: typeOf(input['Type']) })

/**
 * `Type` of the input says which kind of namespace: DNS_PRIVATE, DNS_PUBLIC or HTTP.
 * @see https://docs.aws.amazon.com/cloud-map/latest/api/API_CreatePrivateDnsNamespace.html
 */
export const namespace: Kind = {
  all: async context => {
    const found = await pages(NextToken => context.api.json('servicediscovery', 'ListNamespaces', { NextToken }), 'Namespaces', 'NextToken')
    return Promise.all(recordsOf(found).map(each => oneNamespace(context, textOf(each['Id']))))
  },
  create: async (context, input) => {
    const { create } = operations[typeOf(input['Type'])]
    const { OperationId } = await context.api.json('servicediscovery', create, without(input, ['Type']))
    return oneNamespace(context, await ended(context, OperationId, 'NAMESPACE'))
  },
  change: async (context, present, input) => {
    const Id = present.attributes['id'] ?? ''
    const { update } = operations[typeOf(input['Type'])]
    const { OperationId } = await context.api.json('servicediscovery', update, { Id, Namespace: only(input, ['Description']) })
    await ended(context, OperationId, 'NAMESPACE')
    return oneNamespace(context, Id)
  },
  remove: async (context, { attributes }) => {
    const { OperationId } = await context.api.json('servicediscovery', 'DeleteNamespace', { Id: attributes['id'] })
    await ended(context, OperationId, 'NAMESPACE')
  },
  shape: namespaceShape,
  fixed: ['Name', 'Type'],
  service: 'servicediscovery',
  nameOf: input => textOf(input['Name']),
  sameName: 'is used',
}

const oneService = async (context: KindContext, id: string): Promise<Present> => {
  const { Service } = await context.api.json('servicediscovery', 'GetService', { Id: id })
  const found = recordOf(Service) ?? {}
  const arn = textOf(found['Arn'])
  const name = `${textOf(found['NamespaceId'])}/${textOf(found['Name'])}`
  const attributes = { arn, id, name: textOf(found['Name']) }
  return { arn, name, title: attributes.name, members: serviceShape(found), attributes, tags: await tagsOfArn(context, arn) }
}

const serviceShape = (input: Input): Input => {
  const { DnsConfig } = input
  // The namespace stands in either place.
  const NamespaceId = input['NamespaceId'] ?? recordOf(DnsConfig)?.['NamespaceId']
  const dns = recordOf(DnsConfig)
  return {
    ...only(input, ['Name', 'Description', 'HealthCheckConfig', 'HealthCheckCustomConfig']),
    ...(dns !== undefined && { DnsConfig: without(dns, ['NamespaceId']) }),
    ...(NamespaceId !== undefined && { NamespaceId }),
  }
}

/** @see https://docs.aws.amazon.com/cloud-map/latest/api/API_CreateService.html */
export const discoveryService: Kind = {
  all: async context => {
    const found = await pages(NextToken => context.api.json('servicediscovery', 'ListServices', { NextToken }), 'Services', 'NextToken')
    return Promise.all(recordsOf(found).map(each => oneService(context, textOf(each['Id']))))
  },
  create: async (context, input) => {
    const { Service } = await context.api.json('servicediscovery', 'CreateService', input)
    return oneService(context, textOf(recordOf(Service)?.['Id']))
  },
  change: async (context, { attributes }, input) => {
    const Id = attributes['id'] ?? ''
    const records = recordOf(input['DnsConfig'])
    const Service = {
      ...only(input, ['Description', 'HealthCheckConfig']),
      ...(records !== undefined && { DnsConfig: only(records, ['DnsRecords']) }),
    }
    const { OperationId } = await context.api.json('servicediscovery', 'UpdateService', { Id, Service })
    await ended(context, OperationId, 'SERVICE')
    return oneService(context, Id)
  },
  remove: async ({ api, signal }, { attributes }) => {
    // Tasks that were just stopped take a moment to be deregistered.
    for (let tries = 0; ; tries++) {
      try {
        return void (await api.json('servicediscovery', 'DeleteService', { Id: attributes['id'] }))
      } catch (error) {
        if (!(error instanceof AwsRefusal && error.code === 'ResourceInUse') || tries >= 60) throw error
        await pause(500, signal)
      }
    }
  },
  shape: serviceShape,
  fixed: ['Name', 'NamespaceId', 'HealthCheckCustomConfig'],
  service: 'servicediscovery',
  nameOf: input => {
    const { NamespaceId, Name } = serviceShape(input)
    return typeof NamespaceId === 'string' ? `${NamespaceId}/${textOf(Name)}` : undefined
  },
  sameName: 'is in the way',
}
