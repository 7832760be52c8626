// What an action of each type may be, by itself.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_Action.html
import type {
  Action,
  ActionTypeEnum,
  AuthenticateCognitoActionConfig,
  AuthenticateOidcActionConfig,
  FixedResponseActionConfig,
  ForwardActionConfig,
  JwtValidationActionConfig,
  ProtocolEnum,
  RedirectActionConfig,
} from '../../aws/generated/elbv2.ts'
import { quotas } from './quotas.ts'
import { invalidAction, validationError } from './refusals.ts'

type ConfigName = Exclude<keyof Action, 'Type' | 'TargetGroupArn' | 'Order'>

const configOf: Readonly<Record<ActionTypeEnum, ConfigName>> = {
  forward: 'ForwardConfig',
  redirect: 'RedirectConfig',
  'fixed-response': 'FixedResponseConfig',
  'authenticate-oidc': 'AuthenticateOidcConfig',
  'authenticate-cognito': 'AuthenticateCognitoConfig',
  'jwt-validation': 'JwtValidationConfig',
}

/** Throws where an action has what belongs to another type, or lacks what belongs to its own. */
export function checkConfig(action: Action): void {
  const own = configOf[action.Type]
  if (action.Type !== 'forward' && action[own] === undefined)
    throw validationError(`For actions of type '${action.Type}', you must specify the following fields: '${own}'`)
  for (const name of Object.values(configOf)) {
    if (name !== own && action[name] !== undefined)
      throw validationError(`'${name}' cannot be specified for an action of type '${action.Type}'`)
  }
  if (action.Type !== 'forward' && action.TargetGroupArn !== undefined)
    throw validationError(`A target group ARN cannot be specified for an action of type '${action.Type}'`)
}

const mostWeight = 999
const aWeek = 604_800

/** The action's target groups and stickiness with all defaults. */
export function readForward(action: Action, protocol: ProtocolEnum | undefined): ForwardActionConfig {
  const { TargetGroupArn: single, ForwardConfig: config } = action
  const groups = config?.TargetGroups ?? []
  const ofNetwork = protocol !== 'HTTP' && protocol !== 'HTTPS'
  const most = quotas['target-groups-per-action-on-application-load-balancer']
  if (groups.length > most) throw invalidAction(`You cannot specify more than ${most} target groups per action`)
  if (single === undefined && groups.length === 0) throw validationError('A target group ARN must be specified')
  if (single !== undefined && config !== undefined && (groups.length !== 1 || groups[0]?.TargetGroupArn !== single)) {
    throw validationError('You can specify both a target group list and a top-level target group ARN only if the ARNs match')
  }
  const tuples = groups.length === 0 ? [{ TargetGroupArn: single }] : groups
  for (const { TargetGroupArn: arn, Weight: weight } of tuples) {
    if (arn === undefined || arn === '') throw validationError('A target group ARN must be specified')
    const [which, least] = tuples.length > 1 ? ['each', 0] : ['the', 1]
    if (weight === undefined ? tuples.length > 1 : weight < 0 || weight > mostWeight)
      throw validationError(`The weight for ${which} target group must be between ${least} and ${mostWeight}, inclusive`)
  }
  if (new Set(tuples.map(tuple => tuple.TargetGroupArn)).size < tuples.length)
    throw validationError('A target group ARN was specified more than once')
  const sticky = readStickiness(config, ofNetwork)
  return {
    TargetGroups: tuples.map(tuple => ({ TargetGroupArn: tuple.TargetGroupArn, Weight: tuple.Weight ?? 1 })),
    ...(ofNetwork && !sticky.Enabled ? {} : { TargetGroupStickinessConfig: sticky }),
  }
}

function readStickiness(config: ForwardActionConfig | undefined, ofNetwork: boolean) {
  const { Enabled = false, DurationSeconds } = config?.TargetGroupStickinessConfig ?? {}
  if (Enabled && ofNetwork) throw invalidAction("Target group stickiness duration cannot be configured on load balancers of type 'network'")
  if (Enabled && DurationSeconds === undefined) throw validationError('You must provide a duration when enabling target group stickiness')
  if (DurationSeconds !== undefined && (DurationSeconds < 1 || DurationSeconds > aWeek)) {
    throw validationError(`Target group stickiness duration must be between 1 and ${aWeek} seconds`)
  }
  return DurationSeconds === undefined ? { Enabled } : { Enabled, DurationSeconds }
}

