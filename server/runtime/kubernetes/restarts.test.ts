import { expect, test } from 'bun:test'
import { restartAnnotations, restartPolicies, restartedState, restartsOf } from './restarts.ts'

const policy = { period: 60, ignoredExitCodes: [4] }
const at = (second: number): string => new Date(Date.UTC(2026, 0, 1) + second * 1000).toISOString()
const ran = (seconds: number, exitCode: number) => ({ exitCode, startedAt: at(0), finishedAt: at(seconds) })
const status = (state: object, lastState: object = {}) => ({
  name: 'a',
  image: 'a',
  imageID: '',
  ready: false,
  restartCount: 0,
  state,
  lastState,
})
const backOff = { waiting: { reason: 'CrashLoopBackOff' } }
const running = { running: { startedAt: at(100) } }

test('Kubernetes is told of exit codes; a cluster that cannot do it refuses', () => {
  const can = { containerRestarts: true }
  expect(restartsOf({ restartPolicy: { enabled: true } }, can)).toEqual({ restartPolicy: 'Always' })
  expect(restartsOf({ restartPolicy: { enabled: true, ignoredExitCodes: [0, 4] } }, can)).toEqual({
    restartPolicy: 'Never',
    restartPolicyRules: [{ action: 'Restart', exitCodes: { operator: 'NotIn', values: [0, 4] } }],
  })
  expect(restartsOf({ restartPolicy: { enabled: false } }, { containerRestarts: false })).toEqual({})
  expect(() => restartsOf({ name: 'app', restartPolicy: { enabled: true } }, { containerRestarts: false })).toThrow(
    "This cluster cannot restart one container of a task (container 'app')",
  )
})

test('policies are found again on the pod', () => {
  const annotations = restartAnnotations([{ name: 'app', restartPolicy: { enabled: true, ignoredExitCodes: [4] } }, { name: 'b' }])
  expect(restartPolicies({ metadata: { annotations } })).toEqual({ app: { period: 300, ignoredExitCodes: [4] } })
  expect(restartAnnotations([{ name: 'b' }])).toEqual({})
  expect(restartPolicies({})).toEqual({})
})

test.each([
  ['runs for the first time', status(running), undefined],
  ['runs again as it should', status(running, { terminated: ran(61, 1) }), undefined],
  ['ended after its period', status({ terminated: ran(60, 1) }), { is: 'restarting' }],
  ['waits to run again', status(backOff, { terminated: ran(60, 1) }), { is: 'restarting' }],
  ['ended too early', status({ terminated: ran(59, 1) }), { is: 'ended', terminated: ran(59, 1), mayRunAgain: true }],
  ['runs again too early', status(running, { terminated: ran(2, 1) }), { is: 'ended', terminated: ran(2, 1), mayRunAgain: true }],
  ['ended with a code that is ignored', status({ terminated: ran(90, 4) }), { is: 'ended', terminated: ran(90, 4), mayRunAgain: false }],
  [
    'was kept from running again',
    status({ waiting: { reason: 'InvalidImageName' } }, { terminated: ran(2, 1) }),
    { is: 'ended', terminated: ran(2, 1), mayRunAgain: false },
  ],
])('a container that %s', (_, given, expected) => {
  expect(restartedState(given, policy)).toEqual(expected as never)
})
