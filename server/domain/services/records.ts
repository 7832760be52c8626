import { epochSeconds } from '../../../shared/clock.ts'
import type { Ids } from '../../../shared/ids.ts'
import type { ServiceEvent, ServiceRevision } from '../../aws/generated/ecs.ts'
import type {
  DeploymentRecord,
  ServiceDeploymentRow,
  ServiceEventsRow,
  ServiceRevisionRow,
  ServiceRow,
} from '../../store/service-tables.ts'
import { type Place, ecsArn } from '../arn.ts'

/** How many events of a service are kept. */
const eventLimit = 100

export const serviceArn = (place: Place, clusterName: string, serviceName: string): string =>
  ecsArn(place, `service/${clusterName}/${serviceName}`)

/** The digits of a deployment's, a task set's or a revision's id. */
export const deploymentDigits = (ids: Ids): string => String(10n ** 18n + (BigInt(`0x${ids.hex32()}`) % (9n * 10n ** 18n)))

const urlSafe = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

/** 21 characters, as the id of a service deployment. */
export const serviceDeploymentId = (ids: Ids): string => {
  let rest = BigInt(`0x${ids.hex32()}`)
  let id = ''
  while (id.length < 21) {
    id += urlSafe[Number(rest % 64n)] ?? ''
    rest /= 64n
  }
  return id
}

/** The group of a service's tasks. */
export const groupOf = (serviceName: string): string => `service:${serviceName}`

export const inProgressReason = (deploymentId: string): string => `ECS deployment ${deploymentId} in progress.`
export const completedReason = (deploymentId: string): string => `ECS deployment ${deploymentId} completed.`

/** What a deployment launches its tasks with. */
export type RevisionSettings = Pick<ServiceRevisionRow, 'enableExecuteCommand'> &
  Omit<ServiceRevision, 'serviceRevisionArn' | 'serviceArn' | 'clusterArn' | 'createdAt' | 'taskDefinition'> & {
    /** An ARN. */
    readonly taskDefinition: string
  }

export interface DeploymentBegin {
  readonly place: Place
  readonly clusterName: string
  readonly ids: Ids
  /** Milliseconds since the epoch. */
  readonly now: number
}

/** All to be put in one commit. */
export interface NewDeployment {
  readonly service: ServiceRow
  readonly revision: ServiceRevisionRow
  /** The new one and, if it was still going on, the one that it takes the place of. */
  readonly serviceDeployments: readonly ServiceDeploymentRow[]
}

/**
 * Begins a deployment of a service: the new one is PRIMARY, what was PRIMARY is ACTIVE until its tasks are replaced.
 * `service` already holds what its user asked for; `previous` is its newest service deployment.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Deployment.html
 */
export function beginDeployment(
  service: ServiceRow,
  settings: RevisionSettings,
  previous: ServiceDeploymentRow | undefined,
  { place, clusterName, ids, now }: DeploymentBegin,
): NewDeployment {
  const { serviceArn: arn, serviceName, clusterArn, desiredCount } = service.service
  const digits = deploymentDigits(ids)
  const id = `ecs-svc/${digits}`
  const path = `${clusterName}/${serviceName}`
  const serviceRevisionArn = ecsArn(place, `service-revision/${path}/${digits}`)
  const serviceDeploymentArn = ecsArn(place, `service-deployment/${path}/${serviceDeploymentId(ids)}`)
  const deployment: DeploymentRecord = {
    id,
    status: 'PRIMARY',
    serviceRevisionArn,
    serviceDeploymentArn,
    desiredCount,
    failedTasks: 0,
    breakerFailures: 0,
    rolloutState: 'IN_PROGRESS',
    rolloutStateReason: inProgressReason(id),
    createdAt: now,
    updatedAt: now,
  }
  const { enableExecuteCommand, ...shown } = settings
  return {
    service: { ...service, deployments: [deployment, ...service.deployments.map(asActive)], serviceDeploymentArn },
    revision: {
      revision: { ...shown, serviceRevisionArn, serviceArn: arn, clusterArn, createdAt: epochSeconds(now) },
      enableExecuteCommand,
    },
    serviceDeployments: [
      newServiceDeployment(service, serviceDeploymentArn, serviceRevisionArn, now),
      ...(previous !== undefined && isOngoing(previous) ? [superseded(previous, now)] : []),
    ],
  }
}

const asActive = (deployment: DeploymentRecord): DeploymentRecord => ({ ...deployment, status: 'ACTIVE' })

const newServiceDeployment = (
  service: ServiceRow,
  serviceDeploymentArn: string,
  targetServiceRevisionArn: string,
  now: number,
): ServiceDeploymentRow => {
  const { serviceArn: arn, clusterArn, deploymentConfiguration } = service.service
  return {
    serviceDeployment: {
      serviceDeploymentArn,
      serviceArn: arn,
      clusterArn,
      createdAt: epochSeconds(now),
      updatedAt: epochSeconds(now),
      sourceServiceRevisions: service.deployments.map(({ serviceRevisionArn }) => ({ arn: serviceRevisionArn })),
      targetServiceRevision: { arn: targetServiceRevisionArn },
      status: 'PENDING',
      ...(deploymentConfiguration === undefined ? {} : { deploymentConfiguration }),
    },
  }
}

/** Whether a service deployment did not end yet: a service has one at most. */
export const isOngoing = ({ serviceDeployment: { status } }: ServiceDeploymentRow): boolean =>
  status !== 'SUCCESSFUL' && status !== 'STOPPED' && status !== 'ROLLBACK_SUCCESSFUL' && status !== 'ROLLBACK_FAILED'

/** AWS's own words for the reason are not known. */
const superseded = (row: ServiceDeploymentRow, now: number): ServiceDeploymentRow => ({
  ...row,
  serviceDeployment: {
    ...row.serviceDeployment,
    status: 'STOPPED',
    statusReason: 'A new service deployment was started.',
    stoppedAt: epochSeconds(now),
    finishedAt: epochSeconds(now),
    updatedAt: epochSeconds(now),
  },
})

/**
 * The events with `messages`, oldest of them first, put before what was there. Each has a time of its own, a millisecond
 * after the one before where they come together: clients put them in order by it.
 */
export function withEvents(row: ServiceEventsRow, messages: readonly string[], ids: Ids, now: number): ServiceEventsRow {
  const last = Math.round((row.events[0]?.createdAt ?? 0) * 1000)
  const first = Math.max(now, last + 1)
  const added = messages.map((message, index): ServiceEvent => ({ id: ids.uuid(), createdAt: epochSeconds(first + index), message }))
  return { ...row, events: [...added.reverse(), ...row.events].slice(0, eventLimit) }
}