/** The redirect with all that it keeps of a request named. */
export function readRedirect(config: RedirectActionConfig, protocol: ProtocolEnum | undefined): RedirectActionConfig {
  const { StatusCode, Protocol = '#{protocol}', Port = '#{port}', Host = '#{host}', Path = '/#{path}', Query = '#{query}' } = config
  if (Port !== '#{port}' && !(/^\d{1,5}$/.test(Port) && Number(Port) >= 1 && Number(Port) <= 65_535)) {
    throw invalidAction("The Port parameter must be either an integer between 1 and 65535 or '#{port}'.")
  }
  if (!Path.startsWith('/')) {
    throw invalidAction(
      "The Path parameter must be a valid path, should start with a '/', and may contain up to one of each of these placeholders: '#{path}', '#{host}', '#{port}'.",
    )
  }
  const isSame = Protocol === '#{protocol}' && Port === '#{port}' && Host === '#{host}' && Path === '/#{path}'
  if (isSame) throw invalidAction('The redirect configuration is not valid because it creates a loop.')
  if (protocol === 'HTTPS' && Protocol === 'HTTP') throw invalidAction('You cannot redirect HTTPS to HTTP.')
  return { Protocol, Port, Host, Path, Query, StatusCode }
}

const contentTypes = ['text/plain', 'text/css', 'text/html', 'application/javascript', 'application/json']

export function readFixedResponse(config: FixedResponseActionConfig): FixedResponseActionConfig {
  const { ContentType: type } = config
  if (type !== undefined && type !== '' && !contentTypes.includes(type)) {
    throw invalidAction(
      "The ContentType must be one of:'text/html', 'application/json', 'application/javascript', 'text/css', 'text/plain'.",
    )
  }
  return config
}

const mostExtraParameters = 10

function readSession<Config extends AuthenticateCognitoActionConfig | AuthenticateOidcActionConfig>(config: Config): Config {
  const extra = Object.keys(config.AuthenticationRequestExtraParams ?? {}).length
  if (extra > mostExtraParameters)
    throw invalidAction(`You can specify up to ${mostExtraParameters} extra authentication request parameters`)
  const { SessionTimeout = aWeek } = config
  if (SessionTimeout < 1 || SessionTimeout > aWeek) {
    throw invalidAction(`'Session timeout' value '${SessionTimeout}' must be between 1 and ${aWeek} inclusive`)
  }
  return {
    ...config,
    SessionCookieName: config.SessionCookieName ?? 'AWSELBAuthSessionCookie',
    Scope: config.Scope ?? 'openid',
    SessionTimeout,
    OnUnauthenticatedRequest: config.OnUnauthenticatedRequest ?? 'authenticate',
  }
}

export function readCognito(config: AuthenticateCognitoActionConfig): AuthenticateCognitoActionConfig {
  if (!/^arn:[^:]+:cognito-idp:[^:]+:\d{12}:userpool\/.+$/.test(config.UserPoolArn)) {
    throw invalidAction(`'${config.UserPoolArn}' is not a valid user pool ARN`)
  }
  return readSession(config)
}

const httpsUrl = /^https:\/\/[^/\s]+(\/\S*)?$/

/** `secret` is what the action had before, for a caller who does not want to tell it again. */
export function readOidc(config: AuthenticateOidcActionConfig, secret: string | undefined): AuthenticateOidcActionConfig {
  for (const name of ['Issuer', 'AuthorizationEndpoint', 'TokenEndpoint', 'UserInfoEndpoint'] as const) {
    if (!httpsUrl.test(config[name])) throw invalidAction(`The '${config[name]}' URL is not valid`)
  }
  const { UseExistingClientSecret: keep = false, ...rest } = config
  if (keep && config.ClientSecret !== undefined) {
    throw invalidAction('You cannot both specify a client secret and set UseExistingClientSecret to true')
  }
  const ClientSecret = keep ? secret : config.ClientSecret
  if (ClientSecret === undefined) throw invalidAction('A client secret must be specified')
  return readSession({ ...rest, ClientSecret })
}

const standardClaims = new Set(['exp', 'iss', 'nbf', 'iat'])
const mostClaims = 10

export function readJwt(config: JwtValidationActionConfig): JwtValidationActionConfig {
  if (!httpsUrl.test(config.JwksEndpoint)) throw invalidAction(`The '${config.JwksEndpoint}' URL is not valid`)
  if (config.JwksEndpoint.length > 256 || config.Issuer.length > 256)
    throw invalidAction('The JWKS endpoint and the issuer can have at most 256 characters')
  const claims = config.AdditionalClaims ?? []
  if (claims.length > mostClaims)
    throw invalidAction(`Up to '${mostClaims}' additional claims can be specified, but '${claims.length}' were specified`)
  for (const { Name, Values, Format } of claims) {
    if (standardClaims.has(Name)) throw invalidAction(`The claim '${Name}' is validated by default and cannot be specified`)
    if (Values.length === 0 || Values.length > mostClaims || Values.some(value => value.length > 256)) {
      throw invalidAction(`The claim '${Name}' must have between 1 and ${mostClaims} values of at most 256 characters`)
    }
    if (Format === 'single-string' && Values.length > 1)
      throw invalidAction(`The claim '${Name}' with the format 'single-string' must have one value`)
    if (Format === 'space-separated-values' && Values.some(value => value.includes(' '))) {
      throw invalidAction(`The values of the claim '${Name}' cannot include spaces`)
    }
  }
  return config
}
