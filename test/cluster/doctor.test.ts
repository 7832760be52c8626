// kecs doctor on a real cluster: what it finds of a network and of components that were broken by hand, and what --fix mends.
import { expect, test } from 'bun:test'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { parseTarGzip } from 'nanotar'
import { instance } from '../support/instance.ts'
import { until } from '../support/until.ts'

interface Found {
  readonly what: string
  readonly is: string
  readonly says: string
}

/** CoreDNS' pods are replaced meanwhile. */
const patient = { withinMs: 120_000, everyMs: 1000 }

const findings = async (): Promise<ReadonlyMap<string, Found>> => {
  const kecs = await instance()
  const list: Found[] = JSON.parse((await kecs.kecs(['doctor', '--json'], { check: false })).stdout)
  return new Map(list.map(finding => [finding.what, finding]))
}
const isOf = async (...names: readonly string[]): Promise<readonly unknown[]> => {
  const found = await findings()
  return names.map(name => found.get(name)?.is)
}

test('the DNS of pods, a component and the kubeconfig are found broken, and mended by --fix', async () => {
  const kecs = await instance()
  const kubeconfig = (await kecs.kecs(['kubeconfig', '--path'])).stdout.trim()
  const isWell = async () => (await isOf('Cluster DNS', 'traefik', 'kubeconfig')).every(is => is === 'ok')
  await until('all is well', isWell, patient)

  // The names of the AWS endpoint are taken out of the cluster's DNS, as by a tool that writes its configuration anew.
  const { data } = JSON.parse(await kecs.kubectl('-n', 'kube-system', 'get', 'configmap', 'coredns', '-o', 'json'))
  const corefile: string = data.Corefile
  expect(corefile).toContain('# kecs: the names of the AWS door')
  const patch = JSON.stringify({ data: { Corefile: corefile.replace(/# kecs: the names of the AWS door[\s\S]*?# kecs: end\n/, '') } })
  await kecs.kubectl('-n', 'kube-system', 'patch', 'configmap', 'coredns', '--type', 'merge', '-p', patch)
  await kecs.kubectl('-n', 'kube-system', 'rollout', 'restart', 'deployment/coredns')
  await until('pods do not find the endpoint', async () => (await findings()).get('Cluster DNS')?.is === 'fail', patient)
  await kecs.kubectl('-n', 'kecs-system', 'delete', 'deployment', 'traefik')
  rmSync(kubeconfig)
  expect(await isOf('traefik', 'kubeconfig')).toEqual(['fail', 'warn'])
  expect((await kecs.kecs(['doctor'], { check: false })).code).toBe(1)

  const mended = await kecs.kecs(['doctor', '--fix', '--json'], { timeoutMs: 300_000, check: false })
  const { fixed }: { fixed: { what: string; did?: string }[] } = JSON.parse(mended.stdout)
  // Once for all that is not ready, of which the first is named: another one may just start anew.
  expect(fixed.map(({ did }) => did?.split(' ')[0])).toEqual(['ran', 'wrote'])
  expect(fixed.at(-1)?.what).toBe('kubeconfig')
  expect(existsSync(kubeconfig)).toBe(true)
  await until('all is as before', async () => (await isOf('Cluster DNS', 'traefik', 'Endpoint')).every(is => is === 'ok'), patient)
}, 300_000)

test('what a bundle has of a cluster has no secrets of tasks in it', async () => {
  const kecs = await instance()
  const planted = 'PLANTED-7f3a9c'
  const cluster = 'doctor'
  await kecs.aws('ecs', 'create-cluster', '--cluster-name', cluster)
  const container = {
    name: 'app',
    image: 'busybox',
    memory: 32,
    command: ['sh', '-c', `echo ${planted} >/dev/null; sleep 600`],
    environment: [{ name: 'A', value: planted }],
    healthCheck: { command: ['CMD-SHELL', `test ${planted}`] },
  }
  await kecs.aws('ecs', 'register-task-definition', '--family', 'doctor', '--container-definitions', JSON.stringify([container]))
  const overrides = JSON.stringify({ containerOverrides: [{ name: 'app', environment: [{ name: 'B', value: planted }] }] })
  const { tasks } = await kecs.aws('ecs', 'run-task', '--cluster', cluster, '--task-definition', 'doctor', '--overrides', overrides)
  const taskArn = (tasks as { taskArn: string }[])[0]?.taskArn ?? ''
  await kecs.run(['aws', 'ecs', 'wait', 'tasks-running', '--cluster', cluster, '--tasks', taskArn], { timeoutMs: 240_000 })
  expect(await kecs.kubectl('get', 'pods', '-A', '-o', 'json')).toContain(planted)

  const file = join(kecs.home, 'bundle.tar.gz')
  await kecs.kecs(['doctor', '--bundle', file], { check: false, timeoutMs: 240_000 })
  const entries = await parseTarGzip(readFileSync(file))
  expect(entries.map(({ name }) => name)).toContain('kecs-doctor/logs/control-plane.log')
  expect(entries.find(({ name }) => name.endsWith('pods.json'))?.text).toContain(taskArn)
  for (const { name, text } of entries) expect(text?.includes(planted) ? name : '').toBe('')
  await kecs.aws('ecs', 'stop-task', '--cluster', cluster, '--task', taskArn)
  await kecs.run(['aws', 'ecs', 'wait', 'tasks-stopped', '--cluster', cluster, '--tasks', taskArn], { timeoutMs: 240_000 })
  await kecs.aws('ecs', 'delete-cluster', '--cluster', cluster)
}, 300_000)
