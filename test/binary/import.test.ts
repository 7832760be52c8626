import {
  ApplicationAutoScalingClient,
  DescribeScalableTargetsCommand,
  DescribeScalingPoliciesCommand,
  DescribeScheduledActionsCommand,
} from '@aws-sdk/client-application-auto-scaling'
import { ECS } from '@aws-sdk/client-ecs'
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Home, makeHome, unusedPort } from '../support/program.ts'

// Each format is imported to a simulated instance; another plan then finds nothing to do.

setDefaultTimeout(180_000)

let home: Home
let folder: string
let ecs: ECS
let scaling: ApplicationAutoScalingClient

beforeAll(async () => {
  home = makeHome()
  const door = await unusedPort()
  const client = {
    endpoint: `http://127.0.0.1:${door}`,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  }
  ecs = new ECS(client)
  scaling = new ApplicationAutoScalingClient(client)
  folder = join(home.path, '../import')
  cpSync(join(import.meta.dir, '../support/import'), folder, { recursive: true })
  const up = await home.run(['up', '--driver', 'simulated', '--port', String(door)])
  expect(up.code).toBe(0)
})
afterAll(() => home.remove())

test('one at a time: two would both make what is not there', async () => {
  const lock = join(home.path, 'kecs', 'import', 'lock')
  mkdirSync(join(lock, '..'))
  writeFileSync(lock, JSON.stringify({ pid: process.pid, begun: '', command: 'import apply' }))
  const refused = await home.run(['import', 'apply', 'docker-compose.yml', '--yes'], { cwd: folder })
  expect(refused.code).toBe(1)
  expect(refused.stderr).toContain(`kecs import apply is already at work on this instance (process ${process.pid}).`)
  expect((await home.run(['import', 'delete', 'shop', '--yes'])).stderr).toContain('is already at work')
  rmSync(join(lock, '..'), { recursive: true })
})

interface Plan {
  readonly import: string
  readonly pending: number
  readonly changes: readonly { action: string; kind: string; name: string; members: readonly { path: string }[] }[]
  readonly notes: readonly string[]
}

const run = async (...words: readonly string[]): Promise<Plan> => {
  const ended = await home.run(['import', ...words, '--json'], { cwd: folder })
  expect(`${ended.code} ${ended.code === 0 ? '' : ended.stderr}`).toBe('0 ')
  return JSON.parse(ended.stdout) as Plan
}
const actions = ({ changes }: Plan): Readonly<Record<string, number>> =>
  Object.fromEntries(Object.entries(Object.groupBy(changes, ({ action }) => action)).map(([action, some]) => [action, some?.length ?? 0]))

test('a Compose file: planned, applied, the same again, changed in place, deleted', async () => {
  const file = 'docker-compose.yml'
  expect(actions(await run('plan', file))).toEqual({ create: 16 })
  await run('apply', file, '--yes')
  const again = await run('plan', file)
  expect(again.import).toBe('shop')
  expect(actions(again)).toEqual({ unchanged: 16 })
  expect(again.notes.join('\n')).toContain('cache: `devices` has no place')

  const { services } = await ecs.describeServices({ cluster: 'shop', services: ['web'] })
  expect(services?.[0]).toMatchObject({ desiredCount: 2, runningCount: 2 })
  const { taskDefinition } = await ecs.describeTaskDefinition({ taskDefinition: 'shop-web' })
  const [web, migrate] = taskDefinition?.containerDefinitions ?? []
  expect(web).toMatchObject({
    memory: 128,
    memoryReservation: 64,
    cpu: 256,
    stopTimeout: 90,
    command: ['sh', '-c', 'sleep 1000'],
    dependsOn: [{ containerName: 'migrate', condition: 'SUCCESS' }],
  })
  const variables = Object.fromEntries((web?.environment ?? []).map(({ name, value }) => [name, value]))
  expect(variables).toEqual({
    DATABASE_URL: 'postgres://app:secret@db.shop.internal:5432/shop',
    CACHE_HOST: 'cache.shop.internal',
    GREETING: 'hello ',
    PLAIN: 'a b',
  })
  expect(migrate).toMatchObject({ name: 'migrate', essential: false })

  const whole = readFileSync(join(folder, file), 'utf8')
  writeFileSync(
    join(folder, file),
    whole
      .replace('replicas: 2', 'replicas: 1')
      .replace(/ {2}cache:\n(.*\n){3}/, '')
      .replace(/ {6}cache: .*\n/, ''),
  )
  const plan = await run('plan', file)
  // Of the cache its service, its task definition and its name go.
  expect(plan.changes.filter(({ action }) => action === 'delete').map(({ kind }) => kind)).toEqual([
    'service',
    'task definition',
    'discovery service',
  ])
  expect(plan.changes.find(({ kind, action }) => kind === 'service' && action === 'change')?.members.map(({ path }) => path)).toContain(
    'desiredCount',
  )
  await run('apply', file, '--yes')
  expect(actions(await run('plan', file))).toEqual({ unchanged: 13 })

  await run('delete', 'shop', '--yes')
  expect(JSON.parse((await home.run(['import', 'list', '--json'])).stdout)).toEqual([])
  expect((await ecs.listClusters({})).clusterArns).toEqual([])
})

