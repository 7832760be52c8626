// The import rules of docs/architecture.md, read off the source itself.
import { expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'

const root = join(import.meta.dir, '..')

interface Import {
  readonly from: string
  readonly to: string
  readonly lazy: boolean
  readonly typeOnly: boolean
}

const sourceFiles = [...new Bun.Glob('{cli,server,shared,scripts}/**/*.ts').scanSync({ cwd: root })].sort()
const isTest = (file: string): boolean => file.endsWith('.test.ts')
const product = sourceFiles.filter(file => !isTest(file) && !file.startsWith('scripts/'))

function importsOf(file: string): Import[] {
  const text = readFileSync(join(root, file), 'utf8')
  const resolve = (specifier: string): string =>
    specifier.startsWith('.') ? relative(root, join(root, dirname(file), specifier)) : specifier
  const fixed = [
    ...text.matchAll(/^(?:import|export)\s+(type\s+)?[^'"]*?from\s+['"]([^'"]+)['"]/gm),
    ...text.matchAll(/^import\s+()['"]([^'"]+)['"]/gm),
  ]
  const lazy = [...text.matchAll(/(?<!typeof )import\(\s*['"]([^'"]+)['"]\s*\)/g)]
  return [
    ...fixed.map(match => ({ from: file, to: resolve(match[2] ?? ''), lazy: false, typeOnly: Boolean(match[1]) })),
    ...lazy.map(match => ({ from: file, to: resolve(match[1] ?? ''), lazy: true, typeOnly: false })),
  ]
}

const imports = product.flatMap(importsOf)
const offences = (isOffence: (each: Import) => boolean): string[] =>
  imports.filter(isOffence).map(({ from, to }) => `${from} imports ${to}`)
const within = (folder: string) => (path: string) => path.startsWith(`${folder}/`)

test('there is something to look at', () => {
  expect(product.length).toBeGreaterThan(20)
  expect(imports.length).toBeGreaterThan(50)
})

test('shared imports nothing of the rest', () => {
  expect(offences(({ from, to }) => within('shared')(from) && (within('cli')(to) || within('server')(to)))).toEqual([])
})

test('server never imports cli', () => {
  expect(offences(({ from, to }) => within('server')(from) && within('cli')(to))).toEqual([])
})

test('cli reaches server lazily, in the commands serve, agent and migrate alone', () => {
  const allowed = new Set(['cli/commands/serve.ts', 'cli/commands/agent.ts', 'cli/commands/migrate.ts'])
  expect(
    offences(({ from, to, lazy, typeOnly }) => within('cli')(from) && within('server')(to) && !typeOnly && !(lazy && allowed.has(from))),
  ).toEqual([])
})

test('services and reconcilers never import each other', () => {
  const wakes = 'server/reconcilers/reconciler.ts'
  expect(
    offences(
      ({ from, to, typeOnly }) =>
        (within('server/services')(from) && within('server/reconcilers')(to) && !(to === wakes && typeOnly)) ||
        (within('server/reconcilers')(from) && within('server/services')(to)),
    ),
  ).toEqual([])
})

test('services never import one another', () => {
  const service = (path: string): string | undefined => /^server\/services\/([^/]+)\//.exec(path)?.[1]
  expect(offences(({ from, to }) => service(from) !== undefined && service(to) !== undefined && service(from) !== service(to))).toEqual([])
})

/** Modules of node that only compute: digests, what an IP address is, whether two values are equal. They read and wait for nothing. */
const pureModules = new Set(['node:crypto', 'node:net', 'node:util'])

test('domain imports shared, generated types, row and runtime types, and what of node is pure', () => {
  const allowed = (each: Import): boolean =>
    within('shared')(each.to) ||
    within('server/domain')(each.to) ||
    within('server/aws/generated')(each.to) ||
    each.to === 'server/aws/errors.ts' ||
    pureModules.has(each.to) ||
    each.typeOnly
  expect(offences(each => within('server/domain')(each.from) && !allowed(each))).toEqual([])
})

test('of those modules domain takes what is pure', () => {
  const taken = product.filter(within('server/domain')).flatMap(file => {
    const text = readFileSync(join(root, file), 'utf8')
    return [...text.matchAll(/^import\s+\{([^}]*)\}\s+from\s+'(node:[a-z]+)'/gm)].flatMap(([, names = '', module = '']) =>
      names.split(',').map(name => `${module} ${name.trim()}`),
    )
  })
  const pure = ['node:crypto createHash', 'node:net isIP', 'node:net isIPv4', 'node:net isIPv6', 'node:util isDeepStrictEqual']
  expect(taken.filter(each => !pure.includes(each))).toEqual([])
})

test('domain has no clock and no I/O', () => {
  const impure = /\b(Date\.now|new Date\(\)|setTimeout|setInterval|fetch\(|Math\.random|crypto\.randomUUID|process\.env)/
  const found = product.filter(within('server/domain')).filter(file => impure.test(readFileSync(join(root, file), 'utf8')))
  expect(found).toEqual([])
})

for (const [library, ...homes] of [
  ['elysia', 'server/http/'],
  ['@duckdb/node-api', 'server/store/'],
  ['@kubernetes/client-node', 'shared/kube/'],
  // Signs calls of the backend and of fixtures; says what a call's signature should be.
  ['aws4fetch', 'server/backend/', 'server/aws/auth/', 'cli/apply/'],
] as const) {
  test(`${library} is imported in ${homes.join(' and ')} alone`, () => {
    const isElsewhere = (from: string): boolean => !homes.some(home => from.startsWith(home))
    expect(offences(({ from, to }) => (to === library || to.startsWith(`${library}/`)) && isElsewhere(from))).toEqual([])
  })
}

test("a few files alone use Bun's own API", () => {
  const users = product.filter(file => /\bBun\.|from 'bun'|from 'bun:/.test(readFileSync(join(root, file), 'utf8')))
  expect(users.filter(file => !within('server')(file))).toEqual([])
})

test('no module is a drawer for everything', () => {
  expect(product.filter(file => /(^|\/)(utils?|helpers?|common|manager|misc)(\.ts|\/)/.test(file))).toEqual([])
})
