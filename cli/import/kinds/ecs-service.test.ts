import { expect, test } from 'bun:test'
import { waitingFor } from './ecs-service.ts'

const unhealthy = '(service web) (task T) (port 80) is unhealthy in (target-group G) due to (reason Health checks failed).'
const service = {
  serviceName: 'web',
  runningCount: 1,
  desiredCount: 2,
  // The newest first.
  events: [
    { createdAt: 30, message: '(service web) has started 1 tasks: (task U).' },
    { createdAt: 20, message: unhealthy },
  ],
}

test.each([
  [{ createdAt: 10 }, `web: 1 of 2 tasks run; ${unhealthy}`],
  [{ createdAt: 10, failedTasks: 3 }, `web: 1 of 2 tasks run, 3 failed; ${unhealthy}`],
  // What was said of the deployment before it is not said of this one.
  [{ createdAt: 25 }, 'web: 1 of 2 tasks run'],
])('with the deployment %j it is said: %s', (deployment, expected) => {
  expect(waitingFor(service, deployment)).toBe(expected)
})
