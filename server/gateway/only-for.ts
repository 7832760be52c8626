import { createHash, timingSafeEqual } from 'node:crypto'
import { gatewaySecretHeader } from '../../shared/names.ts'

/** Answers who shows the gateway's secret; all where there is none. The configuration has the keys of certificates. */
export const onlyFor =
  (secret: string | undefined, answer: (request: Request) => Response | Promise<Response>) =>
  (request: Request): Response | Promise<Response> => {
    const shown = request.headers.get(gatewaySecretHeader) ?? ''
    if (secret === undefined || isSame(shown, secret)) return answer(request)
    return new Response('Only the gateway may ask this.\n', { status: 403 })
  }

const isSame = (one: string, other: string): boolean => timingSafeEqual(digest(one), digest(other))
const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
