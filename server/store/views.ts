// What `kecs query` sees: views over the revisions, with the columns that people ask for. docs/state.md lists them.

interface View {
  /** The table on disk. */
  readonly table: string
  /** Columns as SQL over `body`, the row as JSON. */
  readonly columns: Readonly<Record<string, string>>
}

const text = (path: string): string => `body->>'$.${path}'`
const number = (path: string): string => `(${text(path)})::DOUBLE`
const integer = (path: string): string => `(${text(path)})::BIGINT`
/** Rows hold seconds where AWS shows them and milliseconds where we keep them. */
const seconds = (path: string): string => `make_timestamp(CAST(${number(path)} * 1000000 AS BIGINT))`
const milliseconds = (path: string): string => `make_timestamp(CAST(${number(path)} * 1000 AS BIGINT))`
const iso = (path: string): string => `(${text(path)})::TIMESTAMP`

const place = { account: `split_part(${text('scope')}, '/', 1)`, region: `split_part(${text('scope')}, '/', 2)` }

/** By name, in the order in which they are documented. */
export const views: Readonly<Record<string, View>> = {
  clusters: {
    table: 'ecs_clusters',
    columns: { ...place, name: text('cluster.clusterName'), status: text('cluster.status'), created_at: milliseconds('createdAt') },
  },
  task_definitions: {
    table: 'ecs_task_definitions',
    columns: {
      ...place,
      family: text('taskDefinition.family'),
      revision_number: integer('taskDefinition.revision'),
      status: text('taskDefinition.status'),
      registered_at: seconds('taskDefinition.registeredAt'),
    },
  },
  tasks: {
    table: 'ecs_tasks',
    columns: {
      ...place,
      id: text('taskId'),
      cluster: text('task.clusterArn'),
      task_definition: text('task.taskDefinitionArn'),
      service: text('serviceArn'),
      last_status: text('task.lastStatus'),
      desired_status: text('task.desiredStatus'),
      health: text('task.healthStatus'),
      stop_code: text('task.stopCode'),
      stopped_reason: text('task.stoppedReason'),
      created_at: seconds('task.createdAt'),
      started_at: seconds('task.startedAt'),
      stopped_at: seconds('task.stoppedAt'),
    },
  },
  services: {
    table: 'ecs_services',
    columns: {
      ...place,
      name: text('service.serviceName'),
      cluster: text('service.clusterArn'),
      status: text('service.status'),
      desired_count: integer('service.desiredCount'),
      task_definition: text('service.taskDefinition'),
      created_at: milliseconds('createdAt'),
    },
  },
  service_deployments: {
    table: 'ecs_service_deployments',
    columns: {
      service: text('serviceDeployment.serviceArn'),
      status: text('serviceDeployment.status'),
      status_reason: text('serviceDeployment.statusReason'),
      created_at: seconds('serviceDeployment.createdAt'),
      finished_at: seconds('serviceDeployment.finishedAt'),
    },
  },
  load_balancers: {
    table: 'elbv2_load_balancers',
    columns: {
      ...place,
      name: text('loadBalancer.LoadBalancerName'),
      type: text('loadBalancer.Type'),
      state: text('loadBalancer.State.Code'),
      dns_name: text('loadBalancer.DNSName'),
      created_at: iso('loadBalancer.CreatedTime'),
    },
  },
  listeners: {
    table: 'elbv2_listeners',
    columns: {
      ...place,
      load_balancer: text('listener.LoadBalancerArn'),
      protocol: text('listener.Protocol'),
      port: integer('listener.Port'),
    },
  },
  rules: {
    table: 'elbv2_rules',
    columns: { ...place, listener: text('listenerArn'), load_balancer: text('loadBalancerArn'), priority: text('rule.Priority') },
  },
  target_groups: {
    table: 'elbv2_target_groups',
    columns: {
      ...place,
      name: text('targetGroup.TargetGroupName'),
      protocol: text('targetGroup.Protocol'),
      port: integer('targetGroup.Port'),
      target_type: text('targetGroup.TargetType'),
    },
  },
  targets: {
    table: 'elbv2_targets',
    columns: {
      target_group: text('targetGroupArn'),
      id: text('target.Id'),
      port: integer('target.Port'),
      registered_at: milliseconds('registeredAt'),
      draining_until: milliseconds('drainingUntil'),
    },
  },
  target_health: {
    table: 'elbv2_target_health',
    columns: {
      target_group: text('targetGroupArn'),
      id: text('target.Id'),
      port: integer('target.Port'),
      state: text('state'),
      reason: text('reason'),
      description: text('description'),
      since: milliseconds('since'),
    },
  },
}

/** Columns that every view of `views` has before its own. */
export const commonColumns = ['key', 'revision', 'changed_at'] as const

/**
 * Statements that make the views of one connection.
 * @param at what the state was then, in milliseconds since the epoch; undefined: now
 */
export const viewStatements = (at: number | undefined): readonly string[] => {
  const until = at === undefined ? '' : ` WHERE time <= make_timestamp(${Math.round(at) * 1000})`
  return [
    `CREATE TEMP VIEW history AS
      SELECT revision, time, table_name, key, deleted, body::JSON AS body FROM kecs.revisions${until}`,
    `CREATE TEMP VIEW state AS
      SELECT table_name, key, revision, changed_at, body FROM (
        SELECT table_name, key, max(revision) AS revision, arg_max(time, revision) AS changed_at,
          arg_max(body, revision) AS body, arg_max(deleted, revision) AS deleted
        FROM history GROUP BY table_name, key
      ) WHERE NOT deleted`,
    ...Object.entries(views).map(([name, { table, columns }]) => {
      const own = Object.entries(columns).map(([column, sql]) => `${sql} AS ${column}`)
      return `CREATE TEMP VIEW ${name} AS SELECT ${[...commonColumns, ...own, 'body'].join(', ')} FROM state WHERE table_name = '${table}'`
    }),
  ]
}
