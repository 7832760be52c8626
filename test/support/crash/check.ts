// Compares what clients were told with what is there in the end: on disk, in the runtime, and in what the API answers.
// It knows rows as JSON and the runtime by what it lists, and nothing of how either came about.
import type { DescribeServicesResponse, DescribeTasksResponse } from '../../../server/aws/generated/ecs.ts'
import type { DescribeTargetHealthOutput } from '../../../server/aws/generated/elbv2.ts'
import { inconsistencies } from '../invariants.ts'
import { cluster } from './clients.ts'
import type { Told } from './told.ts'
import type { CrashWorld } from './world.ts'

interface TaskOnDisk {
  readonly taskId: string
  readonly clientToken?: string
  readonly epoch: string
  readonly serviceArn?: string
  readonly task: { readonly taskArn: string; readonly lastStatus: string; readonly containers?: readonly { readonly exitCode?: number }[] }
}

/** Everything that is wrong, one line each. */
export const wrongs = async (world: CrashWorld, told: Told): Promise<readonly string[]> => {
  const wrong = [...told.offences, ...world.disk.offences, ...world.complaints, ...inconsistencies(world.store)]
  wrong.push(
    ...(await memoryOnDisk(world)),
    ...definitions(world, told),
    ...taskWrongs(world, told),
    ...orphans(world),
    ...balancing(world, told),
  )
  wrong.push(...(await inAnswers(world, told)))
  return wrong
}

/** What is in memory is what a restart would read. */
const memoryOnDisk = async (world: CrashWorld): Promise<readonly string[]> => {
  const inMemory = new Map(Array.from(await world.store.dump(), ({ table, key, body }) => [`${table} ${key}`, body]))
  const onDisk = new Map(Array.from(world.disk.contents().rows, ({ table, key, body }) => [`${table} ${key}`, body]))
  const keys = [...new Set([...inMemory.keys(), ...onDisk.keys()])]
  return keys.filter(key => inMemory.get(key) !== onDisk.get(key)).map(key => `${key} is another in memory than on disk`)
}

function* definitions(world: CrashWorld, told: Told): Iterable<string> {
  for (const [arn, { isDeleted }] of told.clusters) {
    const isActive = world.disk.body('ecs_clusters', arn)?.includes('"status":"ACTIVE"') ?? false
    if (isActive === isDeleted) yield `${arn} is ${isActive ? 'there' : 'gone'}`
  }
  for (const [arn, { status, value }] of told.definitions) {
    const body = world.disk.body('ecs_task_definitions', arn)
    if (body?.includes(value) !== true || !body.includes(`"status":"${status}"`)) yield `${arn} is not ${status} with its variable`
  }
  const histories = new Set(world.disk.history.map(({ key }) => key))
  for (const arn of [...told.clusters.keys(), ...told.definitions.keys(), ...told.tasks.keys(), ...told.balancing.keys()])
    if (!histories.has(arn)) yield `history knows nothing of ${arn}`
}

function* taskWrongs(world: CrashWorld, told: Told): Iterable<string> {
  const rows = Array.from(world.disk.bodies('ecs_tasks').values(), (body): TaskOnDisk => JSON.parse(body))
  for (const [token, count] of told.runs) {
    const own = rows.filter(({ clientToken }) => clientToken === token)
    if (own.length !== count) yield `RunTask of ${count} has ${own.length} tasks`
  }
  const running = new Map(
    Array.from(world.runtime.list(), each => [each.taskId, each.containers.every(({ state }) => state.is === 'running')]),
  )
  for (const [arn, { runsOn, isStopped }] of told.tasks) {
    const row = rows.find(({ task }) => task.taskArn === arn)
    if (row === undefined) {
      yield `${arn} is gone`
      continue
    }
    const { taskId, task } = row
    // Its machine may have gone down.
    const isGone = row.epoch !== world.runtime.epoch
    const shouldRun = runsOn && !isStopped && !isGone
    if (task.lastStatus !== (shouldRun ? 'RUNNING' : 'STOPPED')) yield `${arn} is ${task.lastStatus}`
    if ((running.get(taskId) ?? false) !== shouldRun) yield `${arn} ${shouldRun ? 'does not run' : 'still runs'}`
    if (!runsOn && !isGone && task.containers?.some(({ exitCode }) => exitCode !== 0))
      yield `${arn} ended with ${JSON.stringify(task.containers)}`
    const starts = world.starts.get(taskId) ?? 0
    if (!isStopped && !isGone && starts !== 1) yield `${arn} was started ${starts} times`
  }
  for (const [taskId, starts] of world.starts) if (starts > 1) yield `the task ${taskId} was started ${starts} times`
}

