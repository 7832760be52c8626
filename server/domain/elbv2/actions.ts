// A listener's or a rule's actions: read, with all defaults; and as they are shown.
import { ServiceError } from '../../aws/errors.ts'
import type { Action, ProtocolEnum } from '../../aws/generated/elbv2.ts'
import { checkConfig, readCognito, readFixedResponse, readForward, readJwt, readOidc, readRedirect } from './action-checks.ts'
import { hiddenQuotas } from './quotas.ts'
import { invalidAction, validationError } from './refusals.ts'

const routingTypes: ReadonlySet<string> = new Set(['forward', 'redirect', 'fixed-response'])

export interface ActionsOf {
  /** The listener's. */
  readonly protocol: ProtocolEnum | undefined
  /** What the rule has so far: secrets that are not told again are kept from here. */
  readonly before?: readonly Action[] | undefined
}

/** Actions in the order in which they are done. Throws InvalidLoadBalancerAction, TooManyActions and ValidationError. */
export function readActions(given: readonly Action[], of: ActionsOf): readonly Action[] {
  if (given.length === 0) throw validationError('A default action must be specified')
  if (given.length > hiddenQuotas.actionsPerRule) {
    throw new ServiceError('TooManyActionsException', `A rule can have at most ${hiddenQuotas.actionsPerRule} actions`)
  }
  for (const action of given) checkConfig(action)
  const ordered = inOrder(given)
  checkSequence(ordered, of.protocol)
  return ordered.map(action => readAction(action, of))
}

function inOrder(given: readonly Action[]): readonly Action[] {
  if (given.length === 1) return given
  const orders = given.map(({ Order }) => Order)
  if (orders.includes(undefined)) throw invalidAction('When you specify multiple actions, you must specify an order for each action')
  if (new Set(orders).size < orders.length) throw invalidAction('The order of each action must be unique')
  return [...given].sort((a, b) => (a.Order ?? 0) - (b.Order ?? 0))
}

function checkSequence(ordered: readonly Action[], protocol: ProtocolEnum | undefined): void {
  const routing = ordered.filter(({ Type }) => routingTypes.has(Type))
  if (routing.length > 1) throw invalidAction(`Action types '${routing.map(({ Type }) => Type).join(',')}' cannot be specified together`)
  const [route] = routing
  if (route === undefined) throw invalidAction("You must specify exactly one routing action: 'forward', 'redirect' or 'fixed-response'")
  if (route !== ordered.at(-1)) throw invalidAction(`An action of type '${route.Type}' must have a higher order than all other actions`)
  const isApplication = protocol === 'HTTP' || protocol === 'HTTPS'
  for (const { Type } of ordered) {
    if (Type !== 'forward' && !isApplication) {
      throw invalidAction(`The action type '${Type}' is not valid with ${protocol === undefined ? 'gateway' : 'network'} load balancer`)
    }
    if (!routingTypes.has(Type) && protocol !== 'HTTPS') {
      throw invalidAction(`Actions of type '${Type}' are supported only on HTTPS listeners`)
    }
  }
}

function readAction(action: Action, { protocol, before }: ActionsOf): Action {
  const kept = action.Order === undefined ? { Type: action.Type } : { Type: action.Type, Order: action.Order }
  if (action.Type === 'forward') {
    const ForwardConfig = readForward(action, protocol)
    const [only, ...others] = ForwardConfig.TargetGroups ?? []
    return { ...kept, ...(others.length === 0 ? { TargetGroupArn: only?.TargetGroupArn } : {}), ForwardConfig }
  }
  if (action.RedirectConfig) return { ...kept, RedirectConfig: readRedirect(action.RedirectConfig, protocol) }
  if (action.FixedResponseConfig) return { ...kept, FixedResponseConfig: readFixedResponse(action.FixedResponseConfig) }
  if (action.AuthenticateCognitoConfig) return { ...kept, AuthenticateCognitoConfig: readCognito(action.AuthenticateCognitoConfig) }
  if (action.JwtValidationConfig) return { ...kept, JwtValidationConfig: readJwt(action.JwtValidationConfig) }
  if (action.AuthenticateOidcConfig) {
    const secret = before?.find(({ Type }) => Type === 'authenticate-oidc')?.AuthenticateOidcConfig?.ClientSecret
    return { ...kept, AuthenticateOidcConfig: readOidc(action.AuthenticateOidcConfig, secret) }
  }
  throw validationError(`An action of type '${action.Type}' must have a configuration`)
}

/** Actions as they are described: a client's secret is never told. */
export const shownActions = (actions: readonly Action[] | undefined): readonly Action[] | undefined =>
  actions?.map(action => {
    if (action.AuthenticateOidcConfig === undefined) return action
    const { ClientSecret: _, ...config } = action.AuthenticateOidcConfig
    return { ...action, AuthenticateOidcConfig: config }
  })

/** The ARNs of target groups that actions forward to, each once. */
export const targetGroupsOf = (actions: readonly Action[] | undefined): readonly string[] => [
  ...new Set((actions ?? []).flatMap(({ ForwardConfig }) => (ForwardConfig?.TargetGroups ?? []).map(tuple => tuple.TargetGroupArn ?? ''))),
]
