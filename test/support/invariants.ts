// What holds of the state whatever calls made it: written against the tables alone, apart from the code that fills them.
import { type Store, type TableDefinition } from '../../server/store/store.ts'
import { scalableTargets, scalingPolicies, scheduledActions, targetKey as scalableKey } from '../../server/store/autoscaling-tables.ts'
import { gatewayAssociations, gateways } from '../../server/store/ecs-gateway-tables.ts'
import { daemonDeployments, daemonRevisions, daemonTaskDefinitions, daemons } from '../../server/store/ecs-daemon-tables.ts'
import { capacityProviders, containerInstances } from '../../server/store/ecs-tables.ts'
import {
  listeners,
  loadBalancers,
  rules,
  targetGroupUses,
  targetGroups,
  targetHealth,
  targetKey,
  targets,
  trustStoreRevocations,
  trustStores,
} from '../../server/store/elbv2-tables.ts'
import { serviceDeployments, serviceEvents, serviceRevisions, services, taskSets } from '../../server/store/service-tables.ts'
import { discoveryServices, instances, namespaces } from '../../server/store/servicediscovery-tables.ts'
import { clusters, familyKey, taskDefinitionFamilies, taskDefinitions, tasks } from '../../server/store/tables.ts'

/** Everything that is wrong with the state, one line each. */
export const inconsistencies = (store: Store): readonly string[] => [
  ...ecs(store),
  ...serviceState(store),
  ...loadBalancing(store),
  ...discovery(store),
  ...autoscaling(store),
  ...tables.flatMap(check => check(store)),
]

function* ecs(store: Store): Iterable<string> {
  const isCluster = (arn: string): boolean => store.table(clusters).get(arn) !== undefined
  for (const { task, tags } of store.table(tasks).all()) {
    const at = `task ${task.taskArn}`
    if (!isCluster(task.clusterArn)) yield `${at} has no cluster`
    if (task.lastStatus !== 'STOPPED' && store.table(taskDefinitions).get(task.taskDefinitionArn) === undefined)
      yield `${at} has no definition`
    if (task.lastStatus === 'STOPPED' && task.desiredStatus !== 'STOPPED') yield `${at} is STOPPED and to be ${task.desiredStatus}`
    yield* unique(
      `${at}: tags`,
      tags.map(({ key }) => key),
    )
    yield* unique(
      `${at}: containers`,
      (task.containers ?? []).map(({ name }) => name),
    )
  }
  for (const { scope, taskDefinition, tags } of store.table(taskDefinitions).all()) {
    const family = store.table(taskDefinitionFamilies).get(familyKey(scope, taskDefinition.family))
    if (family === undefined || family.lastRevision < taskDefinition.revision)
      yield `family ${taskDefinition.family} has forgotten ${taskDefinition.revision}`
    yield* unique(
      `definition ${taskDefinition.taskDefinitionArn}: tags`,
      tags.map(({ key }) => key),
    )
  }
  for (const { containerInstanceArn, clusterArn } of store.table(containerInstances).all()) {
    if (!isCluster(clusterArn)) yield `instance ${containerInstanceArn} has no cluster`
  }
  for (const { cluster, tags } of store.table(clusters).all())
    yield* unique(
      `cluster ${cluster.clusterName}: tags`,
      tags.map(({ key }) => key),
    )
  const active = [...store.table(capacityProviders).all()].filter(({ capacityProvider }) => capacityProvider.status === 'ACTIVE')
  yield* unique(
    'capacity providers',
    active.map(({ scope, capacityProvider }) => `${scope} ${capacityProvider.name}`),
  )
  const gatewayArns = new Set(Array.from(store.table(gateways).all(), row => gateways.key(row)))
  for (const row of store.table(gatewayAssociations).all()) {
    if (!gatewayArns.has(row.gatewayArn)) yield `an association names the gateway ${row.gatewayArn}, which is gone`
  }
  const daemonArns = new Set(Array.from(store.table(daemons).all(), row => daemons.key(row)))
  for (const row of store.table(daemonDeployments).all()) {
    const daemonArn = daemonDeployments.indexes?.daemon(row)
    if (daemonArn !== undefined && !daemonArns.has(daemonArn)) yield `a deployment of the daemon ${daemonArn} is left`
  }
  for (const row of store.table(daemonRevisions).all()) {
    const definition = daemonRevisions.indexes?.taskDefinition(row)
    if (definition !== undefined && store.table(daemonTaskDefinitions).get(definition) === undefined)
      yield `a daemon's revision has no definition ${definition}`
  }
}

