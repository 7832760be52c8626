import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { root } from '../build/packages.ts'

interface Pinned {
  readonly name: string
  readonly version: string
  /** Of the package's archive: `sha512-…`, base64. */
  readonly integrity: string | undefined
}

/** Every package that bun.lock pins, of all platforms: a line each, `"NAME": ["NAME@VERSION", …, "sha512-…"],`. */
export const pinnedPackages = (lock: string): readonly Pinned[] => {
  const found = new Map<string, Pinned>()
  for (const [, name = '', version = '', rest = ''] of lock.matchAll(/^ {4}"[^"]+": \["(@?[^"@]+)@([^"]+)"(.*)\],?$/gm)) {
    const integrity = /"(sha512-[^"]+)"/.exec(rest)?.[1]
    // An alias or a folder of our own has no version.
    if (/^\d/.test(version)) found.set(`${name}@${version}`, { name, version, integrity })
  }
  return [...found.values()].sort((a, b) => a.name.localeCompare(b.name))
}

/** What the binary is made of, as CycloneDX 1.6. https://cyclonedx.org/docs/1.6/json/ */
export const sbom = async (version: string): Promise<string> => {
  const packages = pinnedPackages(await readFile(join(root, 'bun.lock'), 'utf8'))
  const components = packages.map(({ name, version: own, integrity }) => ({
    type: 'library',
    name,
    version: own,
    purl: `pkg:npm/${name.replace('@', '%40')}@${own}`,
    ...(integrity === undefined
      ? {}
      : { hashes: [{ alg: 'SHA-512', content: Buffer.from(integrity.slice('sha512-'.length), 'base64').toString('hex') }] }),
  }))
  const document = {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: {
      component: { type: 'application', name: 'kecs', version, licenses: [{ license: { id: 'Apache-2.0' } }] },
      properties: [{ name: 'kecs:scope', value: 'every package that bun.lock pins: those of the binary and those that build and test it' }],
    },
    components,
  }
  return `${JSON.stringify(document, null, 2)}\n`
}
