// What the Go implementation kept, as calls that make the same here. Pure.

type Row = Readonly<Record<string, unknown>>
type Tables = Readonly<Record<string, readonly Row[]>>

export interface PlannedCall {
  /** Such as `service demo/web`. */
  readonly what: string
  readonly account: string
  readonly region: string
  readonly service: 'ecs' | 'elasticloadbalancing'
  readonly operation: string
  readonly input: Readonly<Record<string, unknown>>
  /** The ARN that it had, which others name; undefined where none do. */
  readonly arn?: string
  /** What is made otherwise than it was. */
  readonly notes: readonly string[]
}

export interface Left {
  readonly what: string
  readonly why: string
}

export interface GoPlan {
  readonly calls: readonly PlannedCall[]
  /** What cannot be made, or is not. */
  readonly left: readonly Left[]
}

const rowsOf = (tables: Tables, name: string): readonly Row[] => tables[name] ?? []
const text = (row: Row, column: string): string | undefined => {
  const value = row[column]
  return typeof value === 'string' && value !== '' ? value : undefined
}
const number = (row: Row, column: string): number | undefined => {
  const value = row[column]
  return typeof value === 'number' ? value : typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : undefined
}

/** A column's JSON; undefined where it is empty, says nothing, or is none. */
const json = (row: Row, column: string): unknown => {
  const found = text(row, column)
  if (found === undefined) return undefined
  try {
    const value: unknown = JSON.parse(found)
    const isEmpty = value === null || value === '' || (typeof value === 'object' && Object.keys(value).length === 0)
    return isEmpty ? undefined : value
  } catch {
    return undefined
  }
}

const placeOf = (row: Row): { readonly account: string; readonly region: string } => ({
  account: text(row, 'account_id') ?? '000000000000',
  region: text(row, 'region') ?? 'us-east-1',
})

const present = (members: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined))

/** ECS' tags are a list here and there; load balancers' were kept as a map. */
const balancerTags = (row: Row): unknown => {
  const tags = json(row, 'tags')
  if (typeof tags !== 'object' || tags === null || Array.isArray(tags)) return undefined
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value: String(Value) }))
}

/** Members of ELBv2 begin with a capital; they were kept without. */
const capitalised = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(capitalised)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name.charAt(0).toUpperCase() + name.slice(1), capitalised(member)]),
  )
}

export const planGoImport = (tables: Tables): GoPlan => {
  const left: Left[] = []
  const calls = [
    ...rowsOf(tables, 'clusters').flatMap(row => cluster(row, left)),
    ...taskDefinitions(tables),
    ...rowsOf(tables, 'elbv2_target_groups').map(targetGroup),
    ...rowsOf(tables, 'elbv2_load_balancers').map(loadBalancer),
    ...rowsOf(tables, 'elbv2_listeners').flatMap(row => listener(row, tables, left)),
    ...rowsOf(tables, 'elbv2_rules').flatMap(row => rule(row)),
    ...rowsOf(tables, 'services').flatMap(row => service(row, left)),
    ...deregistrations(tables),
  ]
  return { calls, left: [...left, ...neverImported(tables)] }
}

const cluster = (row: Row, left: Left[]): readonly PlannedCall[] => {
  const name = text(row, 'name') ?? 'default'
  if (text(row, 'status') !== 'ACTIVE') {
    left.push({ what: `cluster ${name}`, why: `it was ${text(row, 'status') ?? 'of no status'}` })
    return []
  }
  const input = present({
    clusterName: name,
    settings: json(row, 'settings'),
    configuration: json(row, 'configuration'),
    tags: json(row, 'tags'),
    capacityProviders: json(row, 'capacity_providers'),
    defaultCapacityProviderStrategy: json(row, 'default_capacity_provider_strategy'),
  })
  return [{ what: `cluster ${name}`, ...placeOf(row), service: 'ecs', operation: 'CreateCluster', input, notes: [], ...arnOf(row, 'arn') }]
}

const arnOf = (row: Row, column: string): { readonly arn?: string } => {
  const arn = text(row, column)
  return arn === undefined ? {} : { arn }
}

const byRevision = (tables: Tables): readonly Row[] =>
  rowsOf(tables, 'task_definitions').toSorted(
    (a, b) =>
      (text(a, 'family') ?? '').localeCompare(text(b, 'family') ?? '') || (number(a, 'revision') ?? 0) - (number(b, 'revision') ?? 0),
  )

const definitionTitle = (row: Row): string => `task definition ${text(row, 'family') ?? ''}:${number(row, 'revision') ?? 0}`

