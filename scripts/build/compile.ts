import { chmod, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { embedDuckdb } from './duckdb.ts'
import { hasValidSignature, signAdHoc } from './macho.ts'
import { packageFolder, root } from './packages.ts'
import { hostTarget, type Target } from './targets.ts'

/**
 * Makes one executable. Splitting and bytecode are what makes the host commands start fast: `kecs version` took 50 ms
 * at best as one plain bundle, 25 with splitting, 12 with both (the runtime's own start included).
 */
export const compile = async (target: Target, options: { readonly outfile: string; readonly version: string }): Promise<void> => {
  const runtime = target === hostTarget() ? undefined : join(await packageFolder(target.runtimePackage, 'bin/bun'), 'bin/bun')
  await mkdir(dirname(options.outfile), { recursive: true })
  // Beside the target, so that it appears whole: what is being replaced may be running. Source maps are left behind
  // here; the executable has its own copy.
  const part = await mkdtemp(join(dirname(options.outfile), '.kecs-'))
  try {
    const result = await Bun.build({
      entrypoints: [join(root, 'cli/main.ts')],
      target: 'bun',
      format: 'esm',
      minify: true,
      splitting: true,
      bytecode: true,
      sourcemap: 'linked',
      define: { KECS_VERSION: JSON.stringify(options.version), 'process.env.NODE_ENV': '"production"' },
      plugins: [await embedDuckdb(target)],
      compile: {
        target: target.bunTarget,
        outfile: join(part, 'kecs'),
        ...(runtime !== undefined && { executablePath: runtime }),
        // A project's .env or bunfig.toml is not meant for kecs.
        autoloadDotenv: false,
        autoloadBunfig: false,
        autoloadTsconfig: false,
        autoloadPackageJson: false,
      },
    })
    for (const log of result.logs) console.error(log)
    if (target.name.startsWith('darwin')) await seeToSignature(join(part, 'kecs'))
    await chmod(join(part, 'kecs'), 0o755)
    await rename(join(part, 'kecs'), options.outfile)
  } finally {
    await rm(part, { recursive: true, force: true })
  }
}

const seeToSignature = async (path: string): Promise<void> => {
  const built = await readFile(path)
  if (!hasValidSignature(built)) await writeFile(path, signAdHoc(built, 'kecs'))
}
