import { errorPage } from '../domain/elbv2/error-page.ts'
import { canGuard, logsIn } from '../domain/elbv2/guards.ts'
import type { Action } from '../aws/generated/elbv2.ts'
import { rules } from '../store/elbv2-tables.ts'
import type { Store } from '../store/store.ts'
import { forwardedRequest } from './logins/forwarded-request.ts'
import type { Admission, Logins } from './logins/logins.ts'
import type { Tokens } from './tokens.ts'

export interface GuardParts {
  readonly store: Store
  readonly tokens: Pick<Tokens, 'check'>
  readonly logins: Pick<Logins, 'admit' | 'complete'>
}

/**
 * What Traefik asks of each request to a rule that authenticates: 200 lets it pass, with the headers that it is to have, and
 * any other answer is the client's. The request has the client's headers. A rule that is gone or asks for what is not done here
 * lets nobody pass. With a listener instead of a rule, the answer is for a user who comes back from an identity provider.
 */
export const createGuard =
  ({ store, tokens, logins }: GuardParts) =>
  async (request: Request): Promise<Response> => {
    const { searchParams } = new URL(request.url)
    const listener = searchParams.get('listener')
    if (listener !== null) return answerOf(await logins.complete(forwardedRequest(request), listener))
    const row = store.table(rules).get(searchParams.get('rule') ?? '')
    const guards = row?.rule.Actions?.slice(0, -1) ?? []
    if (row === undefined || guards.length === 0 || !guards.every(canGuard)) return refusal(500)
    const passed = new Headers()
    for (const action of guards) {
      const answer = logsIn(action)
        ? answerOf(await logins.admit(forwardedRequest(request), row, action))
        : await checked(tokens, request, action)
      if (answer.status !== 200) return answer
      for (const [name, value] of answer.headers) passed.append(name, value)
    }
    return new Response(null, { status: 200, headers: passed })
  }

async function checked(tokens: GuardParts['tokens'], { headers }: Request, { JwtValidationConfig: config }: Action): Promise<Response> {
  const [, token] = /^bearer +(\S+)$/i.exec(headers.get('authorization') ?? '') ?? []
  if (token === undefined || config === undefined) return refusal(401)
  const verdict = await tokens.check(token, config)
  return verdict === 'valid' ? new Response(null, { status: 200 }) : refusal(verdict === 'invalid' ? 401 : 500)
}

function answerOf(admission: Admission): Response {
  if (admission.is === 'refused') return refusal(admission.status)
  const redirects = admission.is === 'redirected'
  const headers = new Headers(redirects ? { location: admission.location, server } : admission.headers)
  for (const cookie of admission.setCookies) headers.append('set-cookie', cookie)
  return new Response(null, { status: redirects ? 302 : 200, headers })
}

const server = 'awselb/2.0'

const refusal = (status: number): Response => new Response(errorPage(status), { status, headers: { 'content-type': 'text/html', server } })
