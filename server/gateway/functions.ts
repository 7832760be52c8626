import { messageOf } from '../../shared/errors.ts'
import { ruleHeader } from '../../shared/names.ts'
import { type Backend, BackendError, BackendUnreachable } from '../backend/backend.ts'
import { invoke } from '../backend/lambda.ts'
import { parseArn } from '../domain/arn.ts'
import { errorPage } from '../domain/elbv2/error-page.ts'
import { functionAnswer } from '../domain/elbv2/function-answer.ts'
import { functionEvent } from '../domain/elbv2/function-event.ts'
import type { Logger } from '../log.ts'
import { type TargetGroupRow, rules, targetGroups, targets } from '../store/elbv2-tables.ts'
import type { Store } from '../store/store.ts'

export interface FunctionsParts {
  readonly store: Store
  readonly log: Logger
  /** Where the functions are; undefined where none is configured. */
  readonly backend: Backend | undefined
  /** From 0 up to 1. */
  readonly random: () => number
}

/** Bytes of a request's body. */
const mostSent = 1024 * 1024

/**
 * Requests that the gateway sends on to functions: the request's header `X-Kecs-Rule` says whose target groups are
 * meant. Answers what the function answers, or what a load balancer says by itself: 400 for a WebSocket, 413 for a body
 * of more than 1 MB, 502 for a function that fails or returns no answer, 503 where none is registered.
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/application/lambda-functions.html
 */
export const createFunctions =
  ({ store, log, backend, random }: FunctionsParts) =>
  async (request: Request): Promise<Response> => {
    const group = chosen(groupsOf(store, request.headers.get(ruleHeader) ?? ''), random())
    const functionArn = group === undefined ? undefined : registered(store, group)
    if (group === undefined || functionArn === undefined) return refusal(503)
    if (request.headers.has('upgrade')) return refusal(400)
    const body = await request.bytes()
    if (body.length > mostSent) return refusal(413)
    if (backend === undefined) {
      log.warn({ functionArn }, 'a request for a function is refused, as no backend is configured')
      return refusal(502)
    }
    const target = {
      targetGroupArn: group.targetGroup.TargetGroupArn,
      hasManyValues: group.attributes['lambda.multi_value_headers.enabled'] === 'true',
    }
    const event = functionEvent({ method: request.method, ...partsOf(request.url), headers: headersOf(request), body }, target)
    const { account = '', region = '' } = parseArn(functionArn) ?? {}
    try {
      const { payload, hasFailed } = await invoke(backend, functionArn, event, { account, region }, { signal: request.signal })
      const answer = hasFailed ? undefined : functionAnswer(payload, target.hasManyValues)
      if (answer === undefined) {
        log.info({ functionArn, hasFailed }, 'a function failed, or what it returned is no answer for a load balancer')
        return refusal(502)
      }
      return responseOf(answer)
    } catch (error) {
      if (!(error instanceof BackendError || error instanceof BackendUnreachable)) throw error
      log.info({ functionArn, err: error }, `a function could not be invoked: ${messageOf(error)}`)
      return refusal(502)
    }
  }

interface Weighted {
  readonly group: TargetGroupRow
  readonly weight: number
}

/** The groups of functions that a rule forwards to. */
function groupsOf(store: Store, ruleArn: string): readonly Weighted[] {
  const { TargetGroups: tuples = [] } = store.table(rules).get(ruleArn)?.rule.Actions?.at(-1)?.ForwardConfig ?? {}
  return tuples.flatMap(({ TargetGroupArn = '', Weight: weight = 1 }) => {
    const group = store.table(targetGroups).get(TargetGroupArn)
    return group?.targetGroup.TargetType === 'lambda' && weight > 0 ? [{ group, weight }] : []
  })
}

/** One of the groups, as often as its weight says. */
function chosen(groups: readonly Weighted[], chance: number): TargetGroupRow | undefined {
  let left = chance * groups.reduce((sum, { weight }) => sum + weight, 0)
  for (const { group, weight } of groups) {
    left -= weight
    if (left < 0) return group
  }
  return groups.at(-1)?.group
}

/** A group has one function at most. */
function registered(store: Store, { targetGroup }: TargetGroupRow): string | undefined {
  for (const { target, drainingUntil } of store.table(targets).by('targetGroup', targetGroup.TargetGroupArn)) {
    if (drainingUntil === undefined) return target.Id
  }
  return undefined
}

/** Not by `URL`, which would change the path. */
function partsOf(url: string): { readonly path: string; readonly query: string } {
  const [, path = '', query = ''] = /^[^:]+:\/\/[^/?#]*([^?#]*)\??([^#]*)/.exec(url) ?? []
  return { path: path === '' ? '/' : path, query }
}

const headersOf = ({ headers }: Request): readonly (readonly [string, string])[] =>
  [...headers].filter(([name]) => name !== ruleHeader.toLowerCase())

const withoutBody: ReadonlySet<number> = new Set([204, 205, 304])

function responseOf({ status, headers: pairs, body }: NonNullable<ReturnType<typeof functionAnswer>>): Response {
  const headers = new Headers()
  for (const [name, value] of pairs) headers.append(name, value)
  return new Response(withoutBody.has(status) ? null : body, { status, headers })
}

const refusal = (status: number): Response =>
  new Response(errorPage(status), { status, headers: { 'content-type': 'text/html', server: 'awselb/2.0' } })