test('a CloudFormation template, with parameters and conditions', async () => {
  const refused = await home.run(['import', 'plan', 'stack.yaml'], { cwd: folder })
  expect(refused.code).toBe(2)
  for (const name of ['Image', 'Vpc', 'Role.Arn']) expect(refused.stderr).toContain(`--parameter ${name}=…`)

  const given = ['stack.yaml', '--stand-ins', '--parameter', 'Image=nginx:1']
  await run('apply', ...given, '--yes')
  const again = await run('plan', ...given)
  expect(actions(again)).toEqual({ unchanged: 9 })
  expect(again.notes).toContain('AWS::IAM::Role is not made: Role.')
  const { taskDefinition } = await ecs.describeTaskDefinition({ taskDefinition: 'stack-Task' })
  expect(taskDefinition).toMatchObject({ cpu: '256', memory: '512', taskRoleArn: 'arn:aws:iam::000000000000:role/stack-Role' })
  const [web] = taskDefinition?.containerDefinitions ?? []
  expect(web).toMatchObject({ image: 'nginx:1', memoryReservation: 128, dockerLabels: { Team: 'blue' } })
  expect(web?.environment).toEqual([
    { name: 'LB', value: expect.stringMatching(/^http:\/\/stack-Lb-.*elb\.localhost\.localstack\.cloud\/$/) },
  ])

  const changed = await run('plan', ...given, '--parameter', 'Count=3', '--parameter', 'Image=nginx:2')
  expect(actions(changed)).toEqual({ unchanged: 7, change: 2 })
  await run('delete', 'stack', '--yes')
})

