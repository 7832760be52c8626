// What a rule of an Application Load Balancer does, as middlewares and a service of the gateway.
import { adminPort, controlPlaneName, guardPath, systemNamespace } from '../../../../shared/names.ts'
import type { Action, RedirectActionConfig } from '../../../aws/generated/elbv2.ts'
import type { RuleRow } from '../../../store/elbv2-tables.ts'
import { errorPage } from '../error-page.ts'
import { canGuard } from '../guards.ts'
import type { HttpService, Middleware } from './dynamic-configuration.ts'
import { groupService } from './http-groups.ts'
import { type RoutingState, nameOf } from './routing-state.ts'

/** The gateway's own service that does nothing, behind a middleware that answers by itself. */
const none = 'noop@internal'

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
  const outcome = lastOf(state, name, actions.at(-1), listener)
  return guards.length === 0 ? outcome : { ...outcome, guards: { [`${name}-guard`]: guardOf(rule.RuleArn) } }
}

/** The control plane is asked of each request, and answers those that may not pass. */
const guardOf = (ruleArn: string): Middleware => ({
  forwardAuth: {
    address: `http://${controlPlaneName}.${systemNamespace}:${adminPort}${guardPath}?rule=${encodeURIComponent(ruleArn)}`,
  },
})

function lastOf(state: RoutingState, name: string, action: Action | undefined, listener: ListenerSettings): RuleOutcome {
  if (action?.RedirectConfig !== undefined) return answering(name, { ...redirect(action.RedirectConfig), ...listener })
  if (action?.FixedResponseConfig !== undefined) {
    const { StatusCode, ContentType, MessageBody } = action.FixedResponseConfig
    return answering(name, {
      status: StatusCode,
      ...(ContentType ? { contentType: ContentType } : {}),
      ...(MessageBody ? { body: MessageBody } : {}),
    })
  }
  return forward(state, name, action)
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

function forward(state: RoutingState, name: string, action: Action | undefined): RuleOutcome {
  const { TargetGroups: tuples = [], TargetGroupStickinessConfig: sticky } = action?.ForwardConfig ?? {}
  const weighted = tuples.flatMap(({ TargetGroupArn: arn = '', Weight: weight = 1 }) =>
    weight > 0 && state.targetGroup(arn) !== undefined ? [{ name: groupService(arn), arn, weight }] : [],
  )
  const hasTargets = weighted.some(({ arn }) => state.targetsOf(arn).some(({ row }) => row.drainingUntil === undefined))
  if (!hasTargets) return answering(name, { status: '503' })
  const [only, ...others] = weighted
  if (only !== undefined && others.length === 0) return { service: only.name, middlewares: {}, services: {} }
  return {
    service: name,
    middlewares: {},
    services: {
      [name]: {
        weighted: {
          services: weighted.map(({ name: service, weight }) => ({ name: service, weight })),
          ...(sticky?.Enabled ? { sticky: { cookie: { name: 'AWSALBTG', maxAge: sticky.DurationSeconds ?? 3600, path: '/' } } } : {}),
        },
      },
    },
  }
}
