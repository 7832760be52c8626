import { epochSeconds } from '../../shared/clock.ts'
import type { Attachment, Container, KeyValuePair } from '../aws/generated/ecs.ts'
import type { ContainerObservation, TaskObservation } from '../runtime/runtime.ts'
import type { TaskRow } from '../store/tables.ts'
import { parseArn } from './arn.ts'
import { nodeInstanceArn } from './container-instance.ts'
import { zoneName } from './node-attributes.ts'
import { bindingsOf } from './host-ports.ts'
import { toldRuntimeId } from './runtime-id.ts'
import type { TaskFacts } from './task-lifecycle-facts.ts'
import { ebsAttachment } from './task-record.ts'
import { endedUnseen, exitReason, startFailure } from './task-lifecycle-failures.ts'

type TaskChanges = Partial<TaskRow['task']>

/** What an observation adds to what DescribeTasks shows. What is known is not taken back by a late observation. */
export const recordObservation = (row: TaskRow, facts: TaskFacts, observation: TaskObservation): TaskChanges => {
  const { task } = row
  const attachment = task.attachments?.find(({ type }) => type === 'ElasticNetworkInterface')
  const containers = (task.containers ?? []).map(container => {
    const seen = observation.containers.find(({ name }) => name === container.name)
    return recordInterface(seen === undefined ? container : recordContainer(row, container, seen), attachment, observation)
  })
  return {
    healthStatus: task.healthStatus ?? 'UNKNOWN',
    ...(task.containers === undefined ? {} : { containers }),
    ...(task.attachments === undefined ? {} : { attachments: task.attachments.map(each => recordAttachment(row, each, observation)) }),
    ...recordInstance(row, observation),
    ...recordConnectivity(row, observation),
    ...recordTimes(row, facts, observation),
  }
}

const recordContainer = (row: TaskRow, container: Container, seen: ContainerObservation): Container => {
  if (container.lastStatus === 'STOPPED') return container
  const { state } = seen
  const known: Container = {
    ...container,
    healthStatus: container.healthStatus ?? 'UNKNOWN',
    ...(seen.imageDigest === undefined ? {} : { imageDigest: seen.imageDigest }),
    ...(seen.runtimeId === undefined ? {} : { runtimeId: toldRuntimeId(row.task.launchType, row.taskId, seen.runtimeId) }),
  }
  const failure = container.lastStatus === 'RUNNING' ? undefined : startFailure(seen)
  if (failure !== undefined) return { ...known, ...agentsOf(container, 'STOPPED'), lastStatus: 'STOPPED', reason: failure }
  if (state.is === 'waiting') return known
  const started: Container = { ...known, networkBindings: [...bindingsOf(row, container.name ?? '')] }
  if (state.is === 'running') return { ...started, ...agentsOf(container, 'RUNNING', state.startedAt), lastStatus: 'RUNNING' }
  const reason = exitReason(seen)
  return {
    // One that never began ended with its pod, and has no ports.
    ...(endedUnseen(seen) && state.startedAt === undefined ? known : started),
    ...(endedUnseen(seen) ? {} : { exitCode: state.exitCode }),
    ...agentsOf(container, 'STOPPED'),
    lastStatus: 'STOPPED',
    ...(reason === undefined ? {} : { reason }),
  }
}

/** The agent of ECS Exec runs while its container does: what takes its part is always there. `startedAt` in milliseconds. */
export const agentsOf = (
  { managedAgents }: Container,
  lastStatus: 'RUNNING' | 'STOPPED',
  startedAt?: number,
): Pick<Container, 'managedAgents'> =>
  managedAgents === undefined
    ? {}
    : {
        managedAgents: managedAgents.map(agent => ({
          ...agent,
          ...(startedAt === undefined ? {} : { lastStartedAt: epochSeconds(startedAt) }),
          lastStatus,
        })),
      }

const recordInterface = (container: Container, attachment: Attachment | undefined, { address }: TaskObservation): Container => {
  if (attachment?.id === undefined || address === undefined) return container
  return { ...container, networkInterfaces: [{ attachmentId: attachment.id, privateIpv4Address: address }] }
}

/** PRECREATED → ATTACHING → ATTACHED; DELETED comes with the task's end. */
const recordAttachment = (row: TaskRow, attachment: Attachment, { scheduledAt, address }: TaskObservation): Attachment => {
  if (attachment.status === 'ATTACHED') return attachment
  if (attachment.type === ebsAttachment && scheduledAt !== undefined) return attachedVolume(attachment)
  if (attachment.type !== 'ElasticNetworkInterface') return attachment
  if (address === undefined) return scheduledAt === undefined ? attachment : { ...attachment, status: 'ATTACHING' }
  const subnet = (attachment.details ?? []).filter(({ name }) => name === 'subnetId')
  return { ...attachment, status: 'ATTACHED', details: [...subnet, ...interfaceDetails(row, address)] }
}

