import { describe, expect, test } from 'bun:test'
import { FakeClock } from '../../test/support/fake-clock.ts'
import { aTargetGroup } from '../../test/support/routing-world.ts'
import type { DynamicConfiguration } from '../domain/elbv2/routing/dynamic-configuration.ts'
import { createLog } from '../log.ts'
import { targetGroups } from '../store/elbv2-tables.ts'
import { memoryStore } from '../store/memory.ts'
import { TraefikGateway } from './traefik-gateway.ts'

/** A commit may say of what it changes that it was decided so much earlier. */
const decidedWithinMs = 1_000

/** A Traefik that asks when it is told to, and applies what it got when it is told to. */
const world = ({ isReady = true } = {}) => {
  const clock = new FakeClock()
  const store = memoryStore({ clock })
  const state = { isReady, fetched: '', applied: '', fingerprint: '', isBroken: false }
  const gateway = new TraefikGateway({
    store,
    clock,
    log: createLog({ logLevel: 'error' }, { write: () => true }),
    bootId: 'boot',
    isReady: () => state.isReady,
    compute: (): DynamicConfiguration => {
      if (state.isBroken) throw new Error('a rule that cannot be written')
      const groups = [...store.table(targetGroups).all()].map(({ targetGroup: { TargetGroupName } }) => TargetGroupName)
      return groups.length === 0 ? {} : { udp: { services: Object.fromEntries(groups.map(name => [name, { loadBalancer: {} }])) } }
    },
    fingerprint: () => state.fingerprint,
    readApplied: async () => state.applied,
  })
  const ask = async (): Promise<Response> => {
    const answer = gateway.answer()
    const text = await answer.clone().text()
    state.fetched = /"x-kecs-configuration":"([^"]+)"/.exec(text)?.[1] ?? state.fetched
    return answer
  }
  const apply = async (): Promise<void> => {
    state.applied = state.fetched
    await clock.advance(100)
  }
  const change = (number: number) => store.commit(transaction => transaction.put(targetGroups, aTargetGroup(number)))
  return { clock, gateway, state, ask, apply, change }
}