function* serviceState(store: Store): Iterable<string> {
  for (const row of store.table(services).all()) {
    const { service, deployments } = row
    const at = `service ${service.serviceArn}`
    if (store.table(clusters).get(service.clusterArn) === undefined) yield `${at} has no cluster`
    const primaries = deployments.filter(({ status }) => status === 'PRIMARY')
    const controller = service.deploymentController?.type ?? 'ECS'
    if (controller === 'ECS' && service.status === 'ACTIVE' && primaries.length !== 1)
      yield `${at} has ${primaries.length} PRIMARY deployments`
    if (controller !== 'ECS' && deployments.length > 0) yield `${at} has deployments beside its ${controller} controller`
    yield* unique(
      `${at}: deployments`,
      deployments.map(({ id }) => id),
    )
    for (const { serviceRevisionArn } of deployments) {
      const revision = store.table(serviceRevisions).get(serviceRevisionArn)?.revision
      if (revision === undefined) yield `${at} has no revision ${serviceRevisionArn}`
      else if (service.status === 'ACTIVE' && store.table(taskDefinitions).get(revision.taskDefinition) === undefined)
        yield `${at} has no definition`
    }
    if (service.desiredCount < 0) yield `${at} wants ${service.desiredCount} tasks`
  }
  const isService = (arn: string): boolean => store.table(services).get(arn) !== undefined
  for (const { serviceDeployment: made } of store.table(serviceDeployments).all())
    if (!isService(made.serviceArn)) yield `${made.serviceDeploymentArn} has no service`
  for (const { revision } of store.table(serviceRevisions).all())
    if (!isService(revision.serviceArn)) yield `${revision.serviceRevisionArn} has no service`
  for (const { serviceArn } of store.table(serviceEvents).all()) if (!isService(serviceArn)) yield `events of ${serviceArn} are left`
  for (const { taskSet } of store.table(taskSets).all()) if (!isService(taskSet.serviceArn)) yield `${taskSet.taskSetArn} has no service`
}

function* loadBalancing(store: Store): Iterable<string> {
  const isBalancer = (arn: string): boolean => store.table(loadBalancers).get(arn) !== undefined
  const isGroup = (arn: string): boolean => store.table(targetGroups).get(arn) !== undefined
  yield* unique(
    'load balancers',
    Array.from(store.table(loadBalancers).all(), ({ scope, loadBalancer }) => `${scope} ${loadBalancer.LoadBalancerName}`),
  )
  yield* unique(
    'target groups',
    Array.from(store.table(targetGroups).all(), ({ scope, targetGroup }) => `${scope} ${targetGroup.TargetGroupName}`),
  )
  const ports: string[] = []
  for (const { listener, defaultRuleArn } of store.table(listeners).all()) {
    if (!isBalancer(listener.LoadBalancerArn)) yield `${listener.ListenerArn} has no load balancer`
    const trustStore = listener.MutualAuthentication?.TrustStoreArn
    if (trustStore !== undefined && store.table(trustStores).get(trustStore) === undefined)
      yield `${listener.ListenerArn} has no trust store`
    const own = [...store.table(rules).all()].filter(({ listenerArn }) => listenerArn === listener.ListenerArn).map(({ rule }) => rule)
    yield* unique(
      `${listener.ListenerArn}: priorities`,
      own.map(({ Priority }) => Priority),
    )
    if (
      own
        .filter(({ IsDefault }) => IsDefault)
        .map(({ RuleArn }) => RuleArn)
        .join() !== defaultRuleArn
    )
      yield `${listener.ListenerArn} has not its one default rule`
    ports.push(`${listener.LoadBalancerArn} ${listener.Port}`)
  }
  yield* unique('ports', ports)
  const uses: string[] = []
  for (const { rule, listenerArn, loadBalancerArn } of store.table(rules).all()) {
    const listener = store.table(listeners).get(listenerArn)?.listener
    if (listener?.LoadBalancerArn !== loadBalancerArn) yield `${rule.RuleArn} has no listener`
    const forwarded = (rule.Actions ?? []).flatMap(({ TargetGroupArn, ForwardConfig }) => [
      ...(TargetGroupArn === undefined ? [] : [TargetGroupArn]),
      ...(ForwardConfig?.TargetGroups ?? []).flatMap(({ TargetGroupArn: each }) => (each === undefined ? [] : [each])),
    ])
    for (const group of new Set(forwarded)) {
      if (!isGroup(group)) yield `${rule.RuleArn} forwards to ${group}, which is gone`
      uses.push(`${group} ${rule.RuleArn}`)
    }
  }
  const used = Array.from(store.table(targetGroupUses).all(), ({ targetGroupArn, ruleArn }) => `${targetGroupArn} ${ruleArn}`)
  if (uses.sort().join() !== used.sort().join()) yield 'the uses of target groups are not what the rules say'
  for (const row of store.table(targets).all()) if (!isGroup(row.targetGroupArn)) yield `a target of ${row.targetGroupArn} is left`
  for (const { targetGroupArn, target } of store.table(targetHealth).all()) {
    if (store.table(targets).get(targetKey(targetGroupArn, target)) === undefined)
      yield `the health of ${target.Id} in ${targetGroupArn} is left`
  }
  for (const { trustStoreArn } of store.table(trustStoreRevocations).all()) {
    if (store.table(trustStores).get(trustStoreArn) === undefined) yield `a revocation of ${trustStoreArn} is left`
  }
}