/** There is no volume of EBS: its id is made of the attachment's, so it stays the same. */
const attachedVolume = (attachment: Attachment): Attachment => ({
  ...attachment,
  status: 'ATTACHED',
  details: [...(attachment.details ?? []), { name: 'volumeId', value: `vol-${(attachment.id ?? '').replaceAll('-', '').slice(0, 17)}` }],
})

/** There is no network interface of EC2: its id and hardware address are made of the task's id, so they stay the same. */
const interfaceDetails = (row: TaskRow, address: string): KeyValuePair[] => [
  { name: 'networkInterfaceId', value: `eni-${row.taskId.slice(0, 17)}` },
  { name: 'macAddress', value: ['0a', ...(row.taskId.slice(-10).match(/../g) ?? [])].join(':') },
  { name: 'privateDnsName', value: privateDnsName(address, parseArn(row.task.taskArn)?.region ?? '') },
  { name: 'privateIPv4Address', value: address },
]

/** https://docs.aws.amazon.com/vpc/latest/userguide/vpc-dns.html */
const privateDnsName = (address: string, region: string): string =>
  `ip-${address.replaceAll('.', '-')}.${region === 'us-east-1' ? 'ec2' : `${region}.compute`}.internal`

/** The node is a container instance, in an availability zone; Fargate shows the zone alone. */
const recordInstance = ({ task }: TaskRow, { node, zone }: TaskObservation): TaskChanges => {
  if (node === undefined) return {}
  const availabilityZone = zoneName(parseArn(task.taskArn)?.region ?? '', zone)
  return {
    ...(zone === undefined || task.availabilityZone === availabilityZone ? {} : { availabilityZone }),
    ...(task.launchType === 'FARGATE' || task.containerInstanceArn !== undefined
      ? {}
      : { containerInstanceArn: nodeInstanceArn(task.clusterArn, node) }),
  }
}

const recordConnectivity = ({ task }: TaskRow, { scheduledAt }: TaskObservation): TaskChanges =>
  task.connectivityAt !== undefined || scheduledAt === undefined
    ? {}
    : { connectivity: 'CONNECTED', connectivityAt: Math.max(task.createdAt ?? 0, epochSeconds(scheduledAt)) }

const recordTimes = ({ task }: TaskRow, facts: TaskFacts, observation: TaskObservation): TaskChanges => {
  const { containers, scheduledAt } = observation
  const pullStarts = containers.flatMap(({ pullStartedAt }) => pullStartedAt ?? [])
  const pullStops = containers.flatMap(({ pullStoppedAt }) => pullStoppedAt ?? [])
  const begun = containers.filter(seen => startFailure(seen) === undefined)
  const starts = begun.flatMap(({ state }) => (state.is === 'waiting' ? [] : (state.startedAt ?? [])))
  const haveAllStarted = facts.containers.every(({ name, essential }) => {
    const seen = containers.find(each => each.name === name)
    if (seen === undefined) return false
    if (seen.isHeld === true) return !essential && task.containers?.find(each => each.name === name)?.lastStatus === 'STOPPED'
    return startFailure(seen) === undefined ? seen.state.is !== 'waiting' : !essential
  })
  const isStarted = haveAllStarted && starts.length > 0
  // An image that is there is not pulled, yet ECS gives times for it: what can be said is that it was between these.
  const pullStartedAt = min(pullStarts) ?? (isStarted ? scheduledAt : undefined)
  const pullStoppedAt = isStarted ? (max(pullStops) ?? min(starts)) : undefined
  const pulling = stamp('pullStartedAt', task, pullStartedAt, task.createdAt)
  const pulled = stamp('pullStoppedAt', task, pullStoppedAt, task.pullStartedAt ?? pulling.pullStartedAt ?? task.createdAt)
  const started = stamp(
    'startedAt',
    task,
    isStarted ? max(starts) : undefined,
    task.pullStoppedAt ?? pulled.pullStoppedAt ?? task.createdAt,
  )
  return { ...pulling, ...pulled, ...started }
}

const min = (times: readonly number[]): number | undefined => (times.length === 0 ? undefined : Math.min(...times))
const max = (times: readonly number[]): number | undefined => (times.length === 0 ? undefined : Math.max(...times))

/**
 * The first time that is known stays. Kubernetes tells whole seconds, and of some things when it came to tell of them:
 * nothing of a task was before the task, nor before what it came after.
 */
const stamp = (
  name: 'pullStartedAt' | 'pullStoppedAt' | 'startedAt',
  task: TaskRow['task'],
  milliseconds: number | undefined,
  notBefore = 0,
): TaskChanges =>
  task[name] !== undefined || milliseconds === undefined ? {} : { [name]: Math.max(notBefore, epochSeconds(milliseconds)) }
