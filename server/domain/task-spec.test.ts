import { expect, test } from 'bun:test'
import * as fc from 'fast-check'
import { clusterRow, definitionRow, fargateDefinition, taskRow } from '../../test/support/task-rows.ts'
import type { KeyValuePair } from '../aws/generated/ecs.ts'
import type { TaskRow } from '../store/tables.ts'
import { allocateHostPorts, TakenPorts } from './host-ports.ts'
import { overrideContainer, taskSpec } from './task-spec.ts'
import { cpuUnits, memoryMiB } from './task-spec-size.ts'

const settings = { endpointUrl: 'http://door:4566' }
const specOf = (row: TaskRow, definition = definitionRow()) => taskSpec(row, definition, clusterRow(), settings)
const environmentOf = (container: { environment?: readonly KeyValuePair[] | undefined } | undefined) =>
  Object.fromEntries((container?.environment ?? []).map(({ name, value }) => [name, value]))

test('a task runs its definition under its own names', () => {
  const definition = definitionRow({ family: 'web', revision: 7, volumes: [{ name: 'data', host: {} }] })
  const row = taskRow(definition, { tags: [{ key: 'team', value: 'red' }] })
  expect(specOf(row, definition)).toMatchObject({
    taskArn: row.task.taskArn,
    taskId: row.taskId,
    namespace: 'default-us-east-1',
    clusterName: 'default',
    family: 'web',
    revision: 7,
    launchType: 'EC2',
    networkMode: 'bridge',
    containers: [{ name: 'app', image: 'nginx', memory: 128 }],
    volumes: [{ name: 'data', host: {} }],
    tags: { team: 'red' },
  })
})

test("every container gets what an SDK needs to reach kecs, and its launch type's execution environment", () => {
  const [container] = specOf(taskRow(definitionRow())).containers
  expect(environmentOf(container)).toEqual({
    AWS_ENDPOINT_URL: 'http://door:4566',
    AWS_REGION: 'us-east-1',
    AWS_DEFAULT_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_EXECUTION_ENV: 'AWS_ECS_EC2',
  })
  const fargate = taskRow(fargateDefinition(), { capacity: { launchType: 'FARGATE', platformVersion: '1.4.0' } })
  expect(environmentOf(specOf(fargate, fargateDefinition()).containers[0]).AWS_EXECUTION_ENV).toBe('AWS_ECS_FARGATE')
})

test('where there is an agent each container is told by which id it asks', () => {
  const definition = definitionRow({ containerDefinitions: [{ name: 'app' }, { name: 'side' }] })
  const row = taskRow(definition)
  const [app, side] = taskSpec(row, definition, clusterRow(), { ...settings, hasAgent: true }).containers.map(environmentOf)
  const id = row.agentIds?.containers['app'] ?? ''
  expect(app).toMatchObject({
    ECS_CONTAINER_METADATA_URI: `http://169.254.170.2/v3/${id}`,
    ECS_CONTAINER_METADATA_URI_V4: `http://169.254.170.2/v4/${id}`,
    ECS_AGENT_URI: `http://169.254.170.2/api/${id}`,
  })
  expect(side?.ECS_AGENT_URI).not.toBe(app?.ECS_AGENT_URI)
  expect(app).not.toHaveProperty('AWS_CONTAINER_CREDENTIALS_RELATIVE_URI')
  expect(app?.AWS_ACCESS_KEY_ID).toBe('test')
})

test('with a task role the credentials are the agent’s: static ones, which SDKs prefer, are not set', () => {
  const definition = definitionRow({ taskRoleArn: 'arn:aws:iam::000000000000:role/mine' })
  const row = taskRow(definition)
  const withAgent = environmentOf(taskSpec(row, definition, clusterRow(), { ...settings, hasAgent: true }).containers[0])
  expect(withAgent.AWS_CONTAINER_CREDENTIALS_RELATIVE_URI).toBe(`/v2/credentials/${row.agentIds?.credentials}`)
  expect(withAgent).not.toHaveProperty('AWS_ACCESS_KEY_ID')
  expect(withAgent).not.toHaveProperty('AWS_SECRET_ACCESS_KEY')
  expect(withAgent.AWS_ENDPOINT_URL).toBe('http://door:4566')
  const simulated = environmentOf(taskSpec(row, definition, clusterRow(), settings).containers[0])
  expect(simulated).toMatchObject({ AWS_ACCESS_KEY_ID: 'test' })
  expect(simulated).not.toHaveProperty('AWS_CONTAINER_CREDENTIALS_RELATIVE_URI')
})

test("a task of another account calls as that account, from its task's region", () => {
  const row = { ...taskRow(definitionRow()), scope: '123456789012/eu-west-1' }
  expect(environmentOf(specOf(row).containers[0])).toMatchObject({ AWS_ACCESS_KEY_ID: '123456789012', AWS_REGION: 'eu-west-1' })
})

