import { CliError } from '../../shared/errors.ts'

/** Where calls of AWS services that are not ours go. */
export type Backend =
  | { readonly kind: 'image'; readonly image: string }
  | { readonly kind: 'url'; readonly url: URL }
  | { readonly kind: 'none' }

/**
 * What `--backend IMAGE|URL|none` means.
 * @throws CliError for an address that nothing in the cluster could reach, or that has more than a host, and for what is none of these
 */
export const backendOf = (text: string): Backend => {
  if (text === 'none') return { kind: 'none' }
  if (!/^https?:/i.test(text)) {
    if (/^[\w.:/@-]+$/.test(text) && !text.includes('://')) return { kind: 'image', image: text }
    throw new CliError(`The backend ${text} is neither an image nor an address.`, 'Write it as IMAGE, http://HOST:PORT or none.', {
      exitCode: 2,
    })
  }
  if (!URL.canParse(text)) throw new CliError(`The backend ${text} is not an address.`, 'Write it as http://HOST:PORT.', { exitCode: 2 })
  const url = new URL(text)
  if (url.pathname !== '/' || url.search !== '' || url.username !== '')
    throw new CliError(
      `The backend ${text} has more than a host and a port.`,
      'AWS calls use the whole path: write it as http://HOST:PORT.',
      { exitCode: 2 },
    )
  if (url.hostname === 'localhost' || url.hostname.endsWith('.localhost') || /^127\.|^\[::1\]$/.test(url.hostname))
    throw new CliError(
      `The backend ${text} is this machine's own loopback, which the cluster cannot reach.`,
      "Let it listen on the machine's address and name that, or its container's address in Docker's network.",
      { exitCode: 2 },
    )
  return { kind: 'url', url }
}

/** Port that the address means. */
export const portOf = (url: URL): number => (url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port))
