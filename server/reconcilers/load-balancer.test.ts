import { describe, expect, test } from 'bun:test'
import type { ProtocolEnum } from '../aws/generated/elbv2.ts'
import type { EntryPorts } from '../domain/elbv2/entry-ports.ts'
import type { ServedPort } from '../gateway/load-balancer-services.ts'
import { createLog } from '../log.ts'
import { type LoadBalancerRow, listenerPorts, listeners, loadBalancers } from '../store/elbv2-tables.ts'
import { memoryStore } from '../store/memory.ts'
import { FakeClock } from '../../test/support/fake-clock.ts'
import { aLoadBalancer } from '../../test/support/routing-world.ts'
import { LoadBalancerReconciler } from './load-balancer.ts'

const balancer = aLoadBalancer('network')
const balancerArn = balancer.loadBalancer.LoadBalancerArn

const world = (first: EntryPorts) => {
  const clock = new FakeClock()
  const store = memoryStore({ clock })
  const lines: string[] = []
  let served: readonly ServedPort[] = []
  const names: string[] = []
  const reconcile = (ports: EntryPorts = first) =>
    new LoadBalancerReconciler({
      store,
      clock,
      log: createLog({ logLevel: 'info' }, { write: line => lines.push(line) > 0 }),
      carrier: {
        ports,
        gateway: { inForceUntil: () => clock.now(), settledUntil: () => clock.now(), watch: () => () => {} },
        names: {
          serve: async ({ dnsName, ports: given }) => {
            names.push(dnsName)
            served = given
          },
          forget: async () => {},
        },
      },
    }).reconcile(balancerArn)
  return {
    reconcile,
    names,
    have: (row: LoadBalancerRow) => store.commit(transaction => transaction.put(loadBalancers, row)),
    said: () => lines.map(line => String(JSON.parse(line).msg)),
    served: () => served.map(({ port, protocol, entryPort }) => `${port}/${protocol} ${entryPort}`).sort(),
    portOf: (arn: string) => store.table(listenerPorts).get(arn)?.port,
    state: () => store.table(loadBalancers).get(balancerArn)?.loadBalancer.State,
    listen: (ListenerArn: string, Port: number, Protocol: ProtocolEnum) =>
      store.commit(transaction => {
        transaction.put(loadBalancers, balancer)
        transaction.put(listeners, {
          scope: balancer.scope,
          listener: { ListenerArn, LoadBalancerArn: balancerArn, Port, Protocol },
          defaultRuleArn: `${ListenerArn}/rule`,
          certificates: [],
          attributes: {},
          tags: [],
        })
      }),
  }
}

const ports: EntryPorts = {
  published: { first: 9020, last: 9022 },
  publishedForUdp: { first: 9022, last: 9022 },
  unpublished: { first: 64_000, last: 64_000 },
}

describe('ports of listeners', () => {
  test('UDP has those that are published for it, which stay free for it', async () => {
    const { listen, reconcile, portOf, served, said } = world(ports)
    await listen('web', 80, 'TCP')
    await listen('dns', 53, 'TCP_UDP')
    await reconcile()
    expect([portOf('web'), portOf('dns')]).toEqual([9020, 9022])
    expect(served()).toEqual(['53/TCP 9022', '53/UDP 9022', '80/TCP 9020'])
    expect(said().sort()).toEqual([
      'the listener on port 53 is reached at port 9022 of this machine',
      'the listener on port 80 is reached at port 9020 of this machine',
    ])
  })

  test('one that finds none of them is reached inside the cluster, and then one that finds none at all impairs its load balancer', async () => {
    const { listen, reconcile, portOf, said, state } = world(ports)
    for (const [name, port] of [
      ['one', 53],
      ['two', 54],
    ] as const) {
      await listen(name, port, 'UDP')
      await reconcile()
    }
    expect(portOf('two')).toBe(64_000)
    expect(said().at(-1)).toBe(
      'the listener on port 54 is reached by its name inside the cluster alone: all of the ports that --udp-listeners of `kecs up` opens on this machine for UDP are taken',
    )
    expect(state()).toEqual({ Code: 'active' })
    await listen('three', 55, 'UDP')
    await reconcile()
    expect(state()).toEqual({
      Code: 'active_impaired',
      Reason: 'All ports of the gateway are taken by other listeners: delete those that are not needed.',
    })
  })

  test('one whose port is not there for its protocol any more, as after another `kecs up`, gets another', async () => {
    const { listen, reconcile, portOf } = world({ ...ports, publishedForUdp: ports.published })
    await listen('dns', 53, 'UDP')
    await listen('web', 80, 'TCP')
    await reconcile()
    expect([portOf('dns'), portOf('web')]).toEqual([9020, 9021])
    await reconcile(ports)
    expect([portOf('dns'), portOf('web')]).toEqual([9022, 9021])
    await listen('web', 80, 'TCP_UDP')
    await reconcile(ports)
    expect([portOf('dns'), portOf('web')]).toEqual([9022, 64_000])
  })
})

test('a Gateway Load Balancer, which has no name, is active without one', async () => {
  const { have, reconcile, names, state } = world(ports)
  const { DNSName: _, ...nameless } = balancer.loadBalancer
  await have({ ...balancer, loadBalancer: { ...nameless, Type: 'gateway', State: { Code: 'provisioning' } } })
  await reconcile()
  expect([names, state()]).toEqual([[], { Code: 'active' }])
})
