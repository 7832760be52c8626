/**
 * An image's full name, as container runtimes keep it: `traefik:v3` is `docker.io/library/traefik:v3`.
 * https://github.com/distribution/reference (normalized names)
 */
export const fullImageName = (name: string): string => {
  const digest = name.indexOf('@')
  const path = digest < 0 ? name : name.slice(0, digest)
  const [first = '', ...rest] = path.split('/')
  const hasRegistry = rest.length > 0 && (/[.:]/.test(first) || first === 'localhost')
  const withRegistry = hasRegistry ? path : rest.length > 0 ? `docker.io/${path}` : `docker.io/library/${path}`
  if (digest >= 0) return withRegistry + name.slice(digest)
  const last = withRegistry.slice(withRegistry.lastIndexOf('/') + 1)
  return last.includes(':') ? withRegistry : `${withRegistry}:latest`
}
