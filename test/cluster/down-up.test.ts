// The cluster may go, the state stays: `kecs down`, then `kecs up`.
import { DescribeLoadBalancersCommand } from '@aws-sdk/client-elastic-load-balancing-v2'
import { expect, test } from 'bun:test'
import { balancedService } from '../support/balanced-service.ts'
import { instance } from '../support/instance.ts'
import { describe, ecsOf } from '../support/tasks.ts'
import { until } from '../support/until.ts'

test('after down and up, definitions are there and the old tasks are STOPPED with a reason; a service and its load balancers are back', async () => {
  const kecs = await instance()
  const cluster = `kept-${Date.now()}`
  await kecs.aws('ecs', 'create-cluster', '--cluster-name', cluster)
  const containers = JSON.stringify([{ name: 'sleeper', image: 'busybox:latest', command: ['sleep', '3600'], memory: 16 }])
  await kecs.aws('ecs', 'register-task-definition', '--family', cluster, '--container-definitions', containers)
  const { stdout } = await kecs.run([
    'aws',
    'ecs',
    'run-task',
    '--cluster',
    cluster,
    '--task-definition',
    cluster,
    '--query',
    'tasks[0].taskArn',
    '--output',
    'text',
  ])
  const task = stdout.trim()
  await kecs.run(['aws', 'ecs', 'wait', 'tasks-running', '--cluster', cluster, '--tasks', task], { timeoutMs: 120_000 })

  const balanced = await balancedService(kecs)
  const balancers = async () => {
    const { LoadBalancers = [] } = await balanced.elb.send(new DescribeLoadBalancersCommand({}))
    return LoadBalancers.map(({ LoadBalancerArn, LoadBalancerName, DNSName }) => [LoadBalancerArn, LoadBalancerName, DNSName]).toSorted()
  }
  const balancersBefore = await balancers()
  expect(balancersBefore.length).toBeGreaterThanOrEqual(2)
  await balanced.stable()

  await kecs.kecs(['down'], { timeoutMs: 120_000 })
  await kecs.kecs(['up'], { timeoutMs: 300_000 })
  // Another cluster has another kubeconfig and lacks the images of the tests' tasks.
  await Bun.write(kecs.kubeconfig, (await kecs.kecs(['kubeconfig'])).stdout)
  await kecs.kecs(['image', 'load', 'nginx:alpine', 'busybox:latest', 'kecs-test/curl:latest', 'kecs-test/awscli:latest'], {
    timeoutMs: 180_000,
  })

  const described = await kecs.aws('ecs', 'describe-clusters', '--clusters', cluster)
  expect(described['clusters']).toMatchObject([{ clusterName: cluster, status: 'ACTIVE', runningTasksCount: 0 }])
  const definition = await kecs.aws('ecs', 'describe-task-definition', '--task-definition', cluster)
  expect(definition['taskDefinition']).toMatchObject({ family: cluster, revision: 1, status: 'ACTIVE' })
  const old = await describe(ecsOf(kecs), cluster, task)
  expect(old.lastStatus).toBe('STOPPED')
  expect(old.desiredStatus).toBe('STOPPED')
  expect(old.stopCode).toBe('TerminationNotice')
  expect(old.stoppedReason).toContain('terminated')

  expect(await balancers()).toEqual(balancersBefore)
  expect(await balanced.stable(180_000)).toMatchObject({ status: 'ACTIVE', desiredCount: 2, runningCount: 2 })
  const answer = async (): Promise<string> =>
    (
      await fetch(`http://127.0.0.1:${balanced.httpPort}/version`).then(
        response => response.text(),
        () => '',
      )
    ).trim()
  await until('the load balancer answers at the port that it had', async () => (await answer()) === 'one', { withinMs: 120_000 })
  await balanced.close()
}, 900_000)
