// What DescribeTasks says of any task, whatever a test is about: held to the API's reference and to what AWS answers.
// https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Task.html
import { expect } from 'bun:test'
import type {
  Attachment,
  Container,
  ContainerDefinition,
  NetworkBinding,
  PortMapping,
  RegisterTaskDefinitionCommandInput,
  RunTaskCommandInput,
  Task,
} from '@aws-sdk/client-ecs'

/** What a test asked for. The definition is the first of its family. */
export interface Asked {
  readonly cluster: string
  readonly definition: RegisterTaskDefinitionCommandInput
  readonly call: Partial<RunTaskCommandInput>
}

const place = 'us-east-1:000000000000'
const isOnFargate = ({ call }: Asked): boolean => call.launchType === 'FARGATE' || call.capacityProviderStrategy !== undefined
const networkMode = ({ definition }: Asked): string => definition.networkMode ?? 'bridge'
const definitionsOf = ({ definition }: Asked): readonly ContainerDefinition[] => definition.containerDefinitions ?? []

/** Of a task that is RUNNING and is to go on, or is STOPPED: what is told on the way is not held to anything. */
export const expectTold = (task: Task, asked: Asked): void => {
  if (task.lastStatus !== 'STOPPED' && (task.lastStatus !== 'RUNNING' || task.desiredStatus !== 'RUNNING')) return
  expectLaunch(task, asked)
  expectLife(task)
  expectTimes(task)
  expectAttachments(task, asked)
  const definitions = definitionsOf(asked)
  expect(task.containers?.map(({ name }) => name)).toEqual(definitions.map(({ name }) => name))
  for (const [index, container] of (task.containers ?? []).entries()) expectContainer(task, container, definitions[index] ?? {}, asked)
}

const expectLaunch = (task: Task, asked: Asked): void => {
  const { cluster, definition, call } = asked
  const fargate = isOnFargate(asked)
  expect({
    cluster: task.clusterArn,
    definition: task.taskDefinitionArn,
    group: task.group,
    launchType: task.launchType,
    provider: task.capacityProviderName,
    platform: [task.platformFamily, task.platformVersion],
    exec: task.enableExecuteCommand,
    tags: task.tags,
    storage: task.ephemeralStorage?.sizeInGiB,
    size: [task.cpu, task.memory],
    overrides: task.overrides,
  }).toEqual({
    cluster: `arn:aws:ecs:${place}:cluster/${cluster}`,
    definition: `arn:aws:ecs:${place}:task-definition/${definition.family}:1`,
    group: `family:${definition.family}`,
    launchType: fargate ? 'FARGATE' : 'EC2',
    provider: call.capacityProviderStrategy?.[0]?.capacityProvider,
    platform: fargate ? ['Linux', '1.4.0'] : [undefined, undefined],
    exec: call.enableExecuteCommand ?? false,
    tags: [],
    // Of Fargate's tasks 20 GiB where nothing else is asked for.
    storage: fargate ? (definition.ephemeralStorage?.sizeInGiB ?? 20) : undefined,
    size: [definition.cpu ?? sum(asked, ({ cpu }) => cpu), definition.memory ?? sum(asked, each => each.memoryReservation ?? each.memory)],
    overrides: {
      ...call.overrides,
      containerOverrides: definitionsOf(asked).map(({ name }) => ({
        ...call.overrides?.containerOverrides?.find(each => each.name === name),
        name,
      })),
      inferenceAcceleratorOverrides: [],
    },
  })
  expect(task.taskArn).toMatch(new RegExp(`^arn:aws:ecs:${place}:task/${cluster}/[0-9a-f]{32}$`))
  expect(task.availabilityZone).toMatch(/^us-east-1[a-z]$/)
  expect(task.attributes?.map(({ name }) => name)).toEqual(['ecs.cpu-architecture'])
  // Only where it was placed at all, and never of Fargate.
  const isPlaced = task.connectivity === 'CONNECTED' && !fargate
  if (isPlaced) expect(task.containerInstanceArn).toMatch(new RegExp(`^arn:aws:ecs:${place}:container-instance/${cluster}/[0-9a-f]{32}$`))
  else expect(task.containerInstanceArn).toBeUndefined()
}