test('a service that is scaled: its target with policies, and how many tasks it has left to them', async () => {
  const given = ['scaled.yaml', '--stand-ins'] as const
  await run('apply', ...given, '--yes')
  const again = await run('plan', ...given)
  expect(actions(again)).toEqual({ unchanged: 7 })
  expect(again.notes).toContain('AWS::ApplicationAutoScaling::ScalableTarget is not made: Reads.')
  expect(again.notes).toContain('AWS::ApplicationAutoScaling::ScalingPolicy is not made: ReadsPolicy.')

  const { ScalableTargets } = await scaling.send(new DescribeScalableTargetsCommand({ ServiceNamespace: 'ecs' }))
  expect(ScalableTargets).toMatchObject([{ ResourceId: 'service/scaled-Cluster/web', MinCapacity: 1, MaxCapacity: 4 }])
  const { ScalingPolicies = [] } = await scaling.send(new DescribeScalingPoliciesCommand({ ServiceNamespace: 'ecs' }))
  const [cpu, requests] = ScalingPolicies.toSorted((a, b) => (a.PolicyName ?? '').localeCompare(b.PolicyName ?? ''))
  expect(cpu?.TargetTrackingScalingPolicyConfiguration?.TargetValue).toBe(60.5)
  expect(requests?.TargetTrackingScalingPolicyConfiguration?.PredefinedMetricSpecification?.ResourceLabel).toMatch(
    /^app\/scaled-Lb\/[0-9a-f]{16}\/targetgroup\/scaled-Group\/[0-9a-f]{16}$/,
  )
  const { ScheduledActions } = await scaling.send(new DescribeScheduledActionsCommand({ ServiceNamespace: 'ecs' }))
  expect(ScheduledActions).toMatchObject([{ ScheduledActionName: 'night', ScalableTargetAction: { MaxCapacity: 1 } }])

  // What scaling has done is no difference, what a file says otherwise is.
  await ecs.updateService({ cluster: 'scaled-Cluster', service: 'web', desiredCount: 3 })
  expect(actions(await run('plan', ...given))).toEqual({ unchanged: 7 })
  await run('apply', ...given, '--parameter', 'Most=5', '--parameter', 'TargetValue=70', '--yes')
  const { services } = await ecs.describeServices({ cluster: 'scaled-Cluster', services: ['web'] })
  expect(services?.[0]?.desiredCount).toBe(3)
  const whole = readFileSync(join(folder, 'scaled.yaml'), 'utf8')
  writeFileSync(join(folder, 'scaled.yaml'), whole.replace(/ {2}Processor:\n(.*\n)+?(?= {2}Reads:)/, ''))
  const without = await run('plan', ...given, '--parameter', 'Most=5')
  expect(actions(without)).toEqual({ unchanged: 6, change: 1 })
  await run('apply', ...given, '--parameter', 'Most=5', '--yes')
  const left = await scaling.send(new DescribeScalingPoliciesCommand({ ServiceNamespace: 'ecs' }))
  expect(left.ScalingPolicies?.map(({ PolicyName }) => PolicyName)).toEqual(['requests'])
  await run('delete', 'scaled', '--yes')
  expect((await scaling.send(new DescribeScalableTargetsCommand({ ServiceNamespace: 'ecs' }))).ScalableTargets).toEqual([])
})

test("another account's JSON, from standard input too", async () => {
  await run('apply', 'account.answers', '--as', 'prod', '--yes')
  const again = await run('plan', 'account.answers', '--as', 'prod')
  expect(again.pending).toBe(0)
  expect(again.notes.join('\n')).toContain('web is without its registry')
  expect(again.notes.join('\n')).toContain('prod is without its capacity providers mine')
  const { taskDefinition, tags } = await ecs.describeTaskDefinition({ taskDefinition: 'web', include: ['TAGS'] })
  expect(taskDefinition).toMatchObject({ revision: 1, taskRoleArn: 'arn:aws:iam::000000000000:role/web' })
  expect(tags).toContainEqual({ key: 'team', value: 'blue' })
  const { services } = await ecs.describeServices({ cluster: 'prod', services: ['web'] })
  expect(services?.[0]?.loadBalancers?.[0]?.targetGroupArn).toStartWith(
    'arn:aws:elasticloadbalancing:us-east-1:000000000000:targetgroup/web/',
  )

  const piped = async (input: string) => {
    const { code, stdout, stderr } = await home.run(['import', 'plan', '-', '--as', 'prod', '--json'], { cwd: folder, input })
    return code === 0 ? (JSON.parse(stdout) as Plan).pending : stderr
  }
  expect(await piped(readFileSync(join(folder, 'account.answers'), 'utf8'))).toBe(0)
  expect(await piped('')).toContain('Standard input is nothing that can be imported')
  expect(await piped('{"services": [')).toContain('Standard input cannot be read: It ends within a document.')

  // Texts of the account are others here, where the user says so.
  const mapped = await run('plan', 'account.answers', '--as', 'prod', '--map', 'subnet-0aa=subnet-1', '--map', '/web:1=/web:2')
  const members = mapped.changes.filter(({ action }) => action === 'change').flatMap(change => change.members)
  expect(members).toContainEqual(
    expect.objectContaining({ path: 'containerDefinitions[0].image', after: expect.stringMatching(/\/web:2$/) }),
  )
  expect(members.find(({ path }) => path.includes('subnets'))).toMatchObject({ before: 'subnet-0aa', after: 'subnet-1' })
  await run('delete', 'prod', '--yes')
})

