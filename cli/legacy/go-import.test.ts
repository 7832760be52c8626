// A file as the Go implementation made them, read and imported into a control plane with simulated tasks.
import { DuckDBInstance } from '@duckdb/node-api'
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  DescribeLoadBalancersCommand,
  DescribeRulesCommand,
  DescribeListenersCommand,
  ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import { DescribeServicesCommand, DescribeTaskDefinitionCommand, ECSClient, ListTaskDefinitionsCommand } from '@aws-sdk/client-ecs'
import { type RunningServer, startServer } from '../../server/main.ts'
import { readGoState } from '../../server/store/go-state.ts'
import { until } from '../../test/support/until.ts'
import { awsApi } from '../apply/api.ts'
import { importGo } from './go-import.ts'
import { planGoImport } from './go-plan.ts'

setDefaultTimeout(60_000)

let root: string
let server: RunningServer
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'kecs-go-'))
  server = await startServer({
    dataDir: join(root, 'data'),
    host: '127.0.0.1',
    apiPort: 0,
    adminPort: 0,
    runtime: 'simulated',
    instance: 'test',
    logLevel: 'error',
  })
})
afterAll(async () => {
  await server.stop()
  await rm(root, { recursive: true })
})

const ecsArn = (what: string): string => `arn:aws:ecs:us-east-1:123456789012:${what}`
const elbArn = (what: string): string => `arn:aws:elasticloadbalancing:us-east-1:123456789012:${what}`
const balancer = elbArn('loadbalancer/app/front/1a2b3c4d')
const group = elbArn('targetgroup/web/5e6f7a8b')
const listenerArn = elbArn('listener/app/11111111/22222222')
const now = '2025-09-01 12:00:00'

type Cell = string | number | boolean | null | undefined

