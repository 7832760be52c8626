import { expect, test } from 'bun:test'
import { FakeClock } from '../../test/support/fake-clock.ts'
import type { AgentEvent } from '../agent/protocol.ts'
import { MemoryKills } from './memory-kills.ts'

const world = () => {
  const clock = new FakeClock()
  const kills = new MemoryKills(clock)
  const agent = (node: string) => {
    const events: AgentEvent[] = []
    return { events, leave: kills.join(node, event => void events.push(event)) }
  }
  return { clock, kills, agent }
}

test('the agent of the container’s node is asked, and what it says holds', async () => {
  const { kills, agent } = world()
  const [there, elsewhere] = [agent('node-a'), agent('node-b')]
  const [first, second] = [kills.of('node-a', 'aa'), kills.of('node-a', 'bb')]
  expect(there.events).toEqual([
    { is: 'ended', runtimeId: 'aa' },
    { is: 'ended', runtimeId: 'bb' },
  ])
  expect(elsewhere.events).toEqual([])
  kills.answered('bb', false)
  kills.answered('aa', true)
  expect(await Promise.all([first, second])).toEqual([true, false])
})

test('an agent that comes back is asked what is still open', async () => {
  const { kills, agent } = world()
  agent('node-a').leave()
  const killed = kills.of('node-a', 'aa')
  expect(agent('node-b').events).toEqual([])
  expect(agent('node-a').events).toEqual([{ is: 'ended', runtimeId: 'aa' }])
  kills.answered('aa', true)
  expect(await killed).toBe(true)
  expect(agent('node-a').events).toEqual([])
})

test('nobody waits long for one that is away', async () => {
  const { clock, kills } = world()
  const killed = kills.of('node-a', 'aa')
  await clock.advance(2_000)
  expect(await killed).toBe(false)
})
