import { expect, test } from 'bun:test'
import { FakeBackend } from '../../test/support/fake-backend.ts'
import { ServiceWorld } from '../../test/support/service-world.ts'
import { createLog } from '../log.ts'
import { DeploymentAlarms } from './deployment-alarms.ts'

test('what was found is forgotten with the state: a deployment that is restored is not judged by it', async () => {
  const backend = new FakeBackend()
  const world = new ServiceWorld({ backend })
  await world.create(world.register(), { desiredCount: 1 })
  await world.configure({ alarms: { alarmNames: ['errors'], enable: true, rollback: true } })
  await world.deploy(world.register())
  const log = createLog({ logLevel: 'error' }, { write: () => true })
  const alarms = new DeploymentAlarms({ store: world.store, log, wake: () => {}, backend })
  const key = world.serviceDeployment.serviceDeployment.serviceDeploymentArn
  const { signal } = new AbortController()
  await alarms.reconcile(key, signal)
  backend.alarms = ['errors']
  await alarms.reconcile(key, signal)
  expect(alarms.inAlarm(world.service, ['errors'])).toEqual(['errors'])
  alarms.forget()
  expect(alarms.inAlarm(world.service, ['errors'])).toEqual([])
})
