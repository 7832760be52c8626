// What an order of containers costs as a task starts, against pods of the same containers.
import { DescribeTasksCommand, type ECSClient, RegisterTaskDefinitionCommand, RunTaskCommand, StopTaskCommand } from '@aws-sdk/client-ecs'
import { kinds, type KubeClient, type Pod } from '../../shared/kube/index.ts'
import { figure, median, spread, title } from './figures.ts'

const runs = Number(process.env['KECS_BENCH_CHAINS'] ?? 10)
const names = ['one', 'two', 'three', 'four'] as const
const command = ['sh', '-c', 'trap "exit 0" TERM; while true; do sleep 0.1; done']
const cluster = 'bench'

type PodContainer = NonNullable<Pod['spec']>['containers'][number]

/** Milliseconds from before RunTask until the task is RUNNING. Its cluster is there. */
async function task(ecs: ECSClient, family: string): Promise<number> {
  const started = performance.now()
  const { tasks = [] } = await ecs.send(new RunTaskCommand({ cluster, taskDefinition: family }))
  const arn = tasks[0]?.taskArn ?? ''
  const until = async (status: string): Promise<void> => {
    for (;;) {
      const seen = (await ecs.send(new DescribeTasksCommand({ cluster, tasks: [arn] }))).tasks?.[0]
      if (seen?.lastStatus === status) return
      if (seen?.lastStatus === 'STOPPED') throw new Error(`the task stopped: ${seen.stoppedReason}`)
      await Bun.sleep(10)
    }
  }
  await until('RUNNING')
  const took = performance.now() - started
  await ecs.send(new StopTaskCommand({ cluster, task: arn }))
  await until('STOPPED')
  return took
}

/** Milliseconds from before the pod is made until all of its containers run. */
async function pod(kube: KubeClient, name: string, isOrdered: boolean): Promise<number> {
  const ref = { namespace: 'default', name }
  const containers = names.map<PodContainer>(each => ({
    name: each,
    image: 'busybox:latest',
    imagePullPolicy: 'IfNotPresent',
    command,
    resources: { limits: { memory: '16Mi' } },
  }))
  // Kubernetes' own order: each sidecar starts once the one before it did.
  const sidecars = isOrdered ? containers.slice(0, -1).map(container => ({ ...container, restartPolicy: 'Always' })) : []
  const started = performance.now()
  await kube.create({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: ref,
    spec: {
      restartPolicy: 'Never',
      terminationGracePeriodSeconds: 2,
      containers: isOrdered ? containers.slice(-1) : containers,
      ...(isOrdered && { initContainers: sidecars }),
    },
  })
  for (;;) {
    const { status } = await kube.get(kinds.pod, ref)
    const states = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])]
    if (states.filter(({ state }) => state?.running !== undefined).length === names.length) break
    await Bun.sleep(10)
  }
  const took = performance.now() - started
  await kube.remove(kinds.pod, ref)
  while (await kube.find(kinds.pod, ref)) await Bun.sleep(50)
  return took
}

export async function benchChains(ecs: ECSClient, kube: KubeClient): Promise<void> {
  title(
    'Containers that start one after the other',
    `Four of busybox, ${runs} of each kind in turn, image present: until all run, asked every 10 ms. A pod's order is that of native sidecars; a task's is dependsOn with START, each on the one before.`,
  )
  for (const [family, isOrdered] of [
    ['bench-at-once', false],
    ['bench-chain', true],
  ] as const) {
    const containerDefinitions = names.map((name, index) => ({
      name,
      image: 'busybox:latest',
      memory: 16,
      stopTimeout: 2,
      command,
      ...(isOrdered && index > 0 ? { dependsOn: [{ containerName: names[index - 1], condition: 'START' as const }] } : {}),
    }))
    await ecs.send(new RegisterTaskDefinitionCommand({ family, containerDefinitions }))
  }
  const measured = {
    'pod, all at once': (run: number) => pod(kube, `at-once-${run}`, false),
    'task, all at once': () => task(ecs, 'bench-at-once'),
    'pod, native sidecars in their order': (run: number) => pod(kube, `chain-${run}`, true),
    'task, dependsOn': () => task(ecs, 'bench-chain'),
  }
  const times = new Map<string, number[]>()
  for (let run = 0; run <= runs; run++) {
    for (const [what, measure] of Object.entries(measured)) {
      const took = await measure(run)
      // The first of each warms what it uses.
      if (run > 0) times.set(what, [...(times.get(what) ?? []), took])
    }
  }
  for (const [what, values] of times) figure(what, spread(values))
  const of = (what: keyof typeof measured): number => median(times.get(what) ?? [])
  figure('task against pod, at once', (of('task, all at once') / of('pod, all at once')).toFixed(2))
  figure('task against pod, in order', (of('task, dependsOn') / of('pod, native sidecars in their order')).toFixed(2))
}