describe('what is in force', () => {
  test('is what was committed before the first change that is not applied', async () => {
    const { clock, gateway, ask, apply, change } = world()
    await ask()
    await apply()
    expect(gateway.inForceUntil()).toBe(clock.now())
    await clock.advance(1_000)
    const at = clock.now()
    await change(1)
    await clock.advance(30)
    expect(gateway.inForceUntil()).toBe(at - decidedWithinMs)
    await ask()
    await clock.advance(200)
    expect(gateway.inForceUntil()).toBe(at - decidedWithinMs)
    await apply()
    expect(gateway.inForceUntil()).toBe(clock.now())
  })

  test('does not hold back what comes later than what is applied', async () => {
    const { clock, gateway, ask, apply, change } = world()
    await ask()
    await apply()
    await change(1)
    await ask()
    await clock.advance(10)
    const later = clock.now()
    await change(2)
    await apply()
    expect(gateway.inForceUntil()).toBe(later - decidedWithinMs)
    await ask()
    await apply()
    expect(gateway.inForceUntil()).toBe(clock.now())
  })

  test('a configuration that Traefik passed over for a newer one counts with that', async () => {
    const { clock, gateway, ask, apply, change } = world()
    await change(1)
    await ask()
    await change(2)
    await ask()
    await apply()
    expect(gateway.inForceUntil()).toBe(clock.now())
  })

  test('what this process was not asked for yet is not in force, nor what another process told', async () => {
    const { clock, gateway, state, ask, apply } = world({ isReady: false })
    await clock.advance(500)
    expect((await ask()).status).toBe(503)
    state.applied = 'other.1'
    expect(gateway.inForceUntil()).toBeLessThan(0)
    state.isReady = true
    await ask()
    await clock.advance(100)
    expect(gateway.inForceUntil()).toBeLessThan(0)
    await apply()
    expect(gateway.inForceUntil()).toBe(clock.now())
  })

  test('a change whose configuration could not be computed is not in force, and is told later', async () => {
    const { clock, gateway, state, ask, apply, change } = world()
    await ask()
    await apply()
    await clock.advance(1_000)
    const at = clock.now()
    state.isBroken = true
    await change(1)
    await expect(ask()).rejects.toThrow()
    expect(gateway.inForceUntil()).toBe(at - decidedWithinMs)
    state.isBroken = false
    await ask()
    await apply()
    expect(gateway.inForceUntil()).toBe(clock.now())
  })

  test('everything is, when no Traefik asks any more', async () => {
    const { clock, gateway, change } = world()
    await change(1)
    await clock.advance(30_000)
    expect(gateway.settledUntil()).toBeLessThan(clock.now() - decidedWithinMs)
    await clock.advance(1)
    expect([gateway.inForceUntil(), gateway.settledUntil()]).toEqual([clock.now(), clock.now()])
  })

  test('a change that was decided some time before its commit is not in force before', async () => {
    const { clock, gateway, ask, apply, change } = world()
    await ask()
    await apply()
    const decidedAt = clock.now()
    await clock.advance(900)
    await change(1)
    expect(gateway.inForceUntil()).toBeLessThan(decidedAt)
    await ask()
    expect(gateway.inForceUntil()).toBeLessThan(decidedAt)
    await apply()
    expect(gateway.inForceUntil()).toBe(clock.now())
  })

  test('is settled a second after it is applied', async () => {
    const { clock, gateway, ask, apply, change } = world()
    await ask()
    await apply()
    await clock.advance(5_000)
    const at = clock.now()
    await change(1)
    await ask()
    await clock.advance(500)
    await apply()
    expect(gateway.inForceUntil()).toBe(clock.now())
    expect(gateway.settledUntil()).toBe(at - decidedWithinMs)
    await clock.advance(1_000)
    expect(gateway.settledUntil()).toBe(clock.now())
  })

  test('what settles does not settle later for what is told meanwhile', async () => {
    const { clock, gateway, ask, apply, change } = world()
    await ask()
    await apply()
    await change(1)
    await ask()
    await apply()
    await clock.advance(900)
    const later = clock.now()
    await change(2)
    await ask()
    await clock.advance(200)
    expect(gateway.settledUntil()).toBe(later - decidedWithinMs)
    await apply()
    await clock.advance(1_000)
    expect(gateway.settledUntil()).toBe(clock.now())
  })
})

test('watchers hear of it, until they have enough', async () => {
  const { gateway, ask, apply, change } = world()
  let heard = 0
  const end = gateway.watch(() => heard++)
  await ask()
  await apply()
  expect(heard).toBe(1)
  await change(1)
  await ask()
  await apply()
  expect(heard).toBe(2)
  end()
  await change(2)
  await ask()
  await apply()
  expect(heard).toBe(2)
})

test('the answer is the same text until something changes, in the tables or beside them', async () => {
  const { state, ask, apply, change } = world()
  const first = await (await ask()).text()
  await apply()
  expect(await (await ask()).text()).toBe(first)
  await change(1)
  const second = await (await ask()).text()
  expect(second).not.toBe(first)
  await change(1)
  expect(await (await ask()).text()).toBe(second)
  state.fingerprint = 'a node came'
  expect(await (await ask()).text()).toBe(second)
})

describe('a poll', () => {
  test('waits for a change, a second at most, and is answered at once when there is one', async () => {
    const { clock, gateway, ask, change, state } = world()
    await ask()
    let answers = 0
    const poll = (): Promise<void> => gateway.answerOnceChanged().then(() => void (answers += 1))
    const idle = poll()
    await clock.advance(999)
    expect(answers).toBe(0)
    await clock.advance(1)
    await idle
    const busy = poll()
    await clock.advance(10)
    expect(answers).toBe(1)
    await change(1)
    await busy
    expect(answers).toBe(2)
    await change(2)
    await poll()
    state.fingerprint = 'another node'
    await poll()
    expect(answers).toBe(4)
  })

  test('does not outlive the gateway, and waits for nothing that is not ready', async () => {
    const { gateway, ask } = world()
    await ask()
    const held = gateway.answerOnceChanged()
    gateway.stop()
    expect((await held).status).toBe(200)
    expect((await world({ isReady: false }).gateway.answerOnceChanged()).status).toBe(503)
  })
})
