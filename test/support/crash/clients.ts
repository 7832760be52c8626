// Clients that drive a control plane which dies under them: they repeat what was not answered, as SDKs do.
import type {
  CreateClusterResponse,
  CreateServiceResponse,
  RegisterTaskDefinitionResponse,
  RunTaskResponse,
  UpdateServiceResponse,
} from '../../../server/aws/generated/ecs.ts'
import { Seeded } from './seeded.ts'
import type { Told } from './told.ts'
import type { CrashWorld, ServiceName } from './world.ts'

export interface ClientParts {
  readonly world: CrashWorld
  readonly told: Told
  readonly random: Seeded
}

/** One client: its choices are its own. */
export class Client {
  readonly parts: ClientParts
  readonly random: Seeded

  constructor(parts: ClientParts) {
    this.parts = parts
    this.random = new Seeded(parts.random.below(2 ** 31))
  }

  /** The answer as JSON; refusals that `allowed` does not match are offences. */
  async ask(service: ServiceName, operation: string, input: object, allowed = /^$/): Promise<{ answer: string; attempts: number }> {
    const { world, told } = this.parts
    const outcome = await world.call(service, operation, input)
    told.answers++
    const { error }: { error?: string } = JSON.parse(outcome.answer) ?? {}
    const isAllowed = error === undefined || (outcome.attempts > 1 && allowed.test(error))
    if (!isAllowed) told.offences.push(`${operation} ${JSON.stringify(input)} at attempt ${outcome.attempts}: ${error}`)
    return outcome
  }

  ecs(operation: string, input: object, allowed?: RegExp): Promise<{ answer: string; attempts: number }> {
    return this.ask('ecs', operation, input, allowed)
  }

  /** What was just told has to be on disk: `table` has `key` and its row `shows`. */
  mustBeOnDisk(what: string, table: string, key: string, shows: (body: string | undefined) => boolean): void {
    const body = this.parts.world.disk.body(table, key)
    if (!shows(body)) this.parts.told.offences.push(`${what} was told and is not on disk: ${key}: ${body ?? 'nothing'}`)
  }

  think(): Promise<void> {
    return this.parts.world.pause(this.random.pick([0, 1, 20, 200, 3_000]))
  }
}

export const cluster = 'crash'

/** Registers a revision: `command` is what its container does. */
export const register = async (
  client: Client,
  family: string,
  command: readonly string[] | undefined,
  dockerLabels = {},
): Promise<string> => {
  const value = client.random.hex32()
  const app = {
    name: 'app',
    image: 'web',
    memory: 16,
    environment: [{ name: 'VALUE', value }],
    portMappings: [{ containerPort: 80 }],
    dockerLabels,
    ...(command === undefined ? {} : { command }),
  }
  const { answer } = await client.ecs('RegisterTaskDefinition', { family, networkMode: 'awsvpc', containerDefinitions: [app] })
  const { taskDefinition }: RegisterTaskDefinitionResponse = JSON.parse(answer)
  const arn = taskDefinition?.taskDefinitionArn ?? ''
  if (client.parts.told.definitions.has(arn)) client.parts.told.offences.push(`${arn} was told twice`)
  client.parts.told.definitions.set(arn, { status: 'ACTIVE', value })
  client.mustBeOnDisk('a revision', 'ecs_task_definitions', arn, body => body?.includes(value) === true)
  return arn
}

export const createCluster = async (client: Client, clusterName: string): Promise<string> => {
  const { answer } = await client.ecs('CreateCluster', { clusterName })
  const { cluster: made }: CreateClusterResponse = JSON.parse(answer)
  const arn = made?.clusterArn ?? ''
  client.parts.told.clusters.set(arn, { isDeleted: false })
  client.mustBeOnDisk('a cluster', 'ecs_clusters', arn, body => body?.includes('"ACTIVE"') === true)
  return arn
}

export const clusterClient = async (client: Client): Promise<void> => {
  for (let number = 0; number < 3; number++) {
    const name = `c-${number}`
    const arn = await createCluster(client, name)
    await client.think()
    if (!client.random.chance(0.5)) continue
    await client.ecs('DeleteCluster', { cluster: name }, /^ClusterNotFound/)
    client.parts.told.clusters.set(arn, { isDeleted: true })
    client.mustBeOnDisk('a deletion', 'ecs_clusters', arn, body => body === undefined || body.includes('"INACTIVE"'))
    await client.think()
  }
}

export const definitionClient = async (client: Client): Promise<void> => {
  for (let number = 0; number < 4; number++) {
    const arn = await register(client, 'busy', undefined)
    await client.think()
    if (!client.random.chance(0.4)) continue
    await client.ecs('DeregisterTaskDefinition', { taskDefinition: arn })
    const { value = '' } = client.parts.told.definitions.get(arn) ?? {}
    client.parts.told.definitions.set(arn, { status: 'INACTIVE', value })
    client.mustBeOnDisk('a deregistration', 'ecs_task_definitions', arn, body => body?.includes('"INACTIVE"') === true)
  }
}

