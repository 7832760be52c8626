// On which machine a task is placed.
// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-placement.html
import type { Attribute, PlacementConstraint, PlacementStrategy } from '../aws/generated/ecs.ts'
import type { RuntimeNode } from '../runtime/runtime.ts'
import type { TaskRow } from '../store/tables.ts'
import { ClusterQueryError } from './cluster-query-error.ts'
import { parseClusterQuery } from './cluster-query.ts'
import { nodeInstanceArn, nodeMachineId } from './container-instance.ts'

/** A container instance that tasks may be placed on. */
export interface Machine {
  readonly node: RuntimeNode
  readonly attributes: readonly Attribute[]
  /** Those that are on it or on their way there. */
  readonly tasks: readonly TaskRow[]
}

export interface PlacementWish {
  readonly task: TaskRow
  readonly constraints: readonly PlacementConstraint[]
  readonly strategy: readonly PlacementStrategy[]
}

/** A machine, or why there is none, in the words of RunTask's failures. */
export type Choice = { readonly machine: Machine } | { readonly failure: string }

/** @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/api_failures_messages.html */
export const chooseMachine = (machines: readonly Machine[], wish: PlacementWish, random: () => number): Choice => {
  if (machines.length === 0) return { failure: 'NO ACTIVE INSTANCES' }
  const group = wish.task.task.group ?? ''
  const { cpu, memory } = sizeOf(wish.task)
  let left = machines
  for (const { type, expression = '' } of wish.constraints) {
    left = type === 'distinctInstance' ? left.filter(machine => countOf(machine, group) === 0) : left.filter(isMember(expression))
    const name = type === 'distinctInstance' ? 'DistinctInstance' : 'MemberOf'
    if (left.length === 0) return { failure: `${name} placement constraint unsatisfied.` }
  }
  // Whether there is room shows for good when the task starts; until then machines that seem full come last.
  const roomy = left.filter(machine => roomOf(machine).cpu >= cpu && roomOf(machine).memory >= memory)
  const machine = preferred(roomy.length > 0 ? roomy : left, { strategy: wish.strategy, group, all: machines }, random)
  return machine === undefined ? { failure: 'NO ACTIVE INSTANCES' } : { machine }
}

/** Gives tasks of one kind their machines, one after the other. */
export class Placer {
  readonly #rules: Pick<PlacementWish, 'constraints' | 'strategy'>
  readonly #random: () => number
  /** Whether anything but the machines' room decides. */
  readonly #decides: boolean
  #machines: readonly Machine[]

  constructor(
    machines: readonly Machine[],
    rules: Pick<PlacementWish, 'constraints' | 'strategy'> & { readonly areSomeDraining: boolean },
    random: () => number,
  ) {
    this.#machines = machines
    this.#rules = rules
    this.#random = random
    this.#decides = rules.constraints.length > 0 || rules.strategy.length > 0 || rules.areSomeDraining
  }

