import { createHash } from 'node:crypto'
import { ServiceError } from '../../../aws/errors.ts'
import type { CreateDaemonRequest, DaemonDeploymentCapacityProvider, UpdateDaemonRequest } from '../../../aws/generated/ecs.ts'
import { epochSeconds } from '../../../../shared/clock.ts'
import { ecsArn, nameInArn } from '../../../domain/arn.ts'
import { capacityProviderName, capacityProviderRow, notThere } from '../capacity-providers/find-capacity-provider.ts'
import type { EcsContext } from '../context.ts'
import { invalidParameter, refuseIf, refuseMoreThan } from '../tasks/invalid-parameter.ts'
import { daemonDeployments, daemonRevisions, daemonTaskDefinitions } from '../../../store/ecs-daemon-tables.ts'
import type { DaemonDeploymentRow, DaemonRevisionRow } from '../../../store/ecs-daemon-tables.ts'
import type { Transaction } from '../../../store/store.ts'
import { findDaemonTaskDefinition } from './find-daemon-task-definition.ts'

type Request = Omit<CreateDaemonRequest, 'daemonName'> | UpdateDaemonRequest

/** Throws for a task definition that is not ACTIVE and for capacity providers that are not managed instances of the cluster. */
export function checkDaemon(context: EcsContext, request: Request, clusterName: string): void {
  const definition = findDaemonTaskDefinition(context, request.daemonTaskDefinitionArn)
  refuseIf(definition.daemonTaskDefinition.status !== 'ACTIVE', 'Daemon task definition is inactive')
  refuseIf(request.capacityProviderArns.length === 0, 'Capacity providers can not be empty.')
  refuseMoreThan('Capacity providers', request.capacityProviderArns, 20)
  for (const arn of request.capacityProviderArns) {
    const provider = capacityProviderRow(context, capacityProviderName(context, arn))?.capacityProvider
    if (provider === undefined || provider.status !== 'ACTIVE') throw notThere()
    if (provider.type !== 'MANAGED_INSTANCES')
      throw invalidParameter('Daemons are supported on Amazon ECS Managed Instances capacity providers only.')
    refuseIf(provider.cluster !== clusterName, 'Capacity provider active cluster name does not match the cluster name in the request.')
  }
  const minutes = request.deploymentConfiguration?.bakeTimeInMinutes ?? 0
  refuseIf(minutes < 0 || minutes > 1440, 'bakeTimeInMinutes must be between 0 and 1440.')
}

/** What a change of a daemon brings about: its next revision, and the deployment of it. */
export interface DaemonLaunch {
  readonly revision: DaemonRevisionRow
  readonly deployment: DaemonDeploymentRow
}

/** `before` is the ARN of the revision that it takes the place of. */
export function launchDaemon(
  context: EcsContext,
  request: Request,
  { daemonArn, clusterArn, before }: { readonly daemonArn: string; readonly clusterArn: string; readonly before?: string },
): DaemonLaunch {
  const now = context.clock.now()
  const at = epochSeconds(now)
  const path = daemonArn.slice(daemonArn.indexOf('daemon/') + 'daemon/'.length)
  const id = context.ids.hex32()
  // 19 digits, as AWS makes them.
  const number = BigInt(`0x${id.slice(0, 15)}`)
    .toString()
    .padStart(19, '1')
    .slice(0, 19)
  const daemonRevisionArn = ecsArn(context, `daemon-revision/${path}/${number}`)
  const providers = request.capacityProviderArns
  const instances = providers.map((arn): DaemonDeploymentCapacityProvider => ({
    arn,
    runningInstanceCount: 0,
    withoutDaemonInstanceCount: 0,
    drainingInstanceCount: 0,
  }))
  const counts = { totalRunningInstanceCount: 0, totalWithoutDaemonInstanceCount: 0, totalDrainingInstanceCount: 0 }
  const alarmNames = request.deploymentConfiguration?.alarms?.alarmNames ?? []
  return {
    revision: {
      daemonArn,
      revision: {
        daemonRevisionArn,
        clusterArn,
        daemonArn,
        daemonTaskDefinitionArn: request.daemonTaskDefinitionArn,
        createdAt: at,
        containerImages: imagesOf(context, request.daemonTaskDefinitionArn),
        propagateTags: request.propagateTags ?? 'NONE',
        enableECSManagedTags: request.enableECSManagedTags ?? false,
        enableExecuteCommand: request.enableExecuteCommand ?? false,
        critical: request.critical ?? true,
      },
    },
    deployment: {
      daemonArn,
      createdAt: now,
      deployment: {
        daemonDeploymentArn: ecsArn(context, `daemon-deployment/${path}/${id.slice(0, 21)}`),
        clusterArn,
        status: 'PENDING',
        targetDaemonRevision: { arn: daemonRevisionArn, capacityProviders: instances, ...counts },
        sourceDaemonRevisions: before === undefined ? [] : [{ arn: before, capacityProviders: instances, ...counts }],
        circuitBreaker: { failureCount: 0, status: 'MONITORING', threshold: 3 },
        // Nothing watches them.
        alarms: { status: 'DISABLED', alarmNames, triggeredAlarmNames: [] },
        deploymentConfiguration: { drainPercent: 25, bakeTimeInMinutes: 0, ...request.deploymentConfiguration },
        createdAt: at,
      },
    },
  }
}

export function putLaunch(transaction: Transaction, { revision, deployment }: DaemonLaunch): void {
  transaction.put(daemonRevisions, revision)
  transaction.put(daemonDeployments, deployment)
}

function imagesOf(context: EcsContext, arn: string) {
  const containers = context.store.table(daemonTaskDefinitions).get(arn)?.daemonTaskDefinition.containerDefinitions ?? []
  return containers.map(({ name, image }) => ({ containerName: name, image }))
}

/** Tells one CreateDaemon call from another under the same token. */
export const digestOfDaemon = (request: CreateDaemonRequest): string =>
  createHash('sha256')
    .update(JSON.stringify(Object.entries(request).sort(([one], [other]) => (one < other ? -1 : 1))))
    .digest('hex')

/** Throws when two calls under one name do not ask for the same. */
export function refuseDifferentDaemon(arn: string): never {
  throw new ServiceError('InvalidParameterException', `Creation of daemon was not idempotent. Daemon: ${nameInArn(arn)}`)
}
