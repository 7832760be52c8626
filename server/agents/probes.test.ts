import { expect, test } from 'bun:test'
import { FakeClock } from '../../test/support/fake-clock.ts'
import type { AgentEvent } from '../agent/protocol.ts'
import type { ProbeRequest } from '../probing/prober.ts'
import { AgentProbes } from './probes.ts'

const request: ProbeRequest = {
  protocol: 'HTTP',
  isTls: false,
  host: '10.244.0.7',
  port: 80,
  path: '/',
  timeoutMs: 5_000,
  targetGroupArn: 'arn:aws:elasticloadbalancing:us-east-1:000000000000:targetgroup/web/0123456789abcdef',
}

const world = () => {
  const clock = new FakeClock()
  let made = 0
  const probes = new AgentProbes({ clock, ids: { hex32: () => String(made++) } })
  const agent = () => {
    const events: AgentEvent[] = []
    return { events, leave: probes.join(event => void events.push(event)) }
  }
  return { clock, probes, agent }
}
const never = new AbortController().signal

test('an agent is asked, and what it says is the outcome', async () => {
  const { probes, agent } = world()
  const { events } = agent()
  const outcome = probes.probe(request, never)
  expect(events).toEqual([{ is: 'probe', id: '0', request }])
  probes.answered('0', { is: 'answered', code: 200 })
  expect(await outcome).toEqual({ is: 'answered', code: 200 })
})

test('what an agent that went away was asked is asked of another one', async () => {
  const { probes, agent } = world()
  const first = agent()
  const outcome = probes.probe(request, never)
  const second = agent()
  expect(second.events).toEqual([])
  first.leave()
  expect(second.events).toEqual([{ is: 'probe', id: '0', request }])
  probes.answered('0', { is: 'connected' })
  expect(await outcome).toEqual({ is: 'connected' })
})

test('a check waits for an agent to come', async () => {
  const { probes, agent, clock } = world()
  const outcome = probes.probe(request, never)
  await clock.advance(20_000)
  const { events } = agent()
  expect(events).toHaveLength(1)
  probes.answered('0', { is: 'timedOut' })
  expect(await outcome).toEqual({ is: 'timedOut' })
})

test('a check that no agent makes has failed, and so has one whose agent says nothing', async () => {
  const { probes, agent, clock } = world()
  const alone = probes.probe(request, never)
  await clock.advance(38_000)
  expect(await alone).toMatchObject({ is: 'failed' })
  agent()
  const unanswered = probes.probe(request, never)
  await clock.advance(8_000)
  expect(await unanswered).toMatchObject({ is: 'failed' })
})

test('an abort ends a check', async () => {
  const { probes, agent } = world()
  agent()
  const abort = new AbortController()
  const outcome = probes.probe(request, abort.signal)
  abort.abort(new Error('stopped'))
  expect(outcome).rejects.toThrow('stopped')
})
