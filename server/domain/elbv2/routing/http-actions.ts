// What a rule of an Application Load Balancer does, as middlewares and a service of the gateway.
import type { Action, RedirectActionConfig } from '../../../aws/generated/elbv2.ts'
import type { RuleRow } from '../../../store/elbv2-tables.ts'
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
}

/** AWS' page for a rule whose users cannot be authenticated. */
const internalError = {
  status: '500',
  contentType: 'text/html',
  body: '<html>\r\n<head><title>500 Internal Server Error</title></head>\r\n<body>\r\n<center><h1>500 Internal Server Error</h1></center>\r\n</body>\r\n</html>\r\n',
}

/** The last of a rule's actions. Those before it authenticate, which is not done here: nothing passes them. */
export function outcomeOf(state: RoutingState, { rule }: RuleRow, listener: ListenerSettings): RuleOutcome {
  const name = nameOf('rule', rule.RuleArn)
  const actions = rule.Actions ?? []
  const action = actions.at(-1)
  if (actions.length > 1) return answering(name, internalError)
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
