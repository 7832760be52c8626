// Which operation of which service a request calls, for whose account and in which region. JSON services are told by
// X-Amz-Target; query services by the SigV4 scope, or by Action and Version where nothing is signed.
import { defaultAccount, defaultRegion } from '../../shared/names.ts'
import { readBody } from './body.ts'
import { accountOf, scopeOfHeader, scopeOfQuery, type CredentialScope } from './credential.ts'
import { WireError, type Fault } from './fault.ts'
import { findQueryService, indexServices, type RoutedService, type WiredOperation } from './service-index.ts'
import { pairsOf } from './protocols/query-form.ts'
import type { BoundService } from './service.ts'

export interface Caller {
  /** 12 digits. */
  readonly account: string
  readonly region: string
}

/** How a service that is not ours would word an error. */
export type ForeignForm = 'aws-json' | 'aws-query' | 'rest-xml'

export type Route =
  | {
      readonly kind: 'operation'
      readonly service: RoutedService
      readonly operation: WiredOperation
      /** What the protocol reads: the body, or the query of a request without one. */
      readonly body: string
      /** The body as it came. */
      readonly payload: string
      readonly caller: Caller
    }
  | { readonly kind: 'fault'; readonly service: RoutedService; readonly fault: Fault }
  /** Another service's call; `body` is there when finding that out took reading it. */
  | { readonly kind: 'foreign'; readonly name: string | undefined; readonly form: ForeignForm; readonly body: string | undefined }

export interface RouterOptions {
  readonly services: readonly BoundService[]
  readonly defaultAccount?: string
  readonly defaultRegion?: string
}

export interface Router {
  /** Throws only what is a bug or a broken connection. */
  route(request: Request): Promise<Route>
}

export function createRouter(options: RouterOptions): Router {
  const index = indexServices(options.services)
  const fallback = { account: options.defaultAccount ?? defaultAccount, region: options.defaultRegion ?? defaultRegion }

  const callerOf = (scope: CredentialScope | undefined): Caller => {
    if (!scope) return fallback
    return {
      account: accountOf(scope.accessKeyId) ?? fallback.account,
      region: scope.region ?? fallback.region,
    }
  }

  const routeJson = async (request: Request, target: string, scope: CredentialScope | undefined): Promise<Route> => {
    const dot = target.lastIndexOf('.')
    const prefix = target.slice(0, Math.max(dot, 0))
    const service = index.byTarget.get(prefix)
    if (!service) return { kind: 'foreign', name: scope?.signingName ?? prefix, form: 'aws-json', body: undefined }
    const name = target.slice(dot + 1)
    const operation = service.operation(name)
    if (!operation) return refuse(service, new WireError('UnknownOperationException', `${prefix} has no operation ${name}`))
    return withBody(service, request, body => ({ kind: 'operation', service, operation, body, payload: body, caller: callerOf(scope) }))
  }

  const routeQuery = async (
    request: Request,
    query: string,
    scope: CredentialScope | undefined,
    signed: RoutedService[],
  ): Promise<Route> => {
    const [first] = signed.length > 0 ? signed : index.query
    if (!first) return { kind: 'foreign', name: scope?.signingName, form: 'aws-query', body: undefined }
    return withBody(first, request, body => {
      const form = body === '' ? query : body
      const { action, version } = actionOf(form)
      const service = findQueryService(signed.length > 0 ? signed : index.query, version, signed.length > 0)
      if (!service) return { kind: 'foreign', name: scope?.signingName, form: 'aws-query', body }
      if (!action) return refuse(service, new WireError('MissingAction', 'The request is missing an action or a required parameter.'))
      const operation = service.operation(action)
      if (operation) return { kind: 'operation', service, operation, body: form, payload: body, caller: callerOf(scope) }
      const { apiVersion } = service.bound.model
      return refuse(service, new WireError('InvalidAction', `Could not find operation ${action} for version ${version ?? apiVersion}`))
    })
  }

  return {
    async route(request) {
      const target = request.headers.get('x-amz-target')
      const question = request.url.indexOf('?')
      const query = question === -1 ? '' : request.url.slice(question + 1)
      const scope = scopeOfHeader(request.headers.get('authorization')) ?? scopeOfQuery(query)
      if (target) return routeJson(request, target, scope)
      const signed = scope ? (index.bySigningName.get(scope.signingName) ?? []) : []
      const [json] = signed.filter(({ bound }) => bound.model.protocol === 'aws-json-1-1')
      if (json)
        return refuse(json, new WireError('UnknownOperationException', 'The request names no operation: it has no X-Amz-Target', 404))
      if (signed.length > 0 || (!scope && looksLikeQuery(request, query))) return routeQuery(request, query, scope, signed)
      return { kind: 'foreign', name: scope?.signingName, form: foreignForm(request, scope), body: undefined }
    },
  }
}

const refuse = (service: RoutedService, { code, message, status }: WireError): Route => ({
  kind: 'fault',
  service,
  fault: { code, message, status, members: {} },
})

/** Goes on with the body; what is wrong with it is worded by `service`. */
async function withBody(service: RoutedService, request: Request, next: (body: string) => Route): Promise<Route> {
  try {
    return next(await readBody(request))
  } catch (error) {
    if (error instanceof WireError) return refuse(service, error)
    throw error
  }
}

const isForm = (request: Request): boolean => request.headers.get('content-type')?.startsWith('application/x-www-form-urlencoded') ?? false

const looksLikeQuery = (request: Request, query: string): boolean =>
  request.method === 'POST' ? isForm(request) : query.startsWith('Action=') || query.includes('&Action=')

function actionOf(form: string): { action: string | undefined; version: string | undefined } {
  let action: string | undefined
  let version: string | undefined
  for (const [name, value] of pairsOf(form)) {
    if (name === 'Action') action = value
    else if (name === 'Version') version = value
    if (action !== undefined && version !== undefined) break
  }
  return { action, version }
}

/** Services whose errors are XML without an envelope of the query protocol. */
const restXmlServices: ReadonlySet<string> = new Set(['s3', 's3express', 'cloudfront', 'route53'])

function foreignForm(request: Request, scope: CredentialScope | undefined): ForeignForm {
  if (scope && restXmlServices.has(scope.signingName)) return 'rest-xml'
  return isForm(request) ? 'aws-query' : 'aws-json'
}
