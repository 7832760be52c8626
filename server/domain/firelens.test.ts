import { expect, test } from 'bun:test'
import { clusterRow, definitionRow, taskRow } from '../../test/support/task-rows.ts'
import type { ContainerDefinition } from '../aws/generated/ecs.ts'
import { routedContainers } from './firelens.ts'
import { taskNeeds } from './secret-needs.ts'
import { taskFacts } from './task-lifecycle-facts.ts'
import { taskSpec } from './task-spec.ts'

const router: ContainerDefinition = { name: 'log_router', firelensConfiguration: { type: 'fluentbit' } }
const app: ContainerDefinition = { name: 'app', logConfiguration: { logDriver: 'awsfirelens', options: { Name: 'stdout' } } }
const side: ContainerDefinition = { name: 'side' }
const address = [
  { name: 'FLUENT_HOST', value: '127.0.0.1' },
  { name: 'FLUENT_PORT', value: '24224' },
]

test('containers whose lines the router takes start after it and know where it listens', () => {
  const dependsOn = [{ containerName: 'log_router', condition: 'START' as const }]
  expect(routedContainers([router, app, side], 'awsvpc')).toEqual([router, { ...app, dependsOn, environment: address }, side])
  expect(routedContainers([router, app], 'host')).toEqual([router, { ...app, dependsOn }])
  const facts = taskFacts(taskRow(definitionRow()), definitionRow({ containerDefinitions: [app, router] }))
  expect(facts.containers.find(({ name }) => name === 'app')?.dependencies).toEqual(dependsOn)
})

test('a condition of their own stays, and a router that waits itself is waited for by nobody', () => {
  const healthy = { ...app, dependsOn: [{ containerName: 'log_router', condition: 'HEALTHY' as const }] }
  expect(routedContainers([router, healthy], 'host')).toEqual([router, healthy])
  const waits = { ...router, dependsOn: [{ containerName: 'side', condition: 'START' as const }] }
  expect(routedContainers([waits, app, side], 'host')).toEqual([waits, app, side])
})

test('fluentd runs as root, so that it may use its socket', () => {
  const fluentd: ContainerDefinition = { name: 'r', firelensConfiguration: { type: 'fluentd' }, environment: [{ name: 'A', value: 'b' }] }
  expect(routedContainers([fluentd], 'awsvpc')[0]?.environment).toEqual([
    { name: 'A', value: 'b' },
    { name: 'FLUENT_UID', value: '0' },
  ])
})

test('secret options are variables of the router, and a file of S3 is fetched for it', () => {
  const secretOptions = [{ name: 'apiKey', valueFrom: '/key' }]
  const secret = { ...app, logConfiguration: { logDriver: 'awsfirelens' as const, options: { Name: 'datadog' }, secretOptions } }
  const options = { 'config-file-type': 's3', 'config-file-value': 'arn:aws:s3:::bucket/folder/extra.conf' }
  const s3: ContainerDefinition = { name: 'log_router', firelensConfiguration: { type: 'fluentbit', options } }
  const definition = definitionRow({ containerDefinitions: [s3, secret] })
  const row = taskRow(definition)
  expect(taskNeeds(row, definition)?.containers).toMatchObject([
    { container: 'log_router', configFile: { bucket: 'bucket', key: 'folder/extra.conf' } },
    { container: 'app', logOptions: [{ name: 'apiKey' }] },
  ])
  const fetched = {
    log_router: { environment: { OWN: 'x' }, logOptions: {}, configFile: 'text' },
    app: { environment: {}, logOptions: { apiKey: 'hidden' } },
  }
  const spec = taskSpec(row, definition, clusterRow(), { endpointUrl: 'http://door' }, fetched)
  expect(spec.secrets?.['log_router']).toEqual({ environment: { OWN: 'x', apiKey_1: 'hidden' }, logOptions: {}, configFile: 'text' })
})