test('what a definition, a secret or an override sets is left as it is', () => {
  const definition = definitionRow({
    containerDefinitions: [
      {
        name: 'app',
        environment: [{ name: 'AWS_REGION', value: 'mars-1' }],
        secrets: [{ name: 'AWS_SECRET_ACCESS_KEY', valueFrom: 'arn:secret' }],
      },
    ],
  })
  const row = taskRow(definition, {
    overrides: { containerOverrides: [{ name: 'app', environment: [{ name: 'AWS_ENDPOINT_URL', value: 'http://mine' }] }] },
  })
  const environment = environmentOf(specOf(row, definition).containers[0])
  expect(environment).toMatchObject({ AWS_REGION: 'mars-1', AWS_ENDPOINT_URL: 'http://mine', AWS_DEFAULT_REGION: 'us-east-1' })
  expect(environment).not.toHaveProperty('AWS_SECRET_ACCESS_KEY')
})

test('overrides take the place of what is defined, container by container', () => {
  const definition = definitionRow({
    cpu: '256',
    memory: '512',
    containerDefinitions: [
      { name: 'app', command: ['serve'], cpu: 10, memory: 100, memoryReservation: 50, environment: [{ name: 'A', value: '1' }] },
      { name: 'side', command: ['watch'], environment: [{ name: 'A', value: '1' }] },
    ],
  })
  const spec = specOf(
    taskRow(definition, {
      overrides: {
        cpu: '1 vCPU',
        memory: '2GB',
        containerOverrides: [
          {
            name: 'app',
            command: ['migrate', '--all'],
            cpu: 20,
            memory: 200,
            memoryReservation: 150,
            environment: [
              { name: 'A', value: '2' },
              { name: 'B', value: '3' },
            ],
          },
        ],
      },
    }),
    definition,
  )
  expect(spec).toMatchObject({ cpu: 1024, memory: 2048 })
  expect(spec.containers[0]).toMatchObject({ command: ['migrate', '--all'], cpu: 20, memory: 200, memoryReservation: 150 })
  expect(environmentOf(spec.containers[0])).toMatchObject({ A: '2', B: '3' })
  expect(spec.containers[1]).toMatchObject({ command: ['watch'] })
  expect(environmentOf(spec.containers[1])).toMatchObject({ A: '1' })
})

test('host ports are the allocated ones; with an address of its own a task is reached at the container port', () => {
  const containerDefinitions = [
    { name: 'app', portMappings: [{ containerPort: 80, hostPort: 0, protocol: 'tcp' as const }, { containerPortRange: '7000-7001' }] },
  ]
  const bridge = definitionRow({ containerDefinitions })
  const hostPorts = allocateHostPorts(bridge.taskDefinition, new TakenPorts(), { first: 9000, last: 9000 }) ?? []
  expect(specOf(taskRow(bridge, {}, { hostPorts }), bridge).containers[0]?.portMappings).toEqual([
    { containerPort: 80, hostPort: 9000, protocol: 'tcp' },
    { containerPort: 7000, hostPort: 32768, protocol: 'tcp' },
    { containerPort: 7001, hostPort: 32769, protocol: 'tcp' },
  ])
  const awsvpc = definitionRow({ networkMode: 'awsvpc', containerDefinitions })
  expect(specOf(taskRow(awsvpc), awsvpc).containers[0]?.portMappings).toMatchObject([
    { containerPort: 80, hostPort: 80 },
    { containerPort: 7000, hostPort: 7000 },
    { containerPort: 7001, hostPort: 7001 },
  ])
})

test('an override of the environment wins for each name, keeps the rest, and names each variable once', () => {
  const variables = fc.array(fc.record({ name: fc.constantFrom('A', 'B', 'C', 'D', 'E'), value: fc.string() }), { maxLength: 6 })
  const lastOf = (list: readonly KeyValuePair[], name: string | undefined) => list.findLast(each => each.name === name)?.value
  fc.assert(
    fc.property(variables, variables, (defined, override) => {
      const { environment = [] } = overrideContainer({ name: 'app', environment: defined }, { name: 'app', environment: override })
      const names = environment.map(({ name }) => name)
      expect(new Set(names).size).toBe(names.length)
      expect(new Set(names)).toEqual(new Set([...defined, ...override].map(({ name }) => name)))
      for (const { name, value } of environment) expect(value).toBe(lastOf(override, name) ?? lastOf(defined, name) ?? '')
    }),
  )
})

test('an override changes nothing that it does not name', () => {
  const container = { name: 'app', image: 'nginx', command: ['serve'], cpu: 1, memory: 2, environment: [{ name: 'A', value: '1' }] }
  expect(overrideContainer(container, { name: 'app' })).toEqual(container)
})

test('task sizes are read in every form that the API takes', () => {
  expect(['256', '1 vCPU', '0.25 vcpu', '.5 vCPU', '2vCPU'].map(cpuUnits)).toEqual([256, 1024, 256, 512, 2048])
  expect(['512', '1GB', '0.5 GB', '8 gb'].map(memoryMiB)).toEqual([512, 1024, 512, 8192])
  expect(['', '0', '-1', '1.5', 'lots', '1 GiB', '0.0001 vCPU'].flatMap(text => [cpuUnits(text), memoryMiB(text)])).toEqual(
    Array.from({ length: 14 }, () => undefined),
  )
})
