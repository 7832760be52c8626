import { expect, test } from 'bun:test'
import { aNode } from '../../../../test/support/runtime-nodes.ts'
import { clusterRow, definitionRow, testContext } from '../../../../test/support/task-rows.ts'
import { nodeInstanceArn } from '../../../domain/container-instance.ts'
import type { RuntimeNode } from '../../../runtime/runtime.ts'
import { tasks } from '../../../store/tables.ts'
import { describeContainerInstances } from './describe-container-instances.ts'
import { startTask } from './start-task.ts'

const clusterArn = 'arn:aws:ecs:us-east-1:000000000000:cluster/default'
const node = (name: string, more: Partial<RuntimeNode> = {}): RuntimeNode =>
  aNode(name, { cpu: 1024, memory: 1024, labels: { 'topology.kubernetes.io/zone': 'a' }, ...more })
const arnOf = (name: string): string => nodeInstanceArn(clusterArn, name)

const contextWith = (...nodes: readonly RuntimeNode[]) =>
  testContext(
    {
      clusters: [clusterRow()],
      definitions: [
        definitionRow({
          containerDefinitions: [
            { name: 'app', image: 'nginx', cpu: 600, memory: 600, essential: true, portMappings: [{ containerPort: 80, hostPort: 8080 }] },
          ],
        }),
      ],
    },
    { nodes: () => nodes },
  )

test('a task is put on the node that stands behind the instance', async () => {
  const context = await contextWith(node('one'), node('two'))
  const { tasks: started = [] } = await startTask(context, { containerInstances: [arnOf('two')], taskDefinition: 'web' })
  const row = context.store.table(tasks).get(started[0]?.taskArn ?? '')
  expect(row?.nodeName).toBe('two')
  expect(row?.task.containerInstanceArn).toBe(arnOf('two'))
  expect(context.woken).toEqual([started[0]?.taskArn ?? ''])
})

test('what has no room says which resource it lacks, and the others start', async () => {
  const context = await contextWith(
    node('full', { cpu: 500 }),
    node('small', { memory: 500 }),
    node('away', { isReady: false }),
    node('good'),
  )
  const asked = ['full', 'small', 'away', 'good'].map(arnOf)
  const { tasks: started, failures } = await startTask(context, { containerInstances: asked, taskDefinition: 'web' })
  expect(failures).toEqual([
    { arn: arnOf('full'), reason: 'RESOURCE:CPU' },
    { arn: arnOf('small'), reason: 'RESOURCE:MEMORY' },
    { arn: arnOf('away'), reason: 'AGENT' },
  ])
  expect(started?.map(task => task.containerInstanceArn)).toEqual([arnOf('good')])
  const again = await startTask(context, { containerInstances: [arnOf('good')], taskDefinition: 'web' })
  expect(again.failures).toEqual([{ arn: arnOf('good'), reason: 'RESOURCE:PORTS' }])
})

test('what is placed is taken from what an instance has left, and its ports are added to those that are taken', async () => {
  const context = await contextWith(node('one'))
  await startTask(context, { containerInstances: [arnOf('one')], taskDefinition: 'web' })
  const { containerInstances } = describeContainerInstances(context, { containerInstances: [arnOf('one')] })
  const [instance] = containerInstances ?? []
  const left = (name: string) => instance?.remainingResources?.find(resource => resource.name === name)
  expect(left('CPU')?.integerValue).toBe(424)
  expect(left('MEMORY')?.integerValue).toBe(424)
  expect(left('PORTS')?.stringSetValue).toContain('8080')
  expect(instance?.registeredResources?.find(({ name }) => name === 'PORTS')?.stringSetValue).not.toContain('8080')
  expect(instance?.pendingTasksCount).toBe(1)
  expect(instance?.attributes).toContainEqual({ name: 'topology.kubernetes.io/zone', value: 'a' })
})
