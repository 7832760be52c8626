// Makes dist/kecs for this machine, or with --all one for each platform, with checksums.
import { createHash } from 'node:crypto'
import { readFile, stat, writeFile } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { compile } from './compile.ts'
import { root } from './packages.ts'
import { hostTarget, type Target, targets } from './targets.ts'
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

/** `dist` is what Docker gets for the image: of all that may lie there it needs the one. */
const keepForImage = (): Promise<void> => writeFile(join(dist, '.dockerignore'), '*\n!kecs\n')

const { values } = parseArgs({
  options: { all: { type: 'boolean' }, target: { type: 'string' }, outfile: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
})
if (values.help === true) console.log(usage)
else if (values.all === true) await buildAll(await buildVersion())
else {
  const chosen = values.target === undefined ? hostTarget() : targets.find(target => target.name === values.target)
  if (chosen === undefined) throw new Error(`there is no target ${values.target}\n${usage}`)
  await build(chosen, resolve(values.outfile ?? join(dist, 'kecs')), await buildVersion())
  if (values.outfile === undefined) await keepForImage()
}
