// Makes dist/release: what is uploaded as a release. An archive for each platform with the binary, completions and man page,
// their checksums, install.sh, an SBOM, where it was built from, and a Homebrew formula.
import { createHash } from 'node:crypto'
import { chmod, copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { parseArgs } from 'node:util'
import { createTarGzip } from 'nanotar'
import { scripts as completions } from '../../cli/completion/scripts.ts'
import { compile } from '../build/compile.ts'
import { root } from '../build/packages.ts'
import { type Target, hostTarget, targets } from '../build/targets.ts'
import { buildVersion } from '../build/version.ts'
import { formula } from './formula.ts'
import { manPage } from './man.ts'
import { provenance } from './provenance.ts'
import { sbom } from './sbom.ts'

const usage = `bun scripts/release/index.ts [--host] [--version VERSION] [--out FOLDER]

  --host             for this machine's platform alone
  --version VERSION  instead of what git says; for tests
  --out FOLDER       instead of dist/release`

/** The archive of a platform: one folder, so that unpacking it anywhere makes no mess. */
const archive = async (target: Target, version: string, folder: string): Promise<Uint8Array> => {
  const binary = join(folder, `.kecs-${target.name}`)
  await compile(target, { outfile: binary, version })
  const name = `kecs-${target.name}`
  const file = async (path: string): Promise<Uint8Array> => readFile(join(root, path))
  const text = (name_: string, data: string) => ({ name: `${name}/${name_}`, data })
  const made = await createTarGzip([
    { name: `${name}/kecs`, data: await readFile(binary), attrs: { mode: '755' } },
    { name: `${name}/LICENSE`, data: await file('LICENSE') },
    { name: `${name}/README.md`, data: await file('README.md') },
    text('kecs.1', await manPage(version)),
    text('completions/kecs.bash', completions.bash),
    text('completions/_kecs', completions.zsh),
    text('completions/kecs.fish', completions.fish),
  ])
  await rm(binary)
  return made
}

const sha256 = (data: Uint8Array): string => createHash('sha256').update(data).digest('hex')

const { values } = parseArgs({
  options: { host: { type: 'boolean' }, version: { type: 'string' }, out: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
})
if (values.help === true) {
  console.log(usage)
} else {
  const version = values.version ?? (await buildVersion())
  const folder = values.out ?? join(root, 'dist/release')
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
  const sums = new Map<string, string>()
  const add = async (name: string, data: string | Uint8Array): Promise<void> => {
    const bytes = typeof data === 'string' ? Buffer.from(data) : data
    await writeFile(join(folder, name), bytes)
    sums.set(name, sha256(bytes))
    console.log(`${name}  ${(bytes.length / 2 ** 20).toFixed(1)} MiB`)
  }
  for (const target of values.host === true ? [hostTarget()] : targets) {
    await add(`kecs-${target.name}.tar.gz`, await archive(target, version, folder))
  }
  await add('install.sh', await readFile(join(root, 'deploy/install.sh')))
  await chmod(join(folder, 'install.sh'), 0o755)
  await add('kecs.cdx.json', await sbom(version))
  await add('kecs.provenance.json', await provenance(version, sums))
  await add('kecs.rb', formula(version, sums))
  await copyFile(join(root, 'LICENSE'), join(folder, 'LICENSE'))
  // As sha256sum writes and checks it.
  const lines = [...sums].map(([name, sum]) => `${sum}  ${basename(name)}\n`)
  await writeFile(join(folder, 'SHA256SUMS'), lines.join(''))
}
