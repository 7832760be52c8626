// The commands of ./dev, which installs what this needs and puts the packages' programs on PATH.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { check } from './dev/check.ts'
import { root, run, withTestbed } from './dev/run.ts'
import { test } from './dev/test.ts'

const usage = `./dev COMMAND

  up [FLAGS]      build kecs and start it: on a cluster where Docker answers, else simulated, saying so
  serve [FLAGS]   run the control plane here, in the foreground, with simulated tasks; needs nothing
  test [PART…]    every test that this machine can run; parts: unit conformance binary cluster terraform
  check           types, lint, format, architecture, generated files
  fix             mend what the linter and the formatter can mend
  generate        write server/aws/generated and deploy/manifests anew
  build [--all]   dist/kecs; with --all for every platform, with checksums
  release         dist/release: what is uploaded as one, for every platform
  bench [NAME…]   the benchmarks in test/bench
  kecs ARGS…      any kecs command, such as ./dev kecs status: by dist/kecs where that is built, else from the source`

const kecs = join(root, 'dist/kecs')

async function build(flags: readonly string[] = []): Promise<void> {
  await run(['bun', 'scripts/build/index.ts', ...flags])
}

const [command = 'help', ...rest] = process.argv.slice(2)
switch (command) {
  case 'up':
    await build()
    await run([kecs, 'up', ...rest], { env: withTestbed() })
    break
  case 'serve':
    await run(['bun', 'cli/main.ts', 'serve', ...rest])
    break
  case 'kecs':
    await run(existsSync(kecs) ? [kecs, ...rest] : ['bun', 'cli/main.ts', ...rest], { env: withTestbed() })
    break
  case 'test':
    process.exitCode = await test(rest)
    break
  case 'check':
    process.exitCode = await check()
    break
  case 'fix':
    await run(['oxlint', '--type-aware', '--fix', '.'])
    await run(['oxfmt', '.'])
    break
  case 'generate':
    await run(['bun', 'scripts/generate/index.ts'])
    await run(['bun', 'scripts/manifests.ts'])
    await run(['bun', 'scripts/coverage.ts'])
    await run(['bun', 'scripts/errors.ts'])
    break
  case 'build':
    await build(rest)
    break
  case 'release':
    await run(['bun', 'scripts/release/index.ts', ...rest])
    break
  case 'bench':
    await build()
    await run(['bun', 'test/bench/index.ts', ...rest], { env: withTestbed() })
    break
  default:
    console.log(usage)
    process.exitCode = command === 'help' || command === '--help' ? 0 : 2
}
