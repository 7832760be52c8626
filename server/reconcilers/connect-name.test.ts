import { describe, expect, test } from 'bun:test'
import { randomIds } from '../../shared/ids.ts'
import { createLog } from '../log.ts'
import { type ConnectEndpointRow, connectEndpointKey, connectEndpoints, connectEntries, connectNameKey } from '../store/connect-tables.ts'
import { memoryStore } from '../store/memory.ts'
import { serviceEvents } from '../store/service-tables.ts'
import { FakeClock } from '../../test/support/fake-clock.ts'
import { aTask } from '../../test/support/task-fixture.ts'
import { ConnectNameReconciler } from './connect-name.ts'

const namespaceArn = 'arn:aws:servicediscovery:us-east-1:000000000000:namespace/ns-1'
const serviceArn = 'arn:aws:ecs:us-east-1:000000000000:service/c/web'
const endpoint = (dnsName: string, port = 80): ConnectEndpointRow => ({
  namespaceArn,
  dnsName,
  port,
  serviceArn,
  registryArns: [],
  protocol: 'http',
})
const keyOf = (dnsName: string): string => connectNameKey(namespaceArn, dnsName)

const world = (portCount = 2) => {
  const clock = new FakeClock()
  const store = memoryStore({ clock })
  const served = new Map<string, string>()
  const woken: string[] = []
  let fails = false
  const reconciler = new ConnectNameReconciler({
    store,
    clock,
    ids: randomIds,
    log: createLog({ logLevel: 'error' }, { write: () => true }),
    wake: (kind, key) => void woken.push(`${kind} ${key}`),
    carrier: {
      connectPorts: { first: 100, last: 99 + portCount },
      connectNames: {
        serve: async ({ key, ports }) => {
          if (fails) throw new Error('Kubernetes is away')
          served.set(key, ports.map(({ port, entryPort }) => `${port}>${entryPort}`).join(' '))
          return `10.96.0.${served.size}`
        },
        forget: async key => {
          if (fails) throw new Error('Kubernetes is away')
          served.delete(key)
        },
      },
    },
  })
  return {
    store,
    served,
    woken,
    reconciler,
    fail: (is: boolean) => (fails = is),
    put: (...rows: readonly ConnectEndpointRow[]) =>
      store.commit(transaction => {
        for (const row of rows) transaction.put(connectEndpoints, row)
      }),
    remove: (row: ConnectEndpointRow) => store.commit(transaction => transaction.remove(connectEndpoints, connectEndpointKey(row))),
    hosts: (...rows: readonly ConnectEndpointRow[]) => reconciler.hostsOf({ ...aTask(), connectEndpoints: rows.map(connectEndpointKey) }),
  }
}

describe('a name of Service Connect', () => {
  test('leads to a port of the gateway for each of its endpoints, and tasks wait until it does', async () => {
    const { put, served, hosts, reconciler, woken } = world()
    const [web, admin] = [endpoint('web'), endpoint('web', 90)]
    await put(web, admin)
    expect(hosts(web)).toBeUndefined()
    await reconciler.reconcile(keyOf('web'))
    expect(served.get(keyOf('web'))).toBe('80>100 90>101')
    expect(woken).toEqual([`task ${aTask().task.taskArn}`])
    expect(hosts(web, admin)).toEqual([{ name: 'web', address: '10.96.0.1' }])
  })

  test('keeps its port, and gives it back with its endpoint', async () => {
    const { put, remove, served, reconciler, store } = world(1)
    await put(endpoint('web'))
    await reconciler.reconcile(keyOf('web'))
    await reconciler.reconcile(keyOf('web'))
    expect([...store.table(connectEntries).all()].map(({ entryPort }) => entryPort)).toEqual([100])
    await remove(endpoint('web'))
    expect([...reconciler.keys()]).toEqual([keyOf('web')])
    await reconciler.reconcile(keyOf('web'))
    expect([served.size, store.table(connectEntries).size]).toEqual([0, 0])
  })

  test('that finds no port is said once, is left out of tasks, and gets the next one that is free', async () => {
    const { put, remove, served, reconciler, store, hosts, woken } = world(1)
    const [web, late] = [endpoint('web'), endpoint('late')]
    await put(web, late)
    await reconciler.reconcile(keyOf('web'))
    await reconciler.reconcile(keyOf('late'))
    await reconciler.reconcile(keyOf('late'))
    const { events = [] } = store.table(serviceEvents).get(serviceArn) ?? {}
    expect(events.map(({ message }) => message)).toEqual([
      '(service web) has the client alias late:80, which does not resolve: all 1 ports of the gateway for Service Connect are taken by other client aliases.',
    ])
    expect(hosts(web, late)).toEqual([{ name: 'web', address: '10.96.0.1' }])
    await remove(web)
    await reconciler.reconcile(keyOf('web'))
    expect(woken).toContain(`connect-name ${keyOf('late')}`)
    await reconciler.reconcile(keyOf('late'))
    expect(served.get(keyOf('late'))).toBe('80>100')
  })

  test('that is gone, or that no hosts file can have, keeps no task from starting', async () => {
    const { put, hosts } = world()
    await put(endpoint('a_b'))
    expect(hosts(endpoint('gone'), endpoint('a_b'))).toEqual([])
  })

  test('is tried again where Kubernetes is away, with the port that it has', async () => {
    const { put, fail, served, reconciler } = world()
    await put(endpoint('web'))
    fail(true)
    expect(reconciler.reconcile(keyOf('web'))).rejects.toThrow('Kubernetes is away')
    fail(false)
    await reconciler.reconcile(keyOf('web'))
    expect(served.get(keyOf('web'))).toBe('80>100')
  })

  test('that is given up is known until its address is, whatever ends in between', async () => {
    const { put, remove, fail, served, reconciler } = world()
    await put(endpoint('web'))
    await reconciler.reconcile(keyOf('web'))
    await remove(endpoint('web'))
    fail(true)
    expect(reconciler.reconcile(keyOf('web'))).rejects.toThrow('Kubernetes is away')
    expect([...reconciler.keys()]).toEqual([keyOf('web')])
    fail(false)
    await reconciler.reconcile(keyOf('web'))
    expect([served.size, ...reconciler.keys()]).toEqual([0])
  })
})
