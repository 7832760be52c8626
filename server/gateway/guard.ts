import { errorPage } from '../domain/elbv2/error-page.ts'
import { canGuard } from '../domain/elbv2/guards.ts'
import { rules } from '../store/elbv2-tables.ts'
import type { Store } from '../store/store.ts'
import type { Tokens } from './tokens.ts'

export interface GuardParts {
  readonly store: Store
  readonly tokens: Pick<Tokens, 'check'>
}

/**
 * What Traefik asks of each request to a rule that authenticates: 200 lets it pass, and any other answer is the client's.
 * The request has the client's headers. A rule that is gone or asks for what is not done here lets nobody pass.
 */
export const createGuard =
  ({ store, tokens }: GuardParts) =>
  async (request: Request): Promise<Response> => {
    const arn = new URL(request.url).searchParams.get('rule') ?? ''
    const guards = store.table(rules).get(arn)?.rule.Actions?.slice(0, -1) ?? []
    if (guards.length === 0 || !guards.every(canGuard)) return refusal(500)
    const [, token] = /^bearer +(\S+)$/i.exec(request.headers.get('authorization') ?? '') ?? []
    for (const { JwtValidationConfig: config } of guards) {
      if (config === undefined) continue
      if (token === undefined) return refusal(401)
      const verdict = await tokens.check(token, config)
      if (verdict !== 'valid') return refusal(verdict === 'invalid' ? 401 : 500)
    }
    return new Response(null, { status: 200 })
  }

const refusal = (status: number): Response =>
  new Response(errorPage(status), { status, headers: { 'content-type': 'text/html', server: 'awselb/2.0' } })
