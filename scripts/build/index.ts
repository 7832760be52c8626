// Makes dist/kecs for this machine and dist/image/kecs for its Docker, or with --all one for each platform, with checksums.
import { createHash } from 'node:crypto'
import { link, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { compile } from './compile.ts'
import { root } from './packages.ts'
import { hostTarget, imageTarget, type Target, targets } from './targets.ts'
import { buildVersion } from './version.ts'

const usage = `bun scripts/build/index.ts [--all] [--target NAME] [--outfile FILE]

  --all            ${targets.map(target => target.name).join(', ')}, and SHA256SUMS
  --target NAME    for another platform than this one
  --outfile FILE   instead of dist/kecs`

const dist = join(root, 'dist')

const build = async (target: Target, outfile: string, version: string): Promise<void> => {
  const started = performance.now()
  await compile(target, { outfile, version })
  const { size } = await stat(outfile)
  const took = ((performance.now() - started) / 1000).toFixed(1)
  console.log(`${outfile}  ${target.name}  ${version}  ${(size / 2 ** 20).toFixed(0)} MiB  ${took} s`)
}

const buildAll = async (version: string): Promise<void> => {
  const sums: string[] = []
  for (const target of targets) {
    const outfile = join(dist, `kecs-${target.name}`)
    await build(target, outfile, version)
    const sum = createHash('sha256')
      .update(await readFile(outfile))
      .digest('hex')
    sums.push(`${sum}  ${basename(outfile)}\n`)
  }
  // As sha256sum writes and checks it.
  await writeFile(join(dist, 'SHA256SUMS'), sums.join(''))
}

/** What goes into the image lies alone in a folder: the same file, or on a Mac and on musl one for Docker's Linux. */
const buildForImage = async (host: Target, version: string): Promise<void> => {
  const inImage = join(dist, 'image/kecs')
  const target = imageTarget()
  if (target !== host) return build(target, inImage, version)
  await mkdir(dirname(inImage), { recursive: true })
  await rm(inImage, { force: true })
  await link(join(dist, 'kecs'), inImage)
}

const { values } = parseArgs({
  options: { all: { type: 'boolean' }, target: { type: 'string' }, outfile: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
})
if (values.help === true) console.log(usage)
else if (values.all === true) await buildAll(await buildVersion())
else {
  const chosen = values.target === undefined ? hostTarget() : targets.find(target => target.name === values.target)
  if (chosen === undefined) throw new Error(`there is no target ${values.target}\n${usage}`)
  const version = await buildVersion()
  await build(chosen, resolve(values.outfile ?? join(dist, 'kecs')), version)
  if (values.outfile === undefined) await buildForImage(chosen, version)
}