function* discovery(store: Store): Iterable<string> {
  for (const { service, namespaceArn } of store.table(discoveryServices).all()) {
    if (store.table(namespaces).get(namespaceArn)?.namespace.Id !== service.NamespaceId) yield `${service.Arn} has no namespace`
  }
  for (const { serviceArn, instance } of store.table(instances).all()) {
    if (store.table(discoveryServices).get(serviceArn) === undefined) yield `the instance ${instance.Id} has no service`
  }
}

function* autoscaling(store: Store): Iterable<string> {
  const isTarget = (key: string): boolean => store.table(scalableTargets).get(key) !== undefined
  for (const { target } of store.table(scalableTargets).all()) {
    if (target.MinCapacity > target.MaxCapacity)
      yield `${target.ResourceId} has at least ${target.MinCapacity} and at most ${target.MaxCapacity}`
  }
  for (const { scope, policy } of store.table(scalingPolicies).all())
    if (!isTarget(scalableKey(scope, policy))) yield `${policy.PolicyName} has no target`
  for (const { scope, action } of store.table(scheduledActions).all())
    if (!isTarget(scalableKey(scope, action))) yield `${action.ScheduledActionName} has no target`
}

function* unique(what: string, values: readonly (string | undefined)[]): Iterable<string> {
  if (new Set(values).size < values.length) yield `${what} are not one of a kind: ${values.join(', ')}`
}

/** A table's own: a row is found by its key, in its place, and by each index where it belongs, and nowhere else. */
const ofTable =
  <Row extends object, Index extends string>(definition: TableDefinition<Row, Index>) =>
  (store: Store): readonly string[] => {
    const wrong: string[] = []
    const table = store.table(definition)
    const rows = [...table.all()]
    const orders = rows.map(row => (definition.order ?? definition.key)(row))
    if (rows.length !== table.size) wrong.push(`${definition.name} has ${table.size} rows and lists ${rows.length}`)
    if (orders.some((order, index) => index > 0 && order <= (orders[index - 1] ?? ''))) wrong.push(`${definition.name} is not in order`)
    if (rows.some(row => table.get(definition.key(row)) !== row)) wrong.push(`${definition.name} does not find a row by its key`)
    for (const [name, indexed] of Object.entries<(row: Row) => string | undefined>(definition.indexes ?? {})) {
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a key of that object, whose type is theirs
      const index = name as Index
      const byValue = Map.groupBy(rows, indexed)
      for (const [value, members] of byValue) {
        if (value === undefined) continue
        const found = [...table.by(index, value)]
        if (found.length !== members.length || found.some((row, place) => row !== members[place]))
          wrong.push(`${definition.name} by ${index} ${value} is wrong`)
        if (table.count(index, value) !== members.length) wrong.push(`${definition.name} counts ${index} ${value} wrongly`)
      }
    }
    return wrong
  }

const tables = [
  ofTable(clusters),
  ofTable(taskDefinitions),
  ofTable(tasks),
  ofTable(services),
  ofTable(serviceDeployments),
  ofTable(serviceRevisions),
  ofTable(taskSets),
  ofTable(capacityProviders),
  ofTable(containerInstances),
  ofTable(daemons),
  ofTable(loadBalancers),
  ofTable(targetGroups),
  ofTable(listeners),
  ofTable(rules),
  ofTable(targetGroupUses),
  ofTable(targets),
  ofTable(trustStores),
  ofTable(namespaces),
  ofTable(discoveryServices),
  ofTable(instances),
  ofTable(scalableTargets),
  ofTable(scalingPolicies),
  ofTable(scheduledActions),
]
