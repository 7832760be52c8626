import { expect, test } from 'bun:test'
import { missingIn, parseImages } from './containerd.ts'

const manifest = 'application/vnd.oci.image.manifest.v1+json'
const listing = (...rows: readonly (readonly [name: string, target: string])[]): string =>
  ['REF TYPE DIGEST SIZE PLATFORMS LABELS', ...rows.map(([name, target]) => `${name} ${manifest} ${target} 135.9 MiB linux/amd64 -`)].join(
    '\n',
  )

test("a node's images are known by their target and by the configuration's digest", () => {
  const known = parseImages(listing(['docker.io/library/traefik:v3.6.12', 'sha256:aa'], ['sha256:cc', 'sha256:aa']))
  expect([...known]).toEqual([['docker.io/library/traefik:v3.6.12', new Set(['sha256:aa', 'sha256:cc'])]])
})

test.each([
  ['that it does not have', [], true],
  [
    'that has the row of its configuration',
    [
      ['docker.io/library/app:1', 'sha256:aa'],
      ['sha256:cc', 'sha256:aa'],
    ],
    false,
  ],
  // As after a second import under that name, for which Kubernetes' plugin makes no row.
  ['whose manifest alone names its configuration', [['docker.io/library/app:1', 'sha256:aa']], false],
  ['of that name with another configuration', [['docker.io/library/app:1', 'sha256:bb']], true],
  ['of that name that has lost its manifest', [['docker.io/library/app:1', 'sha256:dd']], true],
] as const)('whether an image is brought to a node %s', async (_, rows, isMissing) => {
  const manifests: Readonly<Record<string, unknown>> = {
    'sha256:aa': { config: { digest: 'sha256:cc' } },
    'sha256:bb': { config: { digest: 'sha256:old' } },
  }
  const docker = {
    imageIds: () => Promise.resolve(new Map([['app:1', 'sha256:cc']])),
    exec: (_node: string, command: readonly string[]) => {
      const content = manifests[command.at(-1) ?? '']
      const stdout = command.includes('content') ? JSON.stringify(content) : listing(...rows)
      return Promise.resolve(stdout === undefined ? { code: 1, stdout: '', stderr: 'not found' } : { code: 0, stdout, stderr: '' })
    },
  }
  expect(await missingIn(docker, 'node', ['app:1'], new AbortController().signal)).toEqual(isMissing ? ['app:1'] : [])
})