/** Columns as `controlplane/internal/storage/duckdb` of the Go implementation names them; those that are not read are left out. */
const tables: Readonly<Record<string, { readonly columns: string; readonly rows: readonly (readonly Cell[])[] }>> = {
  clusters: {
    columns:
      'id VARCHAR, arn VARCHAR, name VARCHAR, status VARCHAR, region VARCHAR, account_id VARCHAR, configuration VARCHAR, settings VARCHAR, tags VARCHAR, capacity_providers VARCHAR, default_capacity_provider_strategy VARCHAR, created_at TIMESTAMP',
    rows: [
      [
        '1',
        ecsArn('cluster/demo'),
        'demo',
        'ACTIVE',
        'us-east-1',
        '123456789012',
        '',
        '[{"name":"containerInsights","value":"enabled"}]',
        'null',
        null,
        null,
        now,
      ],
      ['2', ecsArn('cluster/old'), 'old', 'INACTIVE', 'us-east-1', '123456789012', '', '', '', null, null, now],
    ],
  },
  task_definitions: {
    columns:
      'id VARCHAR, arn VARCHAR, family VARCHAR, revision INTEGER, network_mode VARCHAR, container_definitions TEXT, volumes TEXT, placement_constraints TEXT, requires_compatibilities TEXT, cpu VARCHAR, memory VARCHAR, tags TEXT, status VARCHAR, region VARCHAR, account_id VARCHAR, registered_at TIMESTAMP',
    rows: [
      [1, 'INACTIVE', '[{"name":"app","image":"nginx:1","memory":64}]'],
      [2, 'ACTIVE', '[{"name":"app","image":"nginx:2","memory":64,"portMappings":[{"containerPort":80}]}]'],
      // The third one was deleted.
      [4, 'ACTIVE', '[{"name":"app","image":"nginx:4","memory":64}]'],
    ].map(([revision, status, containers]) => [
      `t${String(revision)}`,
      ecsArn(`task-definition/web:${String(revision)}`),
      'web',
      revision,
      'awsvpc',
      containers,
      'null',
      'null',
      '["EC2"]',
      '',
      '',
      'null',
      status,
      'us-east-1',
      '123456789012',
      now,
    ]),
  },
  elbv2_load_balancers: {
    columns:
      'arn VARCHAR, name VARCHAR, dns_name VARCHAR, state VARCHAR, type VARCHAR, scheme VARCHAR, vpc_id VARCHAR, subnets TEXT, security_groups TEXT, ip_address_type VARCHAR, tags TEXT, region VARCHAR, account_id VARCHAR, created_at TIMESTAMP',
    rows: [
      [
        balancer,
        'front',
        'front.elb',
        'active',
        'application',
        'internet-facing',
        'vpc-1',
        '["subnet-1","subnet-2"]',
        '[]',
        'ipv4',
        '{"team":"a"}',
        'us-east-1',
        '123456789012',
        now,
      ],
    ],
  },
  elbv2_target_groups: {
    columns:
      'arn VARCHAR, name VARCHAR, protocol VARCHAR, port INTEGER, vpc_id VARCHAR, target_type VARCHAR, health_check_enabled BOOLEAN, health_check_protocol VARCHAR, health_check_port VARCHAR, health_check_path VARCHAR, health_check_interval_seconds INTEGER, health_check_timeout_seconds INTEGER, healthy_threshold_count INTEGER, unhealthy_threshold_count INTEGER, matcher VARCHAR, load_balancer_arns TEXT, tags TEXT, region VARCHAR, account_id VARCHAR, created_at TIMESTAMP',
    rows: [
      [
        group,
        'web',
        'HTTP',
        80,
        'vpc-1',
        'ip',
        true,
        'HTTP',
        'traffic-port',
        '/health',
        30,
        5,
        5,
        2,
        '200',
        JSON.stringify([balancer]),
        '{}',
        'us-east-1',
        '123456789012',
        now,
      ],
    ],
  },
  elbv2_listeners: {
    columns:
      'arn VARCHAR, load_balancer_arn VARCHAR, port INTEGER, protocol VARCHAR, default_actions TEXT, ssl_policy VARCHAR, certificates TEXT, alpn_policy TEXT, tags TEXT, region VARCHAR, account_id VARCHAR, created_at TIMESTAMP',
    rows: [[listenerArn, balancer, 80, 'HTTP', '[]', '', '[]', '[]', '{}', 'us-east-1', '123456789012', now]],
  },
  elbv2_rules: {
    columns:
      'arn VARCHAR, listener_arn VARCHAR, priority INTEGER, conditions TEXT, actions TEXT, is_default BOOLEAN, tags TEXT, region VARCHAR, account_id VARCHAR, created_at TIMESTAMP',
    rows: [
      [
        elbArn('listener-rule/app/front/33333333/44444444'),
        listenerArn,
        10,
        '[{"field":"path-pattern","pathPatternConfig":{"values":["/api/*"]}}]',
        JSON.stringify([{ type: 'forward', targetGroupArn: group }]),
        false,
        '{}',
        'us-east-1',
        '123456789012',
        now,
      ],
    ],
  },
  services: {
    columns:
      'id VARCHAR, arn VARCHAR, service_name VARCHAR, cluster_arn VARCHAR, task_definition_arn VARCHAR, desired_count INTEGER, launch_type VARCHAR, status VARCHAR, load_balancers VARCHAR, service_registries VARCHAR, network_configuration VARCHAR, scheduling_strategy VARCHAR, enable_ecs_managed_tags BOOLEAN, region VARCHAR, account_id VARCHAR, created_at TIMESTAMP',
    rows: [
      ['s1', 'web', 'task-definition/web:2', 2, JSON.stringify([{ targetGroupArn: group, containerName: 'app', containerPort: 80 }])],
      ['s2', 'gone', 'task-definition/none:1', 1, 'null'],
    ].map(([id, name, definition, count, balancers]) => [
      id,
      ecsArn(`service/demo/${String(name)}`),
      name,
      ecsArn('cluster/demo'),
      ecsArn(String(definition)),
      count,
      'EC2',
      'ACTIVE',
      balancers,
      'null',
      '{"awsvpcConfiguration":{"subnets":["subnet-1"]}}',
      'REPLICA',
      false,
      'us-east-1',
      '123456789012',
      now,
    ]),
  },
  tasks: { columns: 'id VARCHAR', rows: [['a'], ['b']] },
}

const literal = (value: Cell): string =>
  value === null || value === undefined ? 'NULL' : typeof value === 'string' ? `'${value.replaceAll("'", "''")}'` : String(value)

