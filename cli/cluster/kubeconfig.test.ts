import { afterAll, expect, test } from 'bun:test'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse, stringify } from 'yaml'
import { minifiedKubeconfig } from './kubeconfig.ts'

const folder = mkdtempSync(join(tmpdir(), 'kecs-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const file = (name: string, content: unknown): string => {
  const path = join(folder, name)
  writeFileSync(path, typeof content === 'string' ? content : stringify(content))
  return path
}

file('ca.crt', 'certificate')
const first = file('first', {
  'current-context': 'dev',
  contexts: [{ name: 'dev', context: { cluster: 'c1', user: 'u1' } }],
  clusters: [{ name: 'c1', cluster: { server: 'https://127.0.0.1:1', 'certificate-authority': 'ca.crt' } }],
  users: [{ name: 'u1', user: { token: 'secret' } }],
})
const second = file('second', {
  'current-context': 'other',
  contexts: [{ name: 'team', context: { cluster: 'c2', user: 'u1' } }],
  clusters: [{ name: 'c2', cluster: { server: 'https://10.0.0.1:6443' } }],
})
const env = { KUBECONFIG: `${first}:${second}` }

test('the current context, with the files that it names read in', async () => {
  expect(parse(await minifiedKubeconfig(env, undefined))).toEqual({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'dev',
    contexts: [{ name: 'dev', context: { cluster: 'c1', user: 'u1' } }],
    clusters: [
      {
        name: 'c1',
        cluster: { server: 'https://127.0.0.1:1', 'certificate-authority-data': Buffer.from('certificate').toString('base64') },
      },
    ],
    users: [{ name: 'u1', user: { token: 'secret' } }],
  })
})

test('a context whose parts lie in two files', async () => {
  const config = parse(await minifiedKubeconfig(env, 'team'))
  expect(config.clusters[0].cluster.server).toBe('https://10.0.0.1:6443')
  expect(config.users[0].user.token).toBe('secret')
})

test('a context that is not there: which there are', async () => {
  const error = await minifiedKubeconfig(env, 'nope').catch((each: unknown) => each)
  expect(error).toMatchObject({ message: 'There is no kube context nope.', remedy: expect.stringContaining('dev, team') })
})
