// What the files of tests of Application Auto Scaling share: an endpoint, its client, and targets that are deregistered
// in the end. They run against `kecs serve`, or a cluster where KECS_TEST_ENDPOINT names one: names are each run's own.
import { afterAll, beforeAll } from 'bun:test'
import {
  ApplicationAutoScalingClient,
  DeregisterScalableTargetCommand,
  ObjectNotFoundException,
  RegisterScalableTargetCommand,
  type RegisterScalableTargetCommandInput,
  type ScalableDimension,
  type ServiceNamespace,
  type StepAdjustment,
  type StepScalingPolicyConfiguration,
} from '@aws-sdk/client-application-auto-scaling'
import {
  CreateClusterCommand,
  CreateServiceCommand,
  DeleteClusterCommand,
  DeleteServiceCommand,
  DeregisterTaskDefinitionCommand,
  RegisterTaskDefinitionCommand,
  waitUntilServicesInactive,
} from '@aws-sdk/client-ecs'
import { openEndpoint, type TestEndpoint } from '../support/endpoint.ts'
import { ecsOf } from '../support/tasks.ts'

export interface Target {
  readonly ServiceNamespace: ServiceNamespace
  readonly ResourceId: string
  readonly ScalableDimension: ScalableDimension
}

/** What a call was refused with; fails when it was not. */
export const errorOf = async (call: Promise<unknown>): Promise<Error> => {
  const error = await call.then(
    () => undefined,
    (reason: Error) => reason,
  )
  if (error === undefined) throw new Error('the call was not refused')
  return error
}

export const steps = (
  adjustments: readonly StepAdjustment[] = [{ ScalingAdjustment: 1, MetricIntervalLowerBound: 0 }],
  more: StepScalingPolicyConfiguration = {},
): StepScalingPolicyConfiguration => ({ AdjustmentType: 'ChangeInCapacity', StepAdjustments: [...adjustments], ...more })

/** How messages name a target. */
export const words = ({ ServiceNamespace, ResourceId, ScalableDimension }: Target): string =>
  `service namespace: ${ServiceNamespace}, resource ID: ${ResourceId}, scalable dimension: ${ScalableDimension}`

/**
 * Opens an endpoint for the tests of a file, `topic`, and removes what they made when they are done. Spot fleets and
 * tables are taken as given; the ECS service is there.
 */
export function scalingTests(topic: string) {
  const unique = `aas-${topic}-${process.pid}-${Date.now().toString(36)}`
  const opened = Promise.withResolvers<TestEndpoint>()
  const endpoint = async () => {
    const { protocol, hostname, port } = new URL((await opened.promise).url)
    return { protocol, hostname, port: Number(port), path: '/' }
  }
  const scaling = new ApplicationAutoScalingClient({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  })
  const registered = new Map<string, Target>()
  let removeService: (() => Promise<void>) | undefined

  beforeAll(async () => {
    opened.resolve(await openEndpoint())
    removeService = await makeService(await opened.promise, unique)
  }, 300_000)
  afterAll(async () => {
    for (const target of registered.values()) {
      await scaling.send(new DeregisterScalableTargetCommand(target)).catch((error: unknown) => {
        if (!(error instanceof ObjectNotFoundException)) throw error
      })
    }
    await removeService?.()
    await (await opened.promise).close()
  }, 300_000)

  const ecsService: Target = {
    ServiceNamespace: 'ecs',
    ResourceId: `service/${unique}/web`,
    ScalableDimension: 'ecs:service:DesiredCount',
  }
  return {
    scaling,
    endpoint,
    ecsService,
    fleet: (name: string): Target => ({
      ServiceNamespace: 'ec2',
      ResourceId: `spot-fleet-request/${unique}-${name}`,
      ScalableDimension: 'ec2:spot-fleet-request:TargetCapacity',
    }),
    dynamo: (name: string): Target => ({
      ServiceNamespace: 'dynamodb',
      ResourceId: `table/${unique}-${name}`,
      ScalableDimension: 'dynamodb:table:ReadCapacityUnits',
    }),
    /** The ARN of a target that is registered with capacities 1 to 4, where `more` does not say otherwise. */
    register: async (target: Target, more: Partial<RegisterScalableTargetCommandInput> = {}): Promise<string> => {
      registered.set(JSON.stringify(target), target)
      const input = { MinCapacity: 1, MaxCapacity: 4, ...target, ...more }
      return (await scaling.send(new RegisterScalableTargetCommand(input))).ScalableTargetARN ?? ''
    },
  }
}

/** Makes an ECS service without tasks; the answer removes it. */
async function makeService({ url }: TestEndpoint, unique: string): Promise<() => Promise<void>> {
  const ecs = ecsOf({ endpoint: url })
  await ecs.send(new CreateClusterCommand({ clusterName: unique }))
  const container = { name: 'app', image: 'busybox:latest', memory: 32 }
  await ecs.send(new RegisterTaskDefinitionCommand({ family: unique, containerDefinitions: [container] }))
  await ecs.send(new CreateServiceCommand({ cluster: unique, serviceName: 'web', taskDefinition: unique, desiredCount: 0 }))
  return async () => {
    await ecs.send(new DeleteServiceCommand({ cluster: unique, service: 'web', force: true }))
    await ecs.send(new DeregisterTaskDefinitionCommand({ taskDefinition: `${unique}:1` }))
    await waitUntilServicesInactive({ client: ecs, maxWaitTime: 180, minDelay: 1, maxDelay: 1 }, { cluster: unique, services: ['web'] })
    await ecs.send(new DeleteClusterCommand({ cluster: unique }))
  }
}
