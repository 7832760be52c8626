import { afterEach, expect, test } from 'bun:test'
import { until } from '../../test/support/until.ts'
import { systemClock } from '../../shared/clock.ts'
import { withSection, zonesBlock, zonesSection } from '../../shared/cluster-dns.ts'
import { connect } from '../../shared/kube/index.ts'
import { createLog } from '../log.ts'
import { ClusterZones, takenZones } from './cluster-zones.ts'

const corefile = '.:53 {\n    errors\n    kubernetes cluster.local in-addr.arpa {\n    }\n}\ndns://Corp.test. other.test:53 {\n}\n'

test('zones of others are those of their blocks, and not ours', () => {
  const ours = withSection(corefile, zonesSection, zonesBlock(['mine.test'], '10.0.0.1'))
  expect([...takenZones(ours, undefined)]).toEqual(['', 'corp.test', 'other.test'])
  const custom = { data: { 'kecs-zones.server': 'mine.test:53 {\n}\n', 'kecs.server': 'localhost.localstack.cloud:53 {\n}\n' } }
  expect(takenZones(corefile, custom)).toContain('localhost.localstack.cloud')
  expect(takenZones(corefile, custom)).not.toContain('mine.test')
})

test('the section is written once, and goes without a trace', () => {
  const one = withSection(corefile, zonesSection, zonesBlock(['mine.test'], '10.0.0.1'))
  expect(one).toStartWith(corefile)
  expect(one).toContain('mine.test:53 {\n')
  expect(one).toContain('forward . 10.0.0.1:53 {\n')
  expect(withSection(one, zonesSection, zonesBlock(['mine.test'], '10.0.0.1'))).toBe(one)
  expect(withSection(one, zonesSection, zonesBlock([], '10.0.0.1'))).toBe(corefile)
})

interface Cluster {
  readonly corefile: string
  readonly custom?: Record<string, string>
  /** How many patches are refused as what was read is not there any more. */
  readonly conflicts?: number
}

const closing: (() => void)[] = []
afterEach(() => closing.splice(0).forEach(close => close()))

/** `ClusterZones` with an API server that has what it reads and writes; the patches that came, as `PATH BODY`. */
async function world({ corefile: text, custom, conflicts = 0 }: Cluster) {
  const patches: string[] = []
  let refusals = conflicts
  const answers: Readonly<Record<string, object>> = {
    '/api/v1/namespaces/kube-system/configmaps/coredns': { data: { Corefile: text } },
    '/api/v1/namespaces/kube-system/configmaps/coredns-custom': { data: custom },
    '/api/v1/namespaces/kecs-system/services/kecs-control-plane': { spec: { clusterIP: '10.0.0.9' } },
    '/api/v1/namespaces/kube-system/pods': { items: [{ metadata: { name: 'coredns-1' } }] },
  }
  const server = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    fetch: async request => {
      const { pathname } = new URL(request.url)
      if (request.method === 'GET') return Response.json(answers[pathname] ?? {})
      refusals -= 1
      if (refusals >= 0) return Response.json({ kind: 'Status', status: 'Failure', reason: 'Invalid', code: 422 }, { status: 422 })
      patches.push(`${pathname} ${await request.text()}`)
      return Response.json({})
    },
  })
  const kubeconfig = JSON.stringify({
    'current-context': 'here',
    contexts: [{ name: 'here', context: { cluster: 'c', user: 'u' } }],
    clusters: [{ name: 'c', cluster: { server: `http://127.0.0.1:${server.port}` } }],
    users: [{ name: 'u', user: {} }],
  })
  const kube = await connect({ kubeconfig })
  let zones: readonly string[] = ['mine.test']
  const log = createLog({ logLevel: 'error' })
  const told = new ClusterZones({
    kube,
    clock: { ...systemClock, after: (_, call) => systemClock.after(5, call) },
    log,
    zones: () => zones,
  })
  closing.push(() => {
    void told.stop()
    kube.close()
    void server.stop(true)
  })
  return { told, patches, become: (next: readonly string[]) => (zones = next) }
}

test("a Corefile of kubeadm's gets the section, unless it changed since it was read, and CoreDNS' pods a stamp", async () => {
  const { told, patches } = await world({ corefile, conflicts: 1 })
  told.changed()
  await until('both are written', () => patches.length === 2)
  const after = withSection(corefile, zonesSection, zonesBlock(['mine.test'], '10.0.0.9'))
  expect(patches[0]).toBe(
    `/api/v1/namespaces/kube-system/configmaps/coredns ${JSON.stringify([
      { op: 'test', path: '/data/Corefile', value: corefile },
      { op: 'replace', path: '/data/Corefile', value: after },
    ])}`,
  )
  expect(patches[1]).toMatch(/^\/api\/v1\/namespaces\/kube-system\/pods\/coredns-1 .*"kecs\.dev\/zones":"[0-9a-f]{12}"/)
})

test("where CoreDNS imports others' files the zones are a file of their own, and go with the last zone", async () => {
  const k3s = `${corefile}import /etc/coredns/custom/*.server\n`
  const { told, patches, become } = await world({ corefile: k3s, custom: { 'kecs-zones.server': 'old' } })
  told.changed()
  await until('it is written', () => patches.length === 2)
  const path = '/api/v1/namespaces/kube-system/configmaps/coredns-custom'
  expect(patches[0]).toBe(`${path} ${JSON.stringify({ data: { 'kecs-zones.server': zonesBlock(['mine.test'], '10.0.0.9') } })}`)
  become([])
  told.changed()
  await until('it is taken away', () => patches.length === 4)
  expect(patches[2]).toBe(`${path} ${JSON.stringify({ data: { 'kecs-zones.server': null } })}`)
})

test('what is there already is not written again', async () => {
  const there = withSection(corefile, zonesSection, zonesBlock(['mine.test'], '10.0.0.9'))
  const { told, patches } = await world({ corefile: there })
  told.changed()
  await until('the pods are stamped', () => patches.length === 1)
  expect(patches[0]).toContain('/pods/coredns-1')
})