const network = { awsvpcConfiguration: { subnets: ['subnet-1'] } }

export const taskClient = async (client: Client): Promise<void> => {
  const server = await register(client, 'server', undefined)
  const job = await register(client, 'job', ['sleep', '2'])
  const servers: string[] = []
  for (let number = 0; number < 5; number++) {
    const runsOn = client.random.chance(0.5)
    const [count, clientToken] = [1 + client.random.below(3), client.random.hex32()]
    const input = { cluster, clientToken, count, taskDefinition: runsOn ? server : job, networkConfiguration: network }
    const { answer } = await client.ecs('RunTask', input)
    const { tasks = [] }: RunTaskResponse = JSON.parse(answer)
    client.parts.told.runs.set(clientToken, count)
    if (tasks.length !== count) client.parts.told.offences.push(`RunTask of ${count} told ${tasks.length} tasks`)
    for (const { taskArn = '' } of tasks) {
      client.parts.told.tasks.set(taskArn, { runsOn, isStopped: false })
      client.mustBeOnDisk('a task', 'ecs_tasks', taskArn, body => body?.includes(clientToken) === true)
      if (runsOn) servers.push(taskArn)
    }
    await client.think()
    const chosen = servers.splice(0, client.random.below(2))
    for (const task of chosen) {
      await client.ecs('StopTask', { cluster, task, reason: 'told to' })
      client.parts.told.tasks.set(task, { runsOn: true, isStopped: true })
      client.mustBeOnDisk('a stop', 'ecs_tasks', task, body => body?.includes('"desiredStatus":"STOPPED"') === true)
    }
  }
}

/** A service, behind a target group where one is given. */
export const serviceClient = async (client: Client, serviceName: string, group?: string): Promise<void> => {
  const { told } = client.parts
  let taskDefinition = await register(client, serviceName, undefined)
  let desiredCount = 1 + client.random.below(3)
  const loadBalancers = group === undefined ? [] : [{ targetGroupArn: group, containerName: 'app', containerPort: 80 }]
  const { answer } = await client.ecs('CreateService', {
    cluster,
    serviceName,
    taskDefinition,
    desiredCount,
    loadBalancers,
    networkConfiguration: network,
    clientToken: client.random.hex32(),
  })
  const { service }: CreateServiceResponse = JSON.parse(answer)
  const arn = service?.serviceArn ?? ''
  const note = (): void => {
    told.services.set(serviceName, { desiredCount, taskDefinition, ...(group === undefined ? {} : { group }) })
    const isThere = (body: string | undefined): boolean =>
      body?.includes(`"desiredCount":${desiredCount}`) === true && body.includes(taskDefinition)
    client.mustBeOnDisk('a service', 'ecs_services', arn, isThere)
  }
  note()
  for (let number = 0; number < 3; number++) {
    await client.think()
    if (client.random.chance(0.5)) taskDefinition = await register(client, serviceName, undefined)
    desiredCount = client.random.below(4)
    const updated = await client.ecs('UpdateService', { cluster, service: serviceName, taskDefinition, desiredCount })
    const shown: UpdateServiceResponse = JSON.parse(updated.answer)
    if (shown.service?.desiredCount !== desiredCount) told.offences.push(`UpdateService of ${serviceName} told another count`)
    note()
  }
  if (client.random.chance(0.3) && desiredCount > 0) await failingDeployment(client, serviceName)
  if (!client.random.chance(0.25)) return
  await client.ecs('DeleteService', { cluster, service: serviceName, force: true }, /^ServiceNot(Found|Active)/)
  told.services.delete(serviceName)
  told.deletedServices.add(serviceName)
  client.mustBeOnDisk('a deletion', 'ecs_services', arn, body => statusOf(body) !== 'ACTIVE')
}

/** Deploys what cannot run once the service is steady: the circuit breaker goes back to what ran. */
const failingDeployment = async (client: Client, service: string): Promise<void> => {
  const isSteady = async (): Promise<boolean> => {
    const { answer } = await client.ecs('DescribeServices', { cluster, services: [service] })
    return answer.includes('"rolloutState":"COMPLETED"') && !answer.includes('"rolloutState":"IN_PROGRESS"')
  }
  while (!(await isSteady())) await client.parts.world.pause(5_000)
  const taskDefinition = await register(client, service, undefined, { 'kecs.dev/simulate-pull-error': 'not found' })
  const deploymentConfiguration = { deploymentCircuitBreaker: { enable: true, rollback: true } }
  await client.ecs('UpdateService', { cluster, service, taskDefinition, deploymentConfiguration })
}

const statusOf = (body: string | undefined): string | undefined => {
  const row: { service?: { status?: string } } = JSON.parse(body ?? '{}')
  return row.service?.status
}