test("CDK's folder: stacks that refer to each other, one within another, and a stage", async () => {
  const refused = await home.run(['import', 'plan', 'cdk.out'], { cwd: folder })
  expect(refused.code).toBe(2)
  // What nothing that is made refers to, such as routes, nobody has to give.
  const asked = [...refused.stderr.matchAll(/--parameter (\S+)=…/g)].map(([, name]) => name)
  expect(asked.toSorted()).toEqual(['LogGroup', 'Vpc', 'VpcPublicSubnet1Subnet'])

  await run('apply', 'cdk.out', '--stand-ins', '--yes')
  const again = await run('plan', 'cdk.out', '--stand-ins')
  expect(again.import).toBe('cdk-out')
  expect(actions(again)).toEqual({ unchanged: 6 })
  expect(again.changes.map(({ kind, name }) => `${kind} ${name}`)).toContain('cluster ProdApi-Cluster')
  const of = async (taskDefinition: string) => {
    const { taskDefinition: found } = await ecs.describeTaskDefinition({ taskDefinition })
    const [container] = found?.containerDefinitions ?? []
    return { ...container, variables: Object.fromEntries((container?.environment ?? []).map(({ name, value }) => [name, value])) }
  }
  const web = await of('AppWeb')
  expect(web.variables).toEqual({ JOB: 'arn:aws:ecs:us-east-1:000000000000:task-definition/AppInnerJob:1', TABLE: 'local' })
  // Nobody makes the log group ahead.
  expect(web.logConfiguration?.options).toMatchObject({ 'awslogs-group': 'App-LogGroup', 'awslogs-create-group': 'true' })
  expect((await of('AppInnerJob')).variables['GROUP']).toStartWith(
    'arn:aws:elasticloadbalancing:us-east-1:000000000000:targetgroup/App-TargetGroup/',
  )
  const { services } = await ecs.describeServices({ cluster: 'Net-Cluster', services: ['App-Service'] })
  expect(services?.[0]).toMatchObject({ runningCount: 1 })

  // An export that the branch not taken names is known, one that nothing names is not.
  expect(actions(await run('plan', 'cdk.out', '--stand-ins', '--parameter', 'dev-table=x'))).toEqual({ unchanged: 6 })
  const unknown = await home.run(['import', 'plan', 'cdk.out', '--stand-ins', '--parameter', 'dev-tabel=x'], { cwd: folder })
  expect(unknown.stderr).toContain('Did you mean --parameter dev-table=…?')
  await run('delete', 'cdk-out', '--yes')
})

test.each([
  ['docker-compose.yml', ['--parameter', 'A=b'], '--parameter is for templates, and this is a Compose file.'],
  ['docker-compose.yml', ['--stand-ins'], '--stand-ins is for templates, and this is a Compose file.'],
  ['stack.yaml', ['--map', 'a=b'], '--map is for answers of an AWS account, and this is a template.'],
  ['account.answers', ['--profile', 'p'], '--profile is for Compose files, and this is an answer of an AWS account.'],
])('%s with %j is used wrongly', async (file, flags, text) => {
  const refused = await home.run(['import', 'plan', file, ...flags], { cwd: folder })
  expect(refused.stderr).toContain(text)
  expect(refused.code).toBe(2)
})

test('what is in the way is not touched', async () => {
  await ecs.createCluster({ clusterName: 'shop' })
  await ecs.registerTaskDefinition({ family: 'x', containerDefinitions: [{ name: 'a', image: 'a', memory: 64 }] })
  await ecs.createService({ cluster: 'shop', serviceName: 'db', taskDefinition: 'x', desiredCount: 0 })
  const refused = await home.run(['import', 'plan', 'docker-compose.yml'], { cwd: folder })
  expect(refused.code).toBe(1)
  expect(refused.stderr).toContain('There is a service shop/db already, which no import made.')
  const unasked = await home.run(['import', 'apply', 'account.answers', '--as', 'a'], { cwd: folder })
  expect(unasked.code).toBe(2)
  expect(unasked.stderr).toContain('Add --yes')
})