const makeFile = async (): Promise<string> => {
  const file = join(root, 'kecs.db')
  const instance = await DuckDBInstance.create(file)
  const connection = await instance.connect()
  for (const [name, { columns, rows }] of Object.entries(tables)) {
    await connection.run(`CREATE TABLE ${name} (${columns})`)
    for (const row of rows) await connection.run(`INSERT INTO ${name} VALUES (${row.map(literal).join(', ')})`)
  }
  connection.closeSync()
  instance.closeSync()
  return file
}

test('clusters, task definitions, load balancers and services come over, and what does not is told', async () => {
  const plan = planGoImport(await readGoState(await makeFile()))
  const credentials = { accessKeyId: '123456789012', secretAccessKey: 'test' }
  const { signal } = new AbortController()
  const report = await importGo(plan, {
    apiOf: (account, region) =>
      awsApi({ endpoint: server.url, accessKeyId: account, secretAccessKey: 'test', region, signal, instance: 'kecs' }),
    progress: () => undefined,
  })

  expect(report.imported.map(({ what }) => what)).toEqual([
    'cluster demo',
    'task definition web:1',
    'task definition web:2',
    'task definition web:4',
    'target group web',
    'load balancer front',
    'listener HTTP 80 of front',
    'rule 10 of listener 22222222',
    'service demo/web',
    'task definition web:1, deregistered',
  ])
  const noted = new Map(report.imported.map(({ what, notes }) => [what, notes]))
  expect(noted.get('task definition web:4')).toEqual(['now web:3: revisions are numbered without gaps'])
  expect(noted.get('listener HTTP 80 of front')?.[0]).toContain('its default action was not kept')
  expect(report.left.map(({ what }) => what)).toEqual(['cluster old', '2 tasks', 'service demo/gone'])
  expect(report.left.at(-1)?.why).toMatch(/^ClientException: /)

  const settings = { endpoint: server.url, region: 'us-east-1', credentials }
  const ecs = new ECSClient(settings)
  const elb = new ElasticLoadBalancingV2Client(settings)
  const { taskDefinitionArns } = await ecs.send(new ListTaskDefinitionsCommand({ familyPrefix: 'web', status: 'ACTIVE' }))
  expect(taskDefinitionArns).toEqual([ecsArn('task-definition/web:2'), ecsArn('task-definition/web:3')])
  const { taskDefinition } = await ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition: 'web:3' }))
  expect(taskDefinition?.containerDefinitions?.[0]?.image).toBe('nginx:4')

  const { LoadBalancers } = await elb.send(new DescribeLoadBalancersCommand({ Names: ['front'] }))
  const made = LoadBalancers?.[0]?.LoadBalancerArn ?? ''
  expect(made).not.toBe(balancer)
  const { Listeners } = await elb.send(new DescribeListenersCommand({ LoadBalancerArn: made }))
  const target = Listeners?.[0]?.DefaultActions?.[0]?.TargetGroupArn ?? ''
  expect(target).toContain(':targetgroup/web/')
  expect(target).not.toBe(group)
  const { Rules } = await elb.send(new DescribeRulesCommand({ ListenerArn: Listeners?.[0]?.ListenerArn ?? '' }))
  expect(Rules?.find(({ Priority }) => Priority === '10')).toMatchObject({
    Conditions: [{ Field: 'path-pattern', PathPatternConfig: { Values: ['/api/*'] } }],
    Actions: [{ Type: 'forward', TargetGroupArn: target }],
  })

  const service = async () => (await ecs.send(new DescribeServicesCommand({ cluster: 'demo', services: ['web'] }))).services?.[0]
  await until('its tasks run here', async () => (await service())?.runningCount === 2)
  expect((await service())?.loadBalancers).toEqual([{ targetGroupArn: target, containerName: 'app', containerPort: 80 }])
})

test('a file of another kind is refused, and left as it is', async () => {
  expect(readGoState(import.meta.path)).rejects.toThrow('cannot be read')
  const other = join(root, 'other.db')
  const instance = await DuckDBInstance.create(other)
  instance.closeSync()
  expect(readGoState(other)).rejects.toThrow('has no table')
})