const sum = (asked: Asked, of: (container: ContainerDefinition) => number | undefined): string =>
  String(definitionsOf(asked).reduce((total, each) => total + (of(each) ?? 0), 0))

/** https://docs.aws.amazon.com/AmazonECS/latest/developerguide/stopped-task-error-codes.html */
const stopCodes = ['TaskFailedToStart', 'EssentialContainerExited', 'UserInitiated', 'SpotInterruption', 'TerminationNotice']

const expectLife = (task: Task): void => {
  const { lastStatus, desiredStatus, stopCode, stoppedReason, version = 0 } = task
  expect(version).toBeGreaterThan(1)
  if (lastStatus === 'RUNNING') {
    // One that is to stop is DEACTIVATING first.
    expect([desiredStatus, task.connectivity, stopCode, stoppedReason]).toEqual(['RUNNING', 'CONNECTED', undefined, undefined])
    expect(['HEALTHY', 'UNHEALTHY', 'UNKNOWN']).toContain(task.healthStatus ?? 'none')
    return
  }
  expect([lastStatus, desiredStatus]).toEqual(['STOPPED', 'STOPPED'])
  expect(stopCodes).toContain(stopCode ?? 'none')
  expect(stoppedReason ?? '').not.toBe('')
  if (stopCode === 'TaskFailedToStart') expect(task.startedAt).toBeUndefined()
  if (stopCode === 'EssentialContainerExited') expect(task.startedAt).toBeDefined()
}

const expectTimes = (task: Task): void => {
  const { createdAt, connectivityAt, pullStartedAt, pullStoppedAt, startedAt, executionStoppedAt, stoppingAt, stoppedAt } = task
  expectInOrder([createdAt, connectivityAt])
  expectInOrder([createdAt, pullStartedAt, pullStoppedAt, startedAt, executionStoppedAt, stoppedAt])
  expectInOrder([createdAt, stoppingAt, stoppedAt])
  const has = (...times: readonly (Date | undefined)[]): readonly boolean[] => times.map(time => time !== undefined)
  if (task.lastStatus === 'RUNNING') {
    expect(has(connectivityAt, pullStartedAt, pullStoppedAt, startedAt)).toEqual([true, true, true, true])
    expect(has(executionStoppedAt, stoppingAt, stoppedAt)).toEqual([false, false, false])
  } else {
    expect(has(stoppingAt, stoppedAt)).toEqual([true, true])
    if (startedAt !== undefined) expect(executionStoppedAt).toBeDefined()
  }
}

/** Those that are there. */
const expectInOrder = (times: readonly (Date | undefined)[]): void => {
  const told = times.flatMap(time => time?.getTime() ?? [])
  expect(told).toEqual(told.toSorted((a, b) => a - b))
}

/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Attachment.html */
const expectAttachments = (task: Task, asked: Asked): void => {
  const volumes = (asked.call.volumeConfigurations ?? []).map(() => 'AmazonElasticBlockStorage')
  const types = networkMode(asked) === 'awsvpc' ? ['ElasticNetworkInterface', ...volumes] : volumes
  expect(task.attachments?.map(({ type }) => type)).toEqual(types)
  const status = task.lastStatus === 'RUNNING' ? 'ATTACHED' : 'DELETED'
  expect(task.attachments?.map(each => each.status)).toEqual(types.map(() => status))
  const [first] = task.attachments ?? []
  if (first?.type === 'ElasticNetworkInterface' && task.startedAt !== undefined) expectInterface(first, asked)
}

const detailsOf = ({ details = [] }: Attachment): Readonly<Record<string, string | undefined>> =>
  Object.fromEntries(details.map(({ name, value }) => [name, value]))

