// The cookies of logins. Browsers keep 4 KB in one, so that a session may take several.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-authenticate-users.html
import { mostShards, shardNames } from '../../domain/elbv2/user-sessions.ts'

/** Characters of a cookie's value: what browsers keep, less its name and attributes. */
const mostOfCookie = 3800
/** Characters of a session, sealed. */
export const mostSealed = mostShards * mostOfCookie

export const nonceCookie = 'AWSALBAuthNonce'

/** The cookies of a request by name; the first of several of one name. */
export function cookiesOf(header: string | null): ReadonlyMap<string, string> {
  const found = new Map<string, string>()
  for (const pair of (header ?? '').split(';')) {
    const at = pair.indexOf('=')
    if (at < 0) continue
    const name = pair.slice(0, at).trim()
    if (!found.has(name)) found.set(name, pair.slice(at + 1).trim())
  }
  return found
}

/** A session's text, put together again; undefined where there is none. */
export function joinShards(cookies: ReadonlyMap<string, string>, name: string): string | undefined {
  let text = ''
  for (const shard of shardNames(name)) {
    const part = cookies.get(shard)
    if (part === undefined || part === '') break
    text += part
  }
  return text === '' ? undefined : text
}

/** `Set-Cookie` headers that keep a session's text for so many seconds, and forget what is left of a longer one. */
export function setShards(
  before: ReadonlyMap<string, string>,
  name: string,
  { text, expires }: { readonly text: string; readonly expires: number },
): readonly string[] {
  const parts = text.match(new RegExp(`.{1,${mostOfCookie}}`, 'g')) ?? []
  return shardNames(name).flatMap((shard, at) => {
    const part = parts[at]
    if (part !== undefined) return [`${shard}=${part}; Expires=${new Date(expires).toUTCString()}; Path=/; Secure; HttpOnly`]
    return before.has(shard) ? [`${shard}=; Expires=${new Date(0).toUTCString()}; Path=/; Secure; HttpOnly`] : []
  })
}

export const setNonce = (nonce: string): string => `${nonceCookie}=${nonce}; Path=/; Secure; HttpOnly`
