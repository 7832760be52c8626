import { expect, test } from 'bun:test'
import { agentContainer, agentTask } from '../../../test/support/agent-task.ts'
import { FakeClock } from '../../../test/support/fake-clock.ts'
import type { Usage } from './cgroups.ts'
import { TaskMeter } from './task-meter.ts'

const mebi = 1024 ** 2
const second = 1e9
const using = (cpu: number, memory: number, stats: Readonly<Record<string, number>> = {}): Usage => ({
  cpu: { total: cpu, kernel: 0, user: cpu },
  throttling: { periods: 0, throttledPeriods: 0, throttledTime: 0 },
  memory: { usage: memory, stats },
  pids: { current: 1 },
  blockIo: [],
})

test('a task uses what its containers used since the last look, without the cache that is given up first', async () => {
  const clock = new FakeClock()
  const usages = new Map([
    ['one', using(5 * second, 48 * mebi, { inactive_file: 16 * mebi })],
    ['two', using(0, 10 * mebi, { total_inactive_file: 2 * mebi })],
  ])
  const meter = new TaskMeter({
    usageOf: async id => usages.get(id),
    clock,
    runtimeId: (_, { name }) => (name === 'two' ? 'two' : undefined),
  })
  const { runtimeId: _, ...unnamed } = agentContainer({ name: 'two' })
  const task = agentTask({ containers: [agentContainer({ runtimeId: 'one' }), unnamed] })
  expect(await meter.read([task])).toEqual([])
  await clock.advance(10_000)
  // A quarter and a half of a processor, of 1,024 units.
  usages.set('one', using(7.5 * second, 48 * mebi, { inactive_file: 16 * mebi }))
  usages.set('two', using(5 * second, 10 * mebi, { total_inactive_file: 2 * mebi }))
  expect(await meter.read([task])).toEqual([{ taskArn: task.taskArn, cpu: 768, memory: 40 }])
  // One that ended counts for nothing; one that is new has no rate yet.
  usages.delete('two')
  await clock.advance(10_000)
  expect(await meter.read([task])).toEqual([{ taskArn: task.taskArn, cpu: 0, memory: 32 }])
  usages.set('two', using(0, 0))
  await clock.advance(10_000)
  expect(await meter.read([task])).toEqual([])
})
