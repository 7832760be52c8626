import type { Ids } from '../../shared/ids.ts'
import { traced } from '../../shared/tracing.ts'
import { AuthRefusal, faultOfRefusal } from './auth/refusals.ts'
import type { Verify } from './auth/verify.ts'
import { type Fault, unexpectedFault } from './fault.ts'
import { backendUnreachable, foreignFault, noBackend, passOn } from './foreign.ts'
import { runCall, type ApiLog } from './pipeline.ts'
import type { WireAnswer } from './protocols/protocol.ts'
import { createRouter, type Caller, type Route } from './router.ts'
import type { BoundService } from './service.ts'

/** What is measured of a call. */
export interface ObservedCall {
  /** The signing name; `backend` for what is not ours. */
  readonly service: string
  /** `unknown` for what the model lacks, so that callers cannot make new ones up. */
  readonly operation: string
  readonly status: number
  readonly seconds: number
  /** Of a call of our services. */
  readonly requestId?: string
  /** Of a call that got as far as to have one. */
  readonly caller?: Caller
  /** Why it was refused: the code on the wire. */
  readonly fault?: Pick<Fault, 'code' | 'message'>
  readonly userAgent?: string
}

export interface AwsApiOptions {
  readonly services: readonly BoundService[]
  readonly ids: Ids
  readonly log: ApiLog
  /** An account for callers whose access key id is not one; 12 digits. */
  readonly defaultAccount?: string
  readonly defaultRegion?: string
  /** Where other services' calls go; undefined: they are refused. */
  readonly backendUrl?: string | undefined
  /** An output that the model does not allow is answered as a failure: for tests and development. */
  readonly strict?: boolean
  /** Refuses a call of our services before its operation runs; calls that go to the backend are the backend's to refuse. */
  readonly refuse?: ((request: Request) => Response | undefined) | undefined
  /** Who signed a call of our services; undefined: whoever its credentials name. */
  readonly verify?: Verify | undefined
  readonly observe?: ((call: ObservedCall) => void) | undefined
  /** Milliseconds of a clock that only goes forward, for latencies. */
  readonly stopwatch?: () => number
}

/** Everything between bytes and operations. */
export interface AwsApi {
  /** Always answers; rejects only when the client has gone. */
  handle(request: Request): Promise<Response>
}

interface Outcome extends Pick<ObservedCall, 'service' | 'operation' | 'requestId' | 'caller' | 'fault'> {
  readonly response: Response
}

export function createAwsApi(options: AwsApiOptions): AwsApi {
  const { ids, log, backendUrl, refuse, verify, observe, strict = false, stopwatch = () => performance.now() } = options
  const router = createRouter(options)

  const answerForeign = async (request: Request, { name, form, body }: Extract<Route, { kind: 'foreign' }>): Promise<Response> => {
    if (backendUrl === undefined) return responseOf(foreignFault(form, noBackend(name), ids.uuid()))
    try {
      return await passOn(request, body, backendUrl)
    } catch (error) {
      log.warn({ err: error, backendUrl }, 'the backend does not answer')
      return responseOf(foreignFault(form, backendUnreachable(backendUrl, error), ids.uuid()))
    }
  }

  const answer = async (request: Request): Promise<Outcome> => {
    const route = await router.route(request)
    if (route.kind === 'foreign') return { service: 'backend', operation: 'unknown', response: await answerForeign(request, route) }
    const { protocol, bound } = route.service
    const service = bound.model.signingName
    const refused = refuse?.(request)
    if (refused) return { service, operation: 'unknown', response: refused }
    const requestId = ids.uuid()
    const refusal = (operation: string, fault: Fault): Outcome => ({
      service,
      operation,
      requestId,
      fault,
      response: responseOf(protocol.fault(bound.model, fault, requestId)),
    })
    if (route.kind === 'fault') return refusal('unknown', route.fault)
    const caller = verify === undefined ? route.caller : await signer(request, route, verify)
    if (caller instanceof AuthRefusal) return refusal(route.operation.name, faultOfRefusal(caller, bound.model.protocol))
    const call = { ...caller, requestId, principal: principalOf(caller), calledAt: calledAt(request) }
    const { wire, fault } = await runCall(route.service, route.operation, route.body, call, { log, strict })
    return {
      service,
      operation: route.operation.name,
      requestId,
      caller,
      response: responseOf(wire),
      ...(fault === undefined ? {} : { fault }),
    }
  }

  const tracedAnswer = (request: Request): Promise<Outcome> =>
    traced(
      () => ({ name: 'AWS API call', kind: 'server', traceparent: request.headers.get('traceparent') }),
      async span => {
        const outcome = await answer(request)
        const { service, operation, requestId = '', fault, response } = outcome
        span.rename(`${service}.${operation}`)
        span.set({
          'rpc.system': 'aws-api',
          'rpc.service': service,
          'rpc.method': operation,
          'aws.request_id': requestId,
          'http.response.status_code': response.status,
        })
        if (fault !== undefined) span.fail(`${fault.code}: ${fault.message}`)
        return outcome
      },
    )

  return {
    async handle(request) {
      const started = stopwatch()
      const { response, ...outcome } = await tracedAnswer(request).catch((error: unknown): Outcome => {
        const requestId = ids.uuid()
        log.error({ err: error, requestId }, 'a request failed before it reached a service')
        return { service: 'unknown', operation: 'unknown', response: responseOf(foreignFault('aws-json', unexpected, requestId)) }
      })
      observe?.({
        ...outcome,
        status: response.status,
        seconds: (stopwatch() - started) / 1000,
        userAgent: request.headers.get('user-agent') ?? '',
      })
      return response
    },
  }
}

const unexpected = unexpectedFault({ signingName: '', protocol: 'aws-json-1-1', apiVersion: '', operations: {}, errors: {} })

/** The caller whose key signed the request, or why none did. */
async function signer(
  request: Request,
  { caller, payload, service }: Extract<Route, { kind: 'operation' }>,
  verify: Verify,
): Promise<Caller | AuthRefusal> {
  try {
    const { account } = await verify({ request, payload, signingName: service.bound.model.signingName })
    return { account, region: caller.region }
  } catch (error) {
    if (error instanceof AuthRefusal) return error
    throw error
  }
}

/** A caller is its account's root: there are no users and no policies. */
const principalOf = ({ account }: Caller): string => `arn:aws:iam::${account}:root`

/** A request's URL is made of its Host header; what is in front of us may have taken TLS off. */
const calledAt = (request: Request): string => {
  const { protocol, host } = new URL(request.url)
  return `${request.headers.get('x-forwarded-proto') === 'https' ? 'https:' : protocol}//${host}`
}

const responseOf = ({ status, headers, body }: WireAnswer): Response => new Response(body, { status, headers })
