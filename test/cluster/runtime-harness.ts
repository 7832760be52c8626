// What tests of the Kubernetes runtime share: a runtime of their own on a real cluster, and tasks with names of their own.
import { readFileSync } from 'node:fs'
import { systemClock } from '../../shared/clock.ts'
import { randomIds } from '../../shared/ids.ts'
import { connect, type KubeClient } from '../../shared/kube/index.ts'
import type { ContainerDefinition } from '../../server/aws/generated/ecs.ts'
import { kubernetesRuntime } from '../../server/runtime/kubernetes/index.ts'
import type { ContainerObservation, Runtime, TaskObservation, TaskSpec } from '../../server/runtime/runtime.ts'
import { instance } from '../support/instance.ts'
import { until } from '../support/until.ts'

export interface Harness {
  readonly client: KubeClient
  readonly runtime: Runtime
  readonly problems: unknown[]
  /** A second runtime of the same instance, as after a restart of the control plane. */
  again(): Promise<{ readonly runtime: Runtime; stop(): void }>
  /** Starts a task of one container, `app` with busybox unless told, and gives what to name it by. */
  run(container: ContainerDefinition, more?: Partial<TaskSpec>): Promise<TaskSpec>
  spec(containers: readonly ContainerDefinition[], more?: Partial<TaskSpec>): TaskSpec
  /** The observation once it satisfies the condition. */
  seen(task: TaskSpec, what: string, condition: (task: TaskObservation) => boolean, withinMs?: number): Promise<TaskObservation>
  /** The state in which a task's container ended. */
  ended(task: TaskSpec, container?: string): Promise<Terminated>
  close(): Promise<void>
}

export type Terminated = Extract<ContainerObservation['state'], { is: 'terminated' }>

export const isRunning = (task: TaskObservation): boolean => task.containers.every(({ state }) => state.is === 'running')

/** KECS_TEST_KUBECONFIG names another cluster than that of the run's shared instance: it has nginx:alpine and busybox:latest. */
export const kubeconfigFile = async (): Promise<string> => process.env['KECS_TEST_KUBECONFIG'] ?? (await instance()).kubeconfig
export const kubeconfigText = async (): Promise<string> => readFileSync(await kubeconfigFile(), 'utf8')

export async function harness(): Promise<Harness> {
  const kubeconfig = await kubeconfigText()
  const name = `test-${randomIds.hex32().slice(0, 8)}`
  const problems: unknown[] = []
  const make = async () => {
    const runtime = await kubernetesRuntime({
      source: { kubeconfig },
      instance: name,
      clock: systemClock,
      onProblem: (what, error) => problems.push([what, error]),
    })
    const stopping = new AbortController()
    await runtime.watch(() => {}, stopping.signal)
    return { runtime, stop: () => stopping.abort() }
  }
  const client = await connect({ kubeconfig })
  const { runtime, stop } = await make()
  const clusterArn = `arn:aws:ecs:us-east-1:000000000000:cluster/${name}`
  const cluster = { clusterArn, namespace: name }
  await runtime.prepareCluster(cluster)

  const spec: Harness['spec'] = (containers, more = {}) => {
    const taskId = randomIds.hex32()
    return {
      taskArn: `arn:aws:ecs:us-east-1:000000000000:task/${name}/${taskId}`,
      taskId,
      namespace: name,
      clusterArn,
      clusterName: name,
      family: 'Test_Family',
      revision: 1,
      launchType: 'FARGATE',
      networkMode: 'awsvpc',
      containers,
      tags: {},
      ...more,
    }
  }
  const seen: Harness['seen'] = async (task, what, condition, withinMs = 120_000) =>
    until(
      what,
      () => {
        const observation = runtime.observe(task)
        return observation !== undefined && condition(observation) ? observation : undefined
      },
      { withinMs, everyMs: 20 },
    )
  return {
    client,
    runtime,
    problems,
    spec,
    seen,
    again: make,
    async run(container, more) {
      const task = spec([{ name: 'app', image: 'busybox:latest', ...container }], more)
      await runtime.start(task)
      return task
    },
    async ended(task, container = 'app') {
      const of = (observation: TaskObservation) => observation.containers.find(each => each.name === container)?.state
      const { containers } = await seen(task, `${container} ends`, observation => of(observation)?.is === 'terminated')
      const state = containers.find(each => each.name === container)?.state
      if (state?.is !== 'terminated') throw new Error('not terminated')
      return state
    },
    async close() {
      await runtime.removeCluster(cluster)
      stop()
      client.close()
    },
  }
}