const expectInterface = (attachment: Attachment, { call }: Asked): void => {
  const { subnetId, networkInterfaceId, macAddress, privateDnsName, privateIPv4Address, ...rest } = detailsOf(attachment)
  expect(rest).toEqual({})
  expect(subnetId).toBe(call.networkConfiguration?.awsvpcConfiguration?.subnets?.[0])
  expect(networkInterfaceId).toMatch(/^eni-[0-9a-f]{17}$/)
  expect(macAddress).toMatch(/^([0-9a-f]{2}:){5}[0-9a-f]{2}$/)
  expect(privateIPv4Address).toMatch(/^\d+\.\d+\.\d+\.\d+$/)
  expect(privateDnsName).toBe(`ip-${privateIPv4Address?.replaceAll('.', '-')}.ec2.internal`)
}

/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Container.html */
const expectContainer = (task: Task, container: Container, definition: ContainerDefinition, asked: Asked): void => {
  const { lastStatus, exitCode, reason } = container
  const text = (value: number | undefined): string | undefined => (value === undefined ? undefined : String(value))
  expect({
    task: container.taskArn,
    image: container.image,
    cpu: container.cpu,
    memory: container.memory,
    reservation: container.memoryReservation,
    agents: container.managedAgents?.map(each => [each.name, each.lastStatus]),
  }).toEqual({
    task: task.taskArn,
    image: definition.image,
    cpu: String(definition.cpu ?? 0),
    memory: text(definition.memory),
    reservation: text(definition.memoryReservation),
    agents: asked.call.enableExecuteCommand === true ? [['ExecuteCommandAgent', lastStatus]] : undefined,
  })
  const taskPath = task.taskArn?.slice(task.taskArn.indexOf('task/') + 'task/'.length)
  expect(container.containerArn).toMatch(
    new RegExp(`^arn:aws:ecs:${place}:container/${taskPath}/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`),
  )
  expect(lastStatus === 'STOPPED' || lastStatus === task.lastStatus).toBe(true)
  if (lastStatus === 'RUNNING') expect([exitCode, reason]).toEqual([undefined, undefined])
  // One that could not start may have an exit code, and never has ports.
  const hasRun = lastStatus === 'RUNNING' || (exitCode !== undefined && reason?.startsWith('Cannot') !== true)
  if (!hasRun) return expect(container.networkBindings).toBeUndefined()
  // AWS' own examples have nine and ten digits.
  expect(container.runtimeId).toMatch(isOnFargate(asked) ? /^[0-9a-f]{32}-\d{1,10}$/ : /^[0-9a-f]{64}$/)
  expect(container.healthStatus).toBeDefined()
  expectPorts(container.networkBindings ?? [], definition.portMappings ?? [], networkMode(asked))
  const [attachment] = task.attachments ?? []
  const address = attachment?.type === 'ElasticNetworkInterface' ? detailsOf(attachment)['privateIPv4Address'] : undefined
  const own = address === undefined ? [] : [{ attachmentId: attachment?.id, privateIpv4Address: address }]
  expect(container.networkInterfaces).toEqual(own)
}

/** Ports are bound in the modes bridge and host alone; those that nobody chose are among the published or the ephemeral ones. */
const expectPorts = (bindings: readonly NetworkBinding[], mappings: readonly PortMapping[], mode: string): void => {
  const asked = mode === 'bridge' || mode === 'host' ? mappings : []
  expect(
    bindings.map(({ bindIP, containerPort, hostPort = 0, protocol }, index) => {
      const { hostPort: chosen } = asked[index] ?? {}
      const fixed = mode === 'host' ? asked[index]?.containerPort : chosen
      const isRight = fixed === undefined || fixed === 0 ? hostPort >= 1_024 : hostPort === fixed
      return [bindIP, containerPort, isRight, protocol]
    }),
  ).toEqual(asked.map(({ containerPort, protocol }) => ['0.0.0.0', containerPort, true, protocol ?? 'tcp']))
}
