// A task that is itself an AWS client: every API at one door, from inside the cluster, with no setting of its own.
import { expect, test } from 'bun:test'
import { instance } from '../support/instance.ts'
import { runToEnd } from '../support/tasks.ts'

test('a task with the AWS CLI lists clusters, runs another task and uses S3', async () => {
  const kecs = await instance()
  const cluster = `inside-${Date.now()}`
  await kecs.aws('ecs', 'create-cluster', '--cluster-name', cluster)
  const define = (family: string, container: Record<string, unknown>) =>
    kecs.aws(
      'ecs',
      'register-task-definition',
      '--family',
      family,
      '--container-definitions',
      JSON.stringify([{ memory: 256, ...container }]),
    )
  await define(`${cluster}-child`, { name: 'child', image: 'busybox:latest', command: ['sh', '-c', 'exit 7'] })
  // Each step ends the script with a code of its own: the pod and its log go with the task, the exit code stays.
  const child = 'aws ecs describe-tasks --tasks "$child"'
  const script = scriptOf([
    `aws ecs list-clusters --query clusterArns --output text | grep ${cluster}`,
    `child=$(aws ecs run-task --cluster ${cluster} --task-definition ${cluster}-child --started-by inside --query 'tasks[0].taskArn' --output text)`,
    `aws ecs wait tasks-stopped --cluster ${cluster} --tasks "$child"`,
    `[ "$(${child} --cluster ${cluster} --query 'tasks[0].containers[0].exitCode' --output text)" = 7 ]`,
    `aws s3 mb s3://${cluster}`,
    'echo from-a-task > /tmp/text',
    `aws s3 cp /tmp/text s3://${cluster}/text`,
    `[ "$(aws s3 cp s3://${cluster}/text -)" = from-a-task ]`,
  ])
  await define(cluster, { name: 'cli', image: 'kecs-test/awscli:latest', entryPoint: ['sh', '-c'], command: [script.text], memory: 512 })

  const task = await runToEnd(kecs, cluster, cluster)
  const [ended] = task.containers
  expect(`${ended?.name} ${script.stepOf(ended?.exitCode)}`, task.stoppedReason).toBe('cli did every step')
  expect(task.stopCode).toBe('EssentialContainerExited')
  // What the task put is there for the host, at the same door.
  expect((await kecs.run(['aws', 's3', 'cp', `s3://${cluster}/text`, '-'])).stdout.trim()).toBe('from-a-task')
  const started = await kecs.aws('ecs', 'list-tasks', '--cluster', cluster, '--started-by', 'inside', '--desired-status', 'STOPPED')
  expect(started['taskArns']).toHaveLength(1)
}, 600_000)

/** A shell script that ends with 101 when its first step fails, 102 for the second, and so on. */
const scriptOf = (steps: readonly string[]) => ({
  text: steps.map((step, at) => `${step} || exit ${101 + at}`).join('\n'),
  stepOf: (code: number | undefined): string =>
    code === 0 ? 'did every step' : `ended with ${code}: ${steps[(code ?? 0) - 101] ?? 'no step'}`,
})