/** All, also those that were deregistered, so that the numbers of the others come out as they were. */
const taskDefinitions = (tables: Tables): readonly PlannedCall[] =>
  byRevision(tables).map(row => ({
    what: definitionTitle(row),
    ...placeOf(row),
    service: 'ecs',
    operation: 'RegisterTaskDefinition',
    input: present({
      family: text(row, 'family'),
      taskRoleArn: text(row, 'task_role_arn'),
      executionRoleArn: text(row, 'execution_role_arn'),
      networkMode: text(row, 'network_mode'),
      containerDefinitions: json(row, 'container_definitions'),
      volumes: json(row, 'volumes'),
      placementConstraints: json(row, 'placement_constraints'),
      requiresCompatibilities: json(row, 'requires_compatibilities'),
      cpu: text(row, 'cpu'),
      memory: text(row, 'memory'),
      tags: json(row, 'tags'),
      pidMode: text(row, 'pid_mode'),
      ipcMode: text(row, 'ipc_mode'),
      proxyConfiguration: json(row, 'proxy_configuration'),
      runtimePlatform: json(row, 'runtime_platform'),
    }),
    notes: json(row, 'inference_accelerators') === undefined ? [] : ['without its inference accelerators, which AWS no longer takes'],
    ...arnOf(row, 'arn'),
  }))

const deregistrations = (tables: Tables): readonly PlannedCall[] =>
  byRevision(tables)
    .filter(row => text(row, 'status') === 'INACTIVE')
    .map(row => ({
      what: `${definitionTitle(row)}, deregistered`,
      ...placeOf(row),
      service: 'ecs',
      operation: 'DeregisterTaskDefinition',
      input: { taskDefinition: text(row, 'arn') },
      notes: [],
    }))

const targetGroup = (row: Row): PlannedCall => ({
  what: `target group ${text(row, 'name') ?? ''}`,
  ...placeOf(row),
  service: 'elasticloadbalancing',
  operation: 'CreateTargetGroup',
  input: present({
    Name: text(row, 'name'),
    Protocol: text(row, 'protocol'),
    Port: number(row, 'port'),
    VpcId: text(row, 'vpc_id'),
    TargetType: text(row, 'target_type'),
    HealthCheckProtocol: text(row, 'health_check_protocol'),
    HealthCheckPort: text(row, 'health_check_port'),
    HealthCheckPath: text(row, 'health_check_path'),
    HealthCheckIntervalSeconds: positive(row, 'health_check_interval_seconds'),
    HealthCheckTimeoutSeconds: positive(row, 'health_check_timeout_seconds'),
    HealthyThresholdCount: positive(row, 'healthy_threshold_count'),
    UnhealthyThresholdCount: positive(row, 'unhealthy_threshold_count'),
    Matcher: text(row, 'matcher') === undefined ? undefined : { HttpCode: text(row, 'matcher') },
    Tags: balancerTags(row),
  }),
  notes: [],
  ...arnOf(row, 'arn'),
})

const positive = (row: Row, column: string): number | undefined => {
  const value = number(row, column)
  return value === undefined || value <= 0 ? undefined : value
}

const loadBalancer = (row: Row): PlannedCall => ({
  what: `load balancer ${text(row, 'name') ?? ''}`,
  ...placeOf(row),
  service: 'elasticloadbalancing',
  operation: 'CreateLoadBalancer',
  input: present({
    Name: text(row, 'name'),
    Type: text(row, 'type'),
    Scheme: text(row, 'scheme'),
    Subnets: json(row, 'subnets'),
    SecurityGroups: json(row, 'security_groups'),
    IpAddressType: text(row, 'ip_address_type'),
    Tags: balancerTags(row),
  }),
  notes: ['with another ARN and DNS name'],
  ...arnOf(row, 'arn'),
})

