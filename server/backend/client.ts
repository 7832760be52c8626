import { AwsClient } from 'aws4fetch'
import { messageOf } from '../../shared/errors.ts'
import { defaultAccount } from '../../shared/names.ts'
import { measured } from '../../shared/tracing.ts'
import { type Backend, type BackendPlace, type CallOptions, type QueryCall, type RestCall, BackendUnreachable } from './backend.ts'
import { readJson, readXml, refusal } from './read-answer.ts'

export interface BackendOptions {
  readonly url: string
  /** Of tests. */
  readonly fetch?: (request: Request) => Promise<Response>
  /** How long an answer may take: milliseconds. */
  readonly timeoutMs?: number
}

const defaultTimeoutMs = 30_000

/** Requests are signed, as a backend finds service, account and region in the signature's scope; the secret is nobody's. */
export const createBackend = ({ url, fetch: send = fetch, timeoutMs = defaultTimeoutMs }: BackendOptions): Backend => {
  const base = url.replace(/\/$/, '')

  const call = (request: RestCall, place: BackendPlace, options: CallOptions = {}): Promise<Response> => {
    const { service, method, path, headers = {} } = request
    const target = headers['x-amz-target'] ?? `${method} ${path.replace(/\?.*$/, '')}`
    return measured(
      'backend',
      service,
      () => ({
        name: `backend ${service}`,
        kind: 'client',
        attributes: { 'rpc.system': 'aws-api', 'rpc.service': service, 'rpc.method': target },
      }),
      () => signAndSend(request, place, options),
    )
  }

  const signAndSend = async (
    request: RestCall,
    place: BackendPlace,
    { signal, timeoutMs: ownTimeoutMs = timeoutMs }: CallOptions,
  ): Promise<Response> => {
    const { service, method, path, headers = {}, body } = request
    const client = new AwsClient({ accessKeyId: accessKeyOf(place), secretAccessKey: 'test', service, region: place.region })
    const limit = AbortSignal.timeout(ownTimeoutMs)
    const signed = await client.sign(`${base}${path}`, {
      method,
      headers: { ...headers },
      ...(body === undefined ? {} : { body }),
      signal: signal === undefined ? limit : AbortSignal.any([signal, limit]),
    })
    const response = await send(signed).catch((cause: unknown) => {
      signal?.throwIfAborted()
      throw new BackendUnreachable(`The backend ${base} does not answer: ${messageOf(cause)}`, { cause })
    })
    if (response.status < 400) return response
    throw refusal(response, await textOf(response, signal))
  }

  /** An answer that is cut off is none. */
  const textOf = (response: Response, signal: AbortSignal | undefined): Promise<string> =>
    response.text().catch((cause: unknown) => {
      signal?.throwIfAborted()
      throw new BackendUnreachable(`The backend ${base} did not end its answer: ${messageOf(cause)}`, { cause })
    })

  return {
    url: base,
    rest: call,
    json: async (service, target, input, place, options) => {
      const headers = { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': target }
      const response = await call({ service, method: 'POST', path: '/', headers, body: JSON.stringify(input) }, place, options)
      return readJson(await textOf(response, options?.signal))
    },
    query: async ({ service, action, version, parameters }: QueryCall, place, options) => {
      const headers = { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' }
      const body = new URLSearchParams({ Action: action, Version: version, ...parameters }).toString()
      const response = await call({ service, method: 'POST', path: '/', headers, body }, place, options)
      return readXml(await textOf(response, options?.signal))
    },
  }
}

/** LocalStack takes a key of twelve digits as the account; any other key means its default one, which is ours too. */
const accessKeyOf = ({ account }: BackendPlace): string => (account === defaultAccount ? 'test' : account)
