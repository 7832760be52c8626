// What the gateway has to know of users' sessions: the headers that targets get, and the cookies that browsers keep.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-authenticate-users.html

export const dataHeader = 'x-amzn-oidc-data'
export const tokenHeader = 'x-amzn-oidc-accesstoken'
export const identityHeader = 'x-amzn-oidc-identity'
export const userHeaders: readonly string[] = [dataHeader, tokenHeader, identityHeader]

/** A session's claims and token have at most 11 KB, which takes five cookies when they are sealed. */
export const mostShards = 6

/** The names of all cookies that a session may have. */
export const shardNames = (name: string): readonly string[] => Array.from({ length: mostShards }, (_, at) => `${name}-${at}`)