  /**
   * The task on its machine; as it is where Kubernetes may choose. Fargate has no machines to choose from, but where it is
   * to be in a zone, by its letter.
   */
  place(row: TaskRow, zone?: string): TaskRow | { readonly failure: string } {
    const isFargate = row.task.launchType !== 'EC2'
    if (zone === undefined && (!this.#decides || isFargate)) return row
    const machines = zone === undefined ? this.#machines : machinesIn(this.#machines, zone)
    const rules = isFargate ? { constraints: [], strategy: [] } : this.#rules
    const choice = chooseMachine(machines, { task: row, ...rules }, this.#random)
    if ('failure' in choice) return choice
    const { name } = choice.machine.node
    const placed = isFargate ? { ...row, nodeName: name } : placedOn(row, name)
    this.#machines = withTask(this.#machines, name, placed)
    return placed
  }
}

/** The machines of a zone, by its letter. */
export const machinesIn = (machines: readonly Machine[], zone: string): readonly Machine[] =>
  machines.filter(({ node }) => (node.zone ?? 'a') === zone)

/** The machines that a DAEMON's, or any task's, memberOf constraints leave. */
export const membersOf = (machines: readonly Machine[], constraints: readonly PlacementConstraint[]): readonly Machine[] =>
  constraints.reduce(
    (left: readonly Machine[], { type, expression = '' }) => (type === 'memberOf' ? left.filter(isMember(expression)) : left),
    machines,
  )

/** A machine with one more task. */
export const withTask = (machines: readonly Machine[], nodeName: string, row: TaskRow): readonly Machine[] =>
  machines.map(machine => (machine.node.name === nodeName ? { ...machine, tasks: [...machine.tasks, row] } : machine))

/** A task that has to run on a machine. */
export const placedOn = (row: TaskRow, nodeName: string): TaskRow => ({
  ...row,
  nodeName,
  task: { ...row.task, containerInstanceArn: nodeInstanceArn(row.task.clusterArn, nodeName) },
})

const countOf = ({ tasks }: Machine, group: string): number => tasks.filter(({ task }) => task.group === group).length

/** An expression that cannot be read means no machine: calls refuse it, but a task definition may hold it. */
const isMember = (expression: string): ((machine: Machine) => boolean) => {
  try {
    const query = parseClusterQuery(expression)
    return machine => query(subject => subjectOf(machine, subject))
  } catch (error) {
    if (error instanceof ClusterQueryError) return () => false
    throw error
  }
}

const subjectOf = ({ node, attributes, tasks }: Machine, subject: string): readonly string[] => {
  if (subject.startsWith('attribute:')) {
    const name = subject.slice('attribute:'.length)
    return attributes.filter(attribute => attribute.name === name).map(({ value = '' }) => value)
  }
  if (subject === 'ec2InstanceId') return [nodeMachineId(node.name)]
  if (subject === 'agentConnected') return [String(node.isReady)]
  if (subject === 'registeredAt') return [new Date(node.createdAt).toISOString()]
  if (subject === 'runningTasksCount') return [String(tasks.filter(({ task }) => task.lastStatus === 'RUNNING').length)]
  return tasks.flatMap(({ task }) => task.group ?? [])
}

const roomOf = ({ node, tasks }: Machine): { readonly cpu: number; readonly memory: number } => {
  const used = tasks.map(sizeOf)
  return {
    cpu: node.cpu - used.reduce((sum, { cpu }) => sum + cpu, 0),
    memory: node.memory - used.reduce((sum, { memory }) => sum + memory, 0),
  }
}

/** What a task takes of a machine. Fargate's are limited, and reserve nothing. */
const sizeOf = (row: TaskRow): { readonly cpu: number; readonly memory: number } =>
  row.task.launchType === 'FARGATE' ? { cpu: 0, memory: 0 } : reservedBy(row)

/** What a task asks for, in CPU units and MiB: its own size, else its containers'. */
export const reservedBy = ({ task }: TaskRow): { readonly cpu: number; readonly memory: number } => {
  const total = (values: readonly (string | undefined)[]): number => values.reduce((sum, value) => sum + Number(value ?? 0), 0)
  const containers = task.containers ?? []
  return {
    cpu: task.cpu === undefined ? total(containers.map(({ cpu }) => cpu)) : Number(task.cpu),
    memory:
      task.memory === undefined
        ? total(containers.map(({ memory, memoryReservation }) => memoryReservation ?? memory))
        : Number(task.memory),
  }
}

/** By each strategy in turn among those that the ones before leave equal; then the least used, as AWS spreads by itself. */
const preferred = (
  candidates: readonly Machine[],
  { strategy, group, all }: { readonly strategy: readonly PlacementStrategy[]; readonly group: string; readonly all: readonly Machine[] },
  random: () => number,
): Machine | undefined => {
  let left = candidates
  for (const { type, field = '' } of strategy) {
    if (type === 'random') return left[Math.floor(random() * left.length)]
    left = type === 'binpack' ? least(left, binpacked(field)) : least(left, spread(field, group, all))
  }
  return least(left, machine => machine.tasks.length)[0]
}

const least = (machines: readonly Machine[], of: (machine: Machine) => number): readonly Machine[] => {
  const lowest = Math.min(...machines.map(of))
  return machines.filter(machine => of(machine) === lowest)
}

const binpacked =
  (field: string) =>
  (machine: Machine): number =>
    field.toLowerCase() === 'cpu' ? roomOf(machine).cpu : roomOf(machine).memory

/** How many tasks of the group are where the field has the machine's value. */
const spread = (field: string, group: string, all: readonly Machine[]) => {
  const valueOf = (machine: Machine): string => {
    if (field === 'instanceId' || field === 'host') return machine.node.name
    const name = field.replace(/^attribute:/, '')
    return machine.attributes.find(attribute => attribute.name === name)?.value ?? ''
  }
  return (machine: Machine): number =>
    all.filter(other => valueOf(other) === valueOf(machine)).reduce((sum, other) => sum + countOf(other, group), 0)
}