function* orphans(world: CrashWorld): Iterable<string> {
  const rows = new Map(
    Array.from(world.disk.bodies('ecs_tasks').values(), (body): [string, TaskOnDisk] => {
      const row: TaskOnDisk = JSON.parse(body)
      return [row.taskId, row]
    }),
  )
  for (const { taskId } of world.runtime.list()) {
    const status = rows.get(taskId)?.task.lastStatus ?? 'unknown'
    if (status !== 'RUNNING') yield `the runtime has ${taskId}, which is ${status}`
  }
}

function* balancing(world: CrashWorld, told: Told): Iterable<string> {
  const tables = ['elbv2_load_balancers', 'elbv2_listeners', 'elbv2_rules', 'elbv2_target_groups']
  for (const [arn, { isDeleted }] of told.balancing) {
    const isThere = tables.some(table => world.disk.body(table, arn) !== undefined)
    if (isThere === isDeleted) yield `${arn} is ${isThere ? 'there' : 'gone'}`
  }
}

const inAnswers = async (world: CrashWorld, told: Told): Promise<readonly string[]> => {
  const wrong: string[] = []
  for (const [name, { desiredCount, taskDefinition, group }] of told.services) {
    const { answer } = await world.call('ecs', 'DescribeServices', { cluster, services: [name] })
    const { services = [] }: DescribeServicesResponse = JSON.parse(answer)
    const [found] = services
    const shown = [found?.desiredCount, found?.runningCount, found?.pendingCount, found?.taskDefinition, found?.deployments?.length]
    const wanted = [desiredCount, desiredCount, 0, taskDefinition, 1]
    if (shown.join() !== wanted.join()) wrong.push(`${name} has ${shown.join()} instead of ${wanted.join()}`)
    const addresses = addressesOf(world, found?.serviceArn ?? '')
    if (addresses.length !== desiredCount) wrong.push(`${addresses.length} tasks of ${name} run instead of ${desiredCount}`)
    if (group !== undefined) wrong.push(...(await targetsAre(world, group, addresses, ['healthy'])))
  }
  for (const name of told.deletedServices) {
    const { answer } = await world.call('ecs', 'ListTasks', { cluster, serviceName: name })
    if (answer.includes('arn:')) wrong.push(`${name} was deleted and has ${answer}`)
  }
  for (const [group, registered] of told.targets)
    wrong.push(...(await targetsAre(world, group, [...registered], ['unhealthy', 'unused', 'initial'])))
  const arns = [...told.tasks.keys()]
  const { answer } = await world.call('ecs', 'DescribeTasks', { cluster, tasks: arns })
  const { tasks = [] }: DescribeTasksResponse = JSON.parse(answer)
  if (tasks.length !== arns.length) wrong.push(`${tasks.length} of ${arns.length} tasks are described`)
  return wrong
}

/** Addresses of a service's tasks that truly run. */
const addressesOf = (world: CrashWorld, serviceArn: string): readonly string[] => {
  const own = Array.from(world.disk.bodies('ecs_tasks').values(), (body): TaskOnDisk => JSON.parse(body)).filter(
    row => row.serviceArn === serviceArn,
  )
  const ids = new Set(own.map(({ taskId }) => taskId))
  return [...world.runtime.list()]
    .filter(({ taskId, containers }) => ids.has(taskId) && containers.every(({ state }) => state.is === 'running'))
    .map(({ address = 'none' }) => address)
}

const targetsAre = async (
  world: CrashWorld,
  group: string,
  wanted: readonly string[],
  states: readonly string[],
): Promise<readonly string[]> => {
  const { answer } = await world.call('elasticloadbalancing', 'DescribeTargetHealth', { TargetGroupArn: group })
  const { TargetHealthDescriptions = [] }: DescribeTargetHealthOutput = JSON.parse(answer)
  const found = TargetHealthDescriptions.map(({ Target }) => Target?.Id ?? '').toSorted()
  const wrong =
    found.join() === wanted.toSorted().join() ? [] : [`${group} has the targets ${found.join()} instead of ${wanted.toSorted().join()}`]
  const bad = TargetHealthDescriptions.filter(({ TargetHealth }) => !states.includes(TargetHealth?.State ?? ''))
  return [...wrong, ...bad.map(({ Target, TargetHealth }) => `${Target?.Id} is ${TargetHealth?.State} ${TargetHealth?.Reason ?? ''}`)]
}
