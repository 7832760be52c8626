import { expect, test } from 'bun:test'
import { clusterDomain, importsCustom, withSection, zonesBlock, zonesSection } from '../../shared/cluster-dns.ts'
import { doorBlock, withDoorBlock, withoutOurs } from './corefile.ts'

const kubeadm =
  '.:53 {\n    errors\n    kubernetes cluster.local in-addr.arpa ip6.arpa {\n       pods insecure\n    }\n    forward . /etc/resolv.conf\n    reload\n}\n'

test('our block is added once, replaced when the address changes, and taken out without a trace', () => {
  const added = withDoorBlock(kubeadm, doorBlock('10.96.0.7'))
  expect(added).toStartWith(kubeadm)
  expect(added).toContain('localhost.localstack.cloud:53 data-localhost.localstack.cloud:53 {')
  expect(added).toContain('answer "{{ .Name }} 30 IN A 10.96.0.7"')
  expect(withDoorBlock(added, doorBlock('10.96.0.7'))).toBe(added)
  const moved = withDoorBlock(added, doorBlock('10.96.0.8'))
  expect(moved.match(/^localhost\.localstack\.cloud/gm)).toHaveLength(1)
  expect(moved).not.toContain('10.96.0.7')
  expect(withoutOurs(moved)).toBe(kubeadm)
  expect(withoutOurs(kubeadm)).toBe(kubeadm)
})

test('what others add after ours stays', () => {
  const other = 'example.test:53 {\n    forward . 10.0.0.1\n}\n'
  expect(withoutOurs(withDoorBlock(kubeadm, doorBlock('10.96.0.7')) + other)).toBe(kubeadm + other)
})

test("ours and the control plane's stay where they are, whoever writes again", () => {
  const zones = (name: string) => zonesBlock([name], '10.96.0.1')
  const both = withSection(withDoorBlock(kubeadm, doorBlock('10.96.0.7')), zonesSection, zones('a.test'))
  expect(withDoorBlock(both, doorBlock('10.96.0.7'))).toBe(both)
  const moved = withSection(withDoorBlock(both, doorBlock('10.96.0.8')), zonesSection, zones('b.test'))
  expect(moved.indexOf('10.96.0.8')).toBeLessThan(moved.indexOf('b.test:53 {'))
  expect(moved).not.toContain('a.test')
  expect(withoutOurs(moved)).toBe(kubeadm)
})

test('a Corefile without a last line end', () => {
  expect(withDoorBlock('.:53 {\n}', doorBlock('10.96.0.7'))).toContain('}\n# kecs')
})

test('k3s imports what others add', () => {
  expect(importsCustom(`${kubeadm}import /etc/coredns/custom/*.server\n`)).toBe(true)
  expect(importsCustom('.:53 {\n    import /etc/coredns/custom/*.override\n}\n    import /etc/coredns/custom/*.server\n')).toBe(true)
  expect(importsCustom(kubeadm)).toBe(false)
})

test("a load balancer's name is its Service's, whichever there are", () => {
  const block = doorBlock('10.96.0.7', clusterDomain(kubeadm.replace('cluster.local', 'corp.example')))
  expect(block).toContain(
    String.raw`rewrite name regex ^([^.]+)\.[^.]+\.elb\.localhost\.localstack\.cloud\.$ lb-{1}.kecs-system.svc.corp.example answer auto`,
  )
  expect(block).toContain('forward corp.example 127.0.0.1:53')
  expect(clusterDomain(kubeadm)).toBe('cluster.local')
})
