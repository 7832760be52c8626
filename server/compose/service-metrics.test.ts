import { expect, test } from 'bun:test'
import { FakeClock } from '../../test/support/fake-clock.ts'
import { memoryStore } from '../store/memory.ts'
import type { ServiceRow } from '../store/service-tables.ts'
import { ReportedMetrics } from './service-metrics.ts'

const service = { service: { serviceArn: 'arn:aws:ecs:eu-west-1:123456789012:service/default/web' } } as ServiceRow
const label = 'app/web/0123456789abcdef/targetgroup/web/fedcba9876543210'
const metrics = (perTarget?: (arn: string) => Promise<number | undefined>) =>
  new ReportedMetrics({
    store: memoryStore({ clock: new FakeClock() }),
    usage: undefined,
    requests: perTarget === undefined ? undefined : { perTarget },
  })

test('requests for each target are those of the target group that the label ends with, in the account and region of the service', async () => {
  const asked: string[] = []
  const counting = metrics(async arn => {
    asked.push(arn)
    return 12
  })
  expect(await counting.requestsPerTarget(service, label)).toBe(12)
  expect(asked).toEqual(['arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/web/fedcba9876543210'])
})

test('are unknown while nobody has counted, and unmeasured where nothing carries traffic', async () => {
  expect(await metrics(async () => undefined).requestsPerTarget(service, label)).toBe('unknown')
  expect(await metrics().requestsPerTarget(service, label)).toBe('unmeasured')
})
