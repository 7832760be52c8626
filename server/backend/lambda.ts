import { type Backend, BackendError, type BackendPlace, type CallOptions } from './backend.ts'

/** A function's longest run, and a moment for its answer. Milliseconds. */
const longestRunMs = 15 * 60_000 + 10_000

export interface Invocation {
  /** What it returned, or tells of its error. */
  readonly payload: string
  /** It threw, or ran out of time or memory. */
  readonly hasFailed: boolean
}

/**
 * Calls a function and waits for it. A function that fails is an answer; one that is not there is a `BackendError`.
 * https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
 */
export const invoke = async (
  backend: Backend,
  functionArn: string,
  event: object,
  place: BackendPlace,
  options?: CallOptions,
): Promise<Invocation> => {
  const response = await backend.rest(
    {
      service: 'lambda',
      method: 'POST',
      path: `/2015-03-31/functions/${encodeURIComponent(functionArn)}/invocations`,
      headers: { 'content-type': 'application/json', 'x-amz-invocation-type': 'RequestResponse' },
      body: JSON.stringify(event),
    },
    place,
    { timeoutMs: longestRunMs, ...options },
  )
  return { payload: await response.text(), hasFailed: response.headers.has('x-amz-function-error') }
}

/**
 * Whether a function is there, by its ARN, of a version or an alias too.
 * https://docs.aws.amazon.com/lambda/latest/api/API_GetFunction.html
 */
export const hasFunction = async (backend: Backend, arn: string, place: BackendPlace): Promise<boolean> => {
  const [, , , region = place.region, account = place.account, , name = '', qualifier] = arn.split(':')
  const query = qualifier === undefined ? '' : `?Qualifier=${encodeURIComponent(qualifier)}`
  const path = `/2015-03-31/functions/${encodeURIComponent(name)}${query}`
  try {
    await backend.rest({ service: 'lambda', method: 'GET', path }, { account, region })
    return true
  } catch (error) {
    if (error instanceof BackendError && error.status === 404) return false
    throw error
  }
}