/** CreateListener kept no actions: where one target group alone names the load balancer, it was that one. */
const listener = (row: Row, tables: Tables, left: Left[]): readonly PlannedCall[] => {
  const balancer = text(row, 'load_balancer_arn') ?? ''
  const what = `listener ${text(row, 'protocol') ?? ''} ${number(row, 'port') ?? ''} of ${balancer.split('/').at(-2) ?? balancer}`
  const kept = json(row, 'default_actions')
  const groups = rowsOf(tables, 'elbv2_target_groups').filter(group => {
    const arns = json(group, 'load_balancer_arns')
    return Array.isArray(arns) && arns.includes(balancer)
  })
  const [only] = groups
  if (kept === undefined && (only === undefined || groups.length > 1)) {
    left.push({
      what,
      why: `the Go implementation kept no default action of it, and ${groups.length} target groups name its load balancer`,
    })
    return []
  }
  const guessed = [{ Type: 'forward', TargetGroupArn: only === undefined ? undefined : text(only, 'arn') }]
  return [
    {
      what,
      ...placeOf(row),
      service: 'elasticloadbalancing',
      operation: 'CreateListener',
      input: present({
        LoadBalancerArn: balancer,
        Port: number(row, 'port'),
        Protocol: text(row, 'protocol'),
        SslPolicy: text(row, 'ssl_policy'),
        Certificates: capitalised(json(row, 'certificates')),
        AlpnPolicy: json(row, 'alpn_policy'),
        DefaultActions: kept === undefined ? guessed : capitalised(kept),
        Tags: balancerTags(row),
      }),
      notes: kept === undefined ? ['its default action was not kept; it forwards to the one target group of its load balancer'] : [],
      ...arnOf(row, 'arn'),
    },
  ]
}

const rule = (row: Row): readonly PlannedCall[] =>
  row['is_default'] === true || row['is_default'] === 'true'
    ? []
    : [
        {
          what: `rule ${number(row, 'priority') ?? ''} of listener ${(text(row, 'listener_arn') ?? '').split('/').at(-1) ?? ''}`,
          ...placeOf(row),
          service: 'elasticloadbalancing',
          operation: 'CreateRule',
          input: present({
            ListenerArn: text(row, 'listener_arn'),
            Priority: number(row, 'priority'),
            Conditions: capitalised(json(row, 'conditions')),
            Actions: capitalised(json(row, 'actions')),
            Tags: balancerTags(row),
          }),
          notes: [],
          ...arnOf(row, 'arn'),
        },
      ]

const service = (row: Row, left: Left[]): readonly PlannedCall[] => {
  const clusterName = (text(row, 'cluster_arn') ?? '').split('/').at(-1) ?? 'default'
  const what = `service ${clusterName}/${text(row, 'service_name') ?? ''}`
  const status = text(row, 'status')
  if (status === 'INACTIVE' || status === 'DRAINING') {
    left.push({ what, why: `it was ${status}` })
    return []
  }
  const strategy = json(row, 'capacity_provider_strategy')
  const isDaemon = text(row, 'scheduling_strategy') === 'DAEMON'
  const input = present({
    cluster: clusterName,
    serviceName: text(row, 'service_name'),
    taskDefinition: text(row, 'task_definition_arn'),
    desiredCount: isDaemon ? undefined : (number(row, 'desired_count') ?? 0),
    launchType: strategy === undefined ? text(row, 'launch_type') : undefined,
    platformVersion: text(row, 'platform_version'),
    loadBalancers: json(row, 'load_balancers'),
    networkConfiguration: json(row, 'network_configuration'),
    deploymentConfiguration: json(row, 'deployment_configuration'),
    deploymentController: json(row, 'deployment_controller'),
    placementConstraints: json(row, 'placement_constraints'),
    placementStrategy: json(row, 'placement_strategy'),
    capacityProviderStrategy: strategy,
    tags: json(row, 'tags'),
    schedulingStrategy: text(row, 'scheduling_strategy'),
    serviceConnectConfiguration: json(row, 'service_connect_configuration'),
    enableECSManagedTags: row['enable_ecs_managed_tags'] === true ? true : undefined,
    propagateTags: text(row, 'propagate_tags'),
    enableExecuteCommand: row['enable_execute_command'] === true ? true : undefined,
    healthCheckGracePeriodSeconds: positive(row, 'health_check_grace_period_seconds'),
  })
  const notes = json(row, 'service_registries') === undefined ? [] : ['without its service registries: Cloud Map was not kept in this file']
  return [{ what, ...placeOf(row), service: 'ecs', operation: 'CreateService', input, notes, ...arnOf(row, 'arn') }]
}

const reasons: Readonly<Record<string, string>> = {
  tasks: 'they ended with their cluster; services start theirs anew',
  task_sets: 'of deployments by another controller, which start anew',
  container_instances: 'the machines of the cluster here are others',
  attributes: 'of container instances that are others',
  account_settings: 'to be set again with put-account-setting',
  elbv2_targets: 'services register theirs; others are to be registered again',
}

const neverImported = (tables: Tables): readonly Left[] =>
  Object.entries(reasons).flatMap(([name, why]) => {
    const count = rowsOf(tables, name).length
    return count === 0 ? [] : [{ what: `${count} ${name.replace('elbv2_', '').replaceAll('_', ' ')}`, why }]
  })
