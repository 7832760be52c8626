// An action that logs users in, by whichever provider, in one form.
import type { Action, AuthenticateCognitoActionConfig, AuthenticateOidcActionConfig } from '../../aws/generated/elbv2.ts'
import { type Backend, BackendError, BackendUnreachable } from '../../backend/backend.ts'
import { userPoolClientSecret } from '../../backend/cognito.ts'
import { parseArn } from '../../domain/arn.ts'

export interface LoginSettings {
  readonly issuer: string
  readonly authorizationEndpoint: string
  readonly tokenEndpoint: string
  readonly userInfoEndpoint: string
  readonly clientId: string
  /** Rejects with a `SecretUnknown` where it cannot be had. */
  clientSecret(): Promise<string>
  readonly scope: string
  readonly extra: Readonly<Record<string, string>>
  readonly cookieName: string
  readonly sessionSeconds: number
  readonly onUnauthenticated: 'authenticate' | 'allow' | 'deny'
}

/** Why a client's secret cannot be had. */
export class SecretUnknown extends Error {
  override readonly name = 'SecretUnknown'
}

const aWeek = 604_800

/** The settings of an action that logs in; undefined for any other. */
export function loginSettings(action: Action, backend: Backend | undefined): LoginSettings | undefined {
  const { AuthenticateOidcConfig: oidc, AuthenticateCognitoConfig: cognito } = action
  if (oidc !== undefined) return ofProvider(oidc)
  return cognito === undefined ? undefined : ofUserPool(cognito, backend)
}

const ofProvider = (config: AuthenticateOidcActionConfig): LoginSettings => ({
  ...sessionOf(config),
  issuer: config.Issuer,
  authorizationEndpoint: config.AuthorizationEndpoint,
  tokenEndpoint: config.TokenEndpoint,
  userInfoEndpoint: config.UserInfoEndpoint,
  clientId: config.ClientId,
  clientSecret: async () => {
    if (config.ClientSecret === undefined) throw new SecretUnknown('the action has no client secret')
    return config.ClientSecret
  },
})

/** https://docs.aws.amazon.com/cognito/latest/developerguide/federation-endpoints.html */
function ofUserPool(config: AuthenticateCognitoActionConfig, backend: Backend | undefined): LoginSettings {
  const { UserPoolArn: arn, UserPoolClientId: clientId, UserPoolDomain: domain } = config
  const { region = '', account = '', resource = '' } = parseArn(arn) ?? {}
  const poolId = resource.replace(/^userpool\//, '')
  const host = domain.includes('.') ? domain : `${domain}.auth.${region}.amazoncognito.com`
  return {
    ...sessionOf(config),
    issuer: `https://cognito-idp.${region}.amazonaws.com/${poolId}`,
    authorizationEndpoint: `https://${host}/oauth2/authorize`,
    tokenEndpoint: `https://${host}/oauth2/token`,
    userInfoEndpoint: `https://${host}/oauth2/userInfo`,
    clientId,
    clientSecret: async () => {
      if (backend === undefined) throw new SecretUnknown('no backend is configured whose Cognito has the user pool')
      try {
        return await userPoolClientSecret(backend, { poolId, clientId }, { account, region })
      } catch (error) {
        if (!(error instanceof BackendError || error instanceof BackendUnreachable)) throw error
        throw new SecretUnknown(`the backend's Cognito does not tell the client's secret: ${error.message}`)
      }
    },
  }
}

const sessionOf = (config: AuthenticateOidcActionConfig | AuthenticateCognitoActionConfig) => ({
  scope: config.Scope ?? 'openid',
  extra: config.AuthenticationRequestExtraParams ?? {},
  cookieName: config.SessionCookieName ?? 'AWSELBAuthSessionCookie',
  sessionSeconds: config.SessionTimeout ?? aWeek,
  onUnauthenticated: config.OnUnauthenticatedRequest ?? 'authenticate',
})
