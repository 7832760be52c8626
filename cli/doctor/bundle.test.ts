import { afterEach, beforeEach, expect, test } from 'bun:test'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseTarGzip } from 'nanotar'
import type { Instance } from '../cluster/driver.ts'
import { bundle } from './bundle.ts'
import { failing } from './finding.ts'
import { checkKubeconfig } from './leftovers.ts'
import { exampleInstance } from '../../test/support/example-instance.ts'
import { silentHost } from '../../test/support/silent-host.ts'

// What doctor does with a cluster, against a server that answers as a Kubernetes API with secrets planted everywhere.

/** No file may have it. */
const planted = 'PLANTED-7f3a9c'

let home: string
let server: Bun.Server<undefined>
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'kecs-bundle-'))
  server = Bun.serve({ port: 0, hostname: '127.0.0.1', fetch: ({ url }) => answer(new URL(url)) })
  const kubeconfig = {
    'current-context': 'here',
    contexts: [{ name: 'here', context: { cluster: 'c', user: 'u' } }],
    clusters: [{ name: 'c', cluster: { server: server.url.origin } }],
    users: [{ name: 'u', user: { token: planted } }],
  }
  writeFileSync(join(home, 'kubeconfig'), JSON.stringify(kubeconfig))
})
afterEach(async () => {
  await server.stop(true)
  rmSync(home, { recursive: true, force: true })
})

const memo = {
  row: {
    agentIds: { credentials: planted, containers: { web: planted } },
    task: { overrides: { containerOverrides: [{ environment: [{ name: 'A', value: planted }] }] } },
  },
  definition: {
    containerDefinitions: [
      { name: 'web', command: [planted], environment: [{ name: 'A', value: planted }], repositoryCredentials: planted },
    ],
  },
}
const pod = {
  metadata: { name: 'task', namespace: 'demo', annotations: { 'kecs.dev/memo': JSON.stringify(memo), note: `token=${planted}` } },
  spec: {
    containers: [{ name: 'web', args: [planted], env: [{ name: 'A', value: planted }], livenessProbe: { exec: { command: [planted] } } }],
  },
}
const event = { metadata: { name: 'e' }, message: `Get "https://user:${planted}@registry/": unauthorized`, reason: 'Failed' }
const log = [
  `{"level":"error","msg":"refused","request":{"clientSecret":"${planted}"}}`,
  `Authorization: Bearer ${planted}`,
  `what a log says of itself stays; DB_PASSWORD=${planted}`,
  `signed with ${planted}`,
].join('\n')

const answer = ({ pathname }: URL): Response => {
  if (pathname.endsWith('/log')) return new Response(`${log}\n`)
  if (pathname.endsWith('/events')) return Response.json({ items: [event] })
  if (pathname.endsWith('/nodes')) return Response.json({ items: [{ metadata: { name: 'node', annotations: { token: planted } } }] })
  return Response.json({ items: [pod] })
}

const host = () => silentHost(home, { KUBECONFIG: join(home, 'kubeconfig'), AWS_SECRET_ACCESS_KEY: planted })
const instance = (): Instance =>
  exampleInstance(
    {
      name: 'a',
      driver: 'context',
      context: 'here',
      backend: 'http://10.0.0.7:4566',
      traces: `http://user:${planted}@collector:4318`,
      keys: [{ accessKeyId: '123456789012', secretAccessKey: planted, account: '123456789012' }],
    },
    home,
  )

test('no file of a bundle has a secret, and what helps is there', async () => {
  const finding = failing('Proxy', `http://user:${planted}@proxy:3128 is asked for localhost too`, `export PASSWORD=${planted}`)
  const entries = await parseTarGzip(await bundle(instance(), [finding], host()))
  const texts = new Map(entries.map(({ name, text }) => [name.replace('kecs-doctor/', ''), text]))
  expect([...texts.keys()].toSorted()).toEqual([
    'about.json',
    'doctor.json',
    'instance.json',
    ...['deployments', 'events', 'nodes', 'pods'].map(name => `kubernetes/${name}.json`),
    ...['agent', 'control-plane', 'traefik'].map(name => `logs/${name}.log`),
  ])
  for (const [name, text] of texts) expect(`${name}: ${text}`).not.toContain(planted)
  expect(texts.get('logs/traefik.log')).toContain('what a log says of itself stays')
  expect(texts.get('kubernetes/events.json')).toContain('registry/\\": unauthorized')
  expect(texts.get('kubernetes/pods.json')).toContain('"name": "task"')
  expect(texts.get('instance.json')).toContain('"account": "123456789012"')
  expect(texts.get('doctor.json')).toContain('proxy:3128 is asked for localhost too')
})

test('a cluster that cannot be reached is said, and the rest is there', async () => {
  await server.stop(true)
  const entries = await parseTarGzip(await bundle(instance(), [], host()))
  const names = entries.map(({ name }) => name)
  expect(names).toContain('kecs-doctor/instance.json')
  expect(entries.filter(({ text }) => text?.startsWith('could not be')).length).toBeGreaterThan(0)
})

test.each([
  ['missing', undefined],
  ['broken', 'clusters: []'],
])('a kubeconfig that is %s is written again', async (_what, content) => {
  mkdirSync(join(home, 'a'))
  if (content !== undefined) writeFileSync(join(home, 'a/kubeconfig'), content)
  const finding = await checkKubeconfig(instance(), host())
  expect(finding).toMatchObject({ is: 'warn', remedy: 'Write it: kecs doctor --fix --name a' })
  expect(await finding.fix?.()).toBe(`wrote ${join(home, 'a/kubeconfig')}`)
  expect(await checkKubeconfig(instance(), host())).toMatchObject({ is: 'ok' })
})
