// Writes deploy/manifests: what `kecs up` applies, for people who want to read it or to keep it in their own tooling.
//   bun scripts/manifests.ts           writes
//   bun scripts/manifests.ts --check   fails when what is there differs
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { exampleInstallation } from '../cli/install/installation.ts'
import { manifestFiles, toYaml } from '../cli/install/manifests.ts'
import { images } from '../shared/names.ts'
import packageJson from '../package.json' with { type: 'json' }

const folder = join(import.meta.dirname, '../deploy/manifests')
const home = '/home/you/.kecs/kecs'

/** The instance that `kecs up` makes without any flag. */
const installation = exampleInstallation({
  name: 'kecs',
  driver: 'k3d',
  folder: home,
  dataDir: `${home}/data`,
  bind: '127.0.0.1',
  port: 4566,
  apiPort: 6550,
  publishedPorts: { first: 9000, last: 9019 },
  listenerPorts: { first: 9020, last: 9039 },
  udpListeners: 5,
  backend: images.localstack,
  image: `${images.controlPlane}:${packageJson.version}`,
  version: packageJson.version,
})

const header = '# Written by scripts/manifests.ts from cli/install: change it there. `kecs manifests` prints those of an instance.\n'

// Numbered in the order in which kubectl has to apply them.
const wanted = new Map(
  Object.entries(manifestFiles(installation)).map(([name, objects], at) => [`${at}-${name}.yaml`, header + toYaml(objects)]),
)

const read = (name: string): string => readFileSync(join(folder, name), 'utf8')
mkdirSync(folder, { recursive: true })
const present = readdirSync(folder)
const stale = present.filter(name => !wanted.has(name))
const differing = [...wanted].filter(([name, text]) => !present.includes(name) || read(name) !== text).map(([name]) => name)

if (process.argv.includes('--check')) {
  for (const name of [...stale, ...differing]) console.error(`deploy/manifests/${name} differs from what cli/install makes`)
  if (stale.length + differing.length > 0) {
    console.error('Run: ./dev generate')
    process.exitCode = 1
  }
} else {
  for (const name of stale) rmSync(join(folder, name))
  for (const name of differing) writeFileSync(join(folder, name), wanted.get(name) ?? '')
}
