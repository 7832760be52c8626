import type { TargetDescription, TargetTypeEnum } from '../../aws/generated/elbv2.ts'
import type { TargetGroupRow, TargetRow } from '../../store/elbv2-tables.ts'
import type { TaskLoadBalancer, TaskRow } from '../../store/tables.ts'
import { nameInArn } from '../arn.ts'
import { nodeMachineId } from '../container-instance.ts'
import { deregistered } from '../elbv2/deregistration.ts'
import { bindingsOf } from '../host-ports.ts'
import * as messages from './messages.ts'

/** What is true of load balancing, as far as a task's targets are concerned. */
export interface TargetsAround {
  group(targetGroupArn: string): TargetGroupRow | undefined
  /** Whether a rule forwards to it. */
  isUsed(targetGroupArn: string): boolean
  target(targetGroupArn: string, target: TargetDescription): TargetRow | undefined
  /** The name of the machine that the task runs on, once it is known. */
  readonly node: string | undefined
  /** Milliseconds since the epoch. */
  readonly now: number
}

/** All to be written in the commit of the task's row. */
export interface TargetMoves {
  /** The row as it was given when there is nothing to do. */
  readonly row: TaskRow
  readonly registered: readonly TargetRow[]
  readonly draining: readonly TargetRow[]
  /** Targets that go at once. */
  readonly gone: readonly TargetRow[]
  /** What the service says of it, oldest first. */
  readonly messages: readonly string[]
}

const over: readonly string[] = ['DEACTIVATING', 'STOPPING', 'DEPROVISIONING', 'STOPPED']

/**
 * Registers the targets of a task that runs, and deregisters those of one that is on its way to its end. Each is done
 * once: the row says so, and is written with the target. Pure and level-based.
 *
 * A target that somebody deregisters by hand is not registered again.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-load-balancing.html
 */
export const moveTargets = (row: TaskRow, around: TargetsAround): TargetMoves => {
  const { lastStatus, desiredStatus } = row.task
  if (row.loadBalancers === undefined) return unmoved(row)
  if (over.includes(lastStatus)) return deregister(row, row.loadBalancers, around)
  return lastStatus === 'RUNNING' && desiredStatus === 'RUNNING' ? register(row, row.loadBalancers, around) : unmoved(row)
}

const unmoved = (row: TaskRow): TargetMoves => ({ row, registered: [], draining: [], gone: [], messages: [] })

const register = (row: TaskRow, entries: readonly TaskLoadBalancer[], around: TargetsAround): TargetMoves => {
  const moved = entries.map(entry => (entry.target === undefined ? registration(row, entry, around) : entry))
  const fresh = moved.filter((entry, index): entry is Registered => entry.target !== undefined && entries[index]?.target === undefined)
  if (fresh.length === 0) return unmoved(row)
  return {
    ...unmoved({ ...row, loadBalancers: moved }),
    registered: fresh.map(({ targetGroupArn, target }) => {
      const existing = around.target(targetGroupArn, target)
      // What a user registered before is the task's from now on, and as healthy as it is; another task's says nothing of this one.
      const isKept = existing !== undefined && existing.drainingUntil === undefined && isOf(existing, row)
      const registeredAt = isKept ? existing.registeredAt : around.now
      return { targetGroupArn, target, taskArn: row.task.taskArn, registeredAt }
    }),
    messages: counted(fresh, (count, arn) => messages.registeredTargets(serviceName(row), count, arn)),
  }
}

/** An address that a task had is soon another's. */
const isOf = ({ taskArn }: TargetRow, { task }: TaskRow): boolean => taskArn === undefined || taskArn === task.taskArn

type Registered = TaskLoadBalancer & { readonly target: TargetDescription }

const registration = (row: TaskRow, entry: TaskLoadBalancer, around: TargetsAround): TaskLoadBalancer => {
  const group = around.group(entry.targetGroupArn)
  const target = group === undefined ? undefined : targetOf(row, entry, group.targetGroup.TargetType, around.node)
  return target === undefined ? entry : { ...entry, target }
}

/** The task's own address and the container's port, or its machine and the host port; undefined while that is not known. */
const targetOf = (
  row: TaskRow,
  { containerName, containerPort }: TaskLoadBalancer,
  type: TargetTypeEnum,
  node: string | undefined,
): TargetDescription | undefined => {
  if (type === 'ip') {
    const address = row.task.containers?.find(({ name }) => name === containerName)?.networkInterfaces?.[0]?.privateIpv4Address
    return address === undefined ? undefined : { Id: address, Port: containerPort }
  }
  const port = bindingsOf(row, containerName).find(binding => binding.containerPort === containerPort)?.hostPort
  return type !== 'instance' || node === undefined || port === undefined ? undefined : { Id: nodeMachineId(node), Port: port }
}

const deregister = (row: TaskRow, entries: readonly TaskLoadBalancer[], around: TargetsAround): TargetMoves => {
  const { now } = around
  const draining: TargetRow[] = []
  const gone: TargetRow[] = []
  const moved = entries.map((entry): TaskLoadBalancer => {
    if (entry.target === undefined || entry.deregistered !== undefined) return entry
    const found = around.target(entry.targetGroupArn, entry.target)
    const target = found !== undefined && isOf(found, row) ? found : undefined
    const { targetGroupArn } = entry
    const after =
      target === undefined
        ? undefined
        : deregistered(target, { group: around.group(targetGroupArn), isUsed: around.isUsed(targetGroupArn), now })
    if (after !== undefined && after !== target) draining.push(after)
    if (after === undefined && target !== undefined) gone.push(target)
    return { ...entry, deregistered: { at: now, drainsUntil: after?.drainingUntil ?? now } }
  })
  const fresh = moved.filter((entry, index) => entry !== entries[index])
  if (fresh.length === 0) return unmoved(row)
  return {
    ...unmoved({ ...row, loadBalancers: moved }),
    draining,
    gone,
    messages: [
      ...counted(fresh, (count, arn) => messages.deregisteredTargets(serviceName(row), count, arn)),
      messages.drainingTasks(serviceName(row), row.task.startedBy ?? '', 1),
    ],
  }
}

const counted = (entries: readonly TaskLoadBalancer[], say: (count: number, targetGroupArn: string) => string): string[] => {
  const counts = new Map<string, number>()
  for (const { targetGroupArn } of entries) counts.set(targetGroupArn, (counts.get(targetGroupArn) ?? 0) + 1)
  return [...counts].map(([arn, count]) => say(count, arn))
}

const serviceName = ({ serviceArn = '' }: TaskRow): string => nameInArn(serviceArn)
