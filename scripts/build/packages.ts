import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
export const root = join(import.meta.dir, '../..')
/** Kept between builds; below node_modules, so that nobody commits it. */
export const cacheFolder = join(root, 'node_modules/.cache/kecs-build')

/**
 * The folder of an npm package that bun.lock pins, whatever platform it is for: npm installs only those of
 * this one. Fetched by npm where it is not there, and held against the lock's SHA-512. `file` is one that it must have.
 */
export const packageFolder = async (name: string, file: string): Promise<string> => {
  const { version, integrity } = await locked(name)
  const cached = join(cacheFolder, `${name.replaceAll('/', '+')}@${version}`)
  const found = [join(root, 'node_modules', name), cached].find(folder => existsSync(join(folder, file)))
  if (found !== undefined) return found
  console.log(`fetching ${name}@${version} from npm`)
  await mkdir(cacheFolder, { recursive: true })
  const part = await mkdtemp(join(cacheFolder, 'part-'))
  try {
    const { stdout } = await run('npm', ['pack', '--silent', '--pack-destination', part, `${name}@${version}`], { cwd: root })
    const archive = join(part, stdout.trim().split('\n').at(-1) ?? '')
    const actual = `sha512-${createHash('sha512')
      .update(await readFile(archive))
      .digest('base64')}`
    if (actual !== integrity) throw new Error(`${name}@${version} is ${actual}; bun.lock has ${integrity}`)
    await run('tar', ['-xzf', archive, '-C', part])
    await rm(cached, { recursive: true, force: true })
    await rename(join(part, 'package'), cached)
  } finally {
    await rm(part, { recursive: true, force: true })
  }
  if (!existsSync(join(cached, file))) throw new Error(`${name}@${version} has no ${file}`)
  return cached
}

/** bun.lock has a line for each package: `"NAME": ["NAME@VERSION", "", { … }, "sha512-…"],`. */
const locked = async (name: string): Promise<{ version: string; integrity: string }> => {
  const lines = (await readFile(join(root, 'bun.lock'), 'utf8')).split('\n')
  const line = lines.find(each => each.trimStart().startsWith(`"${name}": ["${name}@`))
  const version = line?.split(`["${name}@`)[1]?.split('"')[0]
  const integrity = /"(sha512-[^"]+)"/.exec(line ?? '')?.[1]
  if (version === undefined || integrity === undefined) throw new Error(`bun.lock does not pin ${name}`)
  return { version, integrity }
}
