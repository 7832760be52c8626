// What a rule of an Application Load Balancer does, as middlewares and a service of the gateway.
import { adminPort, controlPlaneName, guardPath, ruleHeader, systemNamespace } from '../../../../shared/names.ts'
import type { Action, RedirectActionConfig } from '../../../aws/generated/elbv2.ts'
import type { RuleRow } from '../../../store/elbv2-tables.ts'
import { errorPage } from '../error-page.ts'
import { canGuard, sessionCookieOf } from '../guards.ts'
import { rewriteSettings } from '../transforms.ts'
import { shardNames, userHeaders } from '../user-sessions.ts'
import type { HttpService, Middleware } from './dynamic-configuration.ts'
import { functionsService, groupService } from './http-groups.ts'
import { type RoutingState, nameOf } from './routing-state.ts'

/** The gateway's own service that does nothing, behind a middleware that answers by itself. */
export const none = 'noop@internal'

/** What a redirect has to know of the listener that a request came by. */
export interface ListenerSettings {
  readonly proto: string
  readonly port: string
  /** By which port of the gateway each of the load balancer's listeners is reached, such as `80=9021 443=9022`. */
  readonly ports: string
}

export interface RuleOutcome {
  readonly service: string
  readonly middlewares: Readonly<Record<string, Middleware>>
  readonly services: Readonly<Record<string, HttpService>>
  /** Middlewares before all others: who does not pass them never gets to the rule's action. */
  readonly guards?: Readonly<Record<string, Middleware>>
}

/** What a rule does. Actions that authenticate come first, and nothing passes those that are not done here. */
export function outcomeOf(state: RoutingState, { rule }: RuleRow, listener: ListenerSettings): RuleOutcome {
  const name = nameOf('rule', rule.RuleArn)
  const actions = rule.Actions ?? []
  const guards = actions.slice(0, -1)
  if (!guards.every(canGuard)) return answering(name, { status: '500', contentType: 'text/html', body: errorPage(500) })
  const outcome = transformed(rule, lastOf(state, rule.RuleArn, actions.at(-1), listener))
  return guards.length === 0 ? outcome : { ...outcome, guards: { [`${name}-guard`]: guardOf(rule.RuleArn, guards) } }
}

/** Requests are rewritten on their way to a target, and no others. */
function transformed({ RuleArn, Transforms }: RuleRow['rule'], outcome: RuleOutcome): RuleOutcome {
  const settings = rewriteSettings(Transforms)
  if (settings === undefined || outcome.service === none) return outcome
  const rewrite: Middleware = { plugin: { kecs: { do: 'rewrite', ...settings } } }
  return { ...outcome, middlewares: { [`${nameOf('rule', RuleArn)}-rewrite`]: rewrite, ...outcome.middlewares } }
}

const guardAddress = (query: string, arn: string): string =>
  `http://${controlPlaneName}.${systemNamespace}:${adminPort}${guardPath}?${query}=${encodeURIComponent(arn)}`

/** Error pages are the largest bodies that the control plane refuses requests with. The gateway warns of a guard that may answer anything. */
const maxResponseBodySize = 65_536

/** The control plane is asked of each request, and answers those that may not pass. */
function guardOf(ruleArn: string, guards: readonly Action[]): Middleware {
  const asked = { address: guardAddress('rule', ruleArn), maxResponseBodySize }
  const cookies = guards.flatMap(action => sessionCookieOf(action) ?? [])
  if (cookies.length === 0) return { forwardAuth: asked }
  return { forwardAuth: { ...asked, authResponseHeaders: userHeaders, addAuthCookiesToResponse: cookies.flatMap(shardNames) } }
}

/** Users who come back from an identity provider, to whichever rule wanted the login: the control plane answers them. */
export const callbackOutcome = (listenerArn: string): RuleOutcome => {
  const name = `${nameOf('listener', listenerArn)}-callback`
  return {
    service: none,
    services: {},
    middlewares: {},
    guards: { [name]: { forwardAuth: { address: guardAddress('listener', listenerArn), maxResponseBodySize } } },
  }
}

function lastOf(state: RoutingState, ruleArn: string, action: Action | undefined, listener: ListenerSettings): RuleOutcome {
  const name = nameOf('rule', ruleArn)
  if (action?.RedirectConfig !== undefined) return answering(name, { ...redirect(action.RedirectConfig), ...listener })
  if (action?.FixedResponseConfig !== undefined) {
    const { StatusCode, ContentType, MessageBody } = action.FixedResponseConfig
    return answering(name, {
      status: StatusCode,
      ...(ContentType ? { contentType: ContentType } : {}),
      ...(MessageBody ? { body: MessageBody } : {}),
    })
  }
  return forward(state, ruleArn, action)
}

/** Answered by the gateway itself. */
const answering = (name: string, answer: Readonly<Record<string, string>>): RuleOutcome => ({
  service: none,
  middlewares: { [name]: { plugin: { kecs: { do: 'answer', ...answer } } } },
  services: {},
})

const redirect = ({ Protocol, Host, Port, Path, Query, StatusCode }: RedirectActionConfig): Readonly<Record<string, string>> => ({
  status: StatusCode === 'HTTP_301' ? '301' : '302',
  protocol: Protocol ?? '#{protocol}',
  host: Host ?? '#{host}',
  toPort: Port ?? '#{port}',
  path: Path ?? '/#{path}',
  // An empty setting would be left out.
  query: `?${Query ?? '#{query}'}`,
})

function forward(state: RoutingState, ruleArn: string, action: Action | undefined): RuleOutcome {
  const name = nameOf('rule', ruleArn)
  const { TargetGroups: tuples = [], TargetGroupStickinessConfig: sticky } = action?.ForwardConfig ?? {}
  const weighted = tuples.flatMap(({ TargetGroupArn: arn = '', Weight: weight = 1 }) =>
    weight > 0 && state.targetGroup(arn) !== undefined ? [{ name: groupService(arn), arn, weight }] : [],
  )
  const hasTargets = weighted.some(({ arn }) => state.targetsOf(arn).some(({ row }) => row.drainingUntil === undefined))
  if (!hasTargets) return answering(name, { status: '503' })
  const services = asServices(state, weighted)
  const middlewares = services.some(service => service.name === functionsService) ? toFunctions(name, ruleArn) : {}
  const [only, ...others] = services
  if (only !== undefined && others.length === 0) return { service: only.name, middlewares, services: {} }
  return {
    service: name,
    middlewares,
    services: {
      [name]: {
        weighted: {
          services,
          ...(sticky?.Enabled ? { sticky: { cookie: { name: 'AWSALBTG', maxAge: sticky.DurationSeconds ?? 3600, path: '/' } } } : {}),
        },
      },
    },
  }
}

interface Weighted {
  readonly name: string
  readonly weight: number
}

/** All functions of a rule are behind one service: the control plane chooses between their groups by the same weights. */
function asServices(state: RoutingState, groups: readonly (Weighted & { readonly arn: string })[]): readonly Weighted[] {
  const isFunction = ({ arn }: { readonly arn: string }): boolean => state.targetGroup(arn)?.targetGroup.TargetType === 'lambda'
  const weight = groups.filter(isFunction).reduce((sum, group) => sum + group.weight, 0)
  const others = groups.filter(group => !isFunction(group)).map(group => ({ name: group.name, weight: group.weight }))
  return weight === 0 ? others : [...others, { name: functionsService, weight }]
}

const toFunctions = (name: string, ruleArn: string): RuleOutcome['middlewares'] => ({
  [`${name}-function`]: { headers: { customRequestHeaders: { [ruleHeader]: ruleArn } } },
})
