import { existsSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** How this program is run: a compiled binary, or a checkout under a runtime. */
export interface Self {
  readonly command: string
  /** What goes before kecs' own arguments. */
  readonly args: readonly string[]
  /** The root of the checkout that this is run from or was built in; undefined for a released binary. */
  readonly checkout: string | undefined
}

/** Bun keeps a compiled binary's sources under these, which are no files. */
const embedded = ['/$bunfs/', 'B:/~BUN/', 'B:\\~BUN\\']

export const findSelf = (): Self => {
  const here = fileURLToPath(import.meta.url)
  if (embedded.some(prefix => here.includes(prefix))) {
    return { command: process.execPath, args: [], checkout: checkoutAround(process.execPath) }
  }
  const checkout = dirname(dirname(here))
  const main = join(checkout, 'cli', 'main.ts')
  const isDeno = 'Deno' in globalThis
  return { command: process.execPath, args: isDeno ? ['run', '-A', main] : [main], checkout }
}

/** The checkout whose `dist` folder holds the binary. */
const checkoutAround = (binary: string): string | undefined => {
  const root = dirname(dirname(binary))
  const isCheckout =
    basename(dirname(binary)) === 'dist' && ['cli/main.ts', 'deploy/Dockerfile'].every(path => existsSync(join(root, path)))
  return isCheckout ? root : undefined
}
