// Actions before a rule's last one: who does not pass them does not get to it.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-verify-jwt.html
import type { Action, JwtValidationActionAdditionalClaim } from '../../aws/generated/elbv2.ts'

/** Whether an action is done here. A rule with another one lets nobody pass. */
export const canGuard = (action: Action): boolean => action.JwtValidationConfig !== undefined || logsIn(action)

/** Whether an action sends users to an identity provider. */
export const logsIn = ({ AuthenticateOidcConfig, AuthenticateCognitoConfig }: Action): boolean =>
  AuthenticateOidcConfig !== undefined || AuthenticateCognitoConfig !== undefined

/** The cookie that an action's sessions are kept in; undefined where it has none. */
export const sessionCookieOf = ({ AuthenticateOidcConfig, AuthenticateCognitoConfig }: Action): string | undefined =>
  (AuthenticateOidcConfig ?? AuthenticateCognitoConfig)?.SessionCookieName

/**
 * Whether a token's claims have what a rule asks for beyond the standard ones: the text itself, or every one of the
 * values among those of a list or of a text with spaces. AWS does not say whether one of several would do.
 */
export const meetsClaims = (
  claims: Readonly<Record<string, unknown>>,
  asked: readonly JwtValidationActionAdditionalClaim[] | undefined,
): boolean => (asked ?? []).every(({ Name, Format, Values }) => hasValues(claims[Name], Format, Values))

function hasValues(claim: unknown, format: JwtValidationActionAdditionalClaim['Format'], values: readonly string[]): boolean {
  if (format === 'string-array') return Array.isArray(claim) && values.every(value => claim.includes(value))
  if (typeof claim !== 'string') return false
  if (format === 'single-string') return values.length === 1 && claim === values[0]
  const found = claim.split(' ')
  return values.every(value => found.includes(value))
}
