import type { Clock } from '../../shared/clock.ts'
import { messageOf } from '../../shared/errors.ts'
import { tcpEntryPoint } from '../../shared/names.ts'
import type { Action } from '../aws/generated/elbv2.ts'
import type { Metric, Statistics } from '../backend/cloudwatch.ts'
import { targetGroupsOf } from '../domain/elbv2/actions.ts'
import { groupService } from '../domain/elbv2/routing/http-groups.ts'
import { nameOf } from '../domain/elbv2/routing/routing-state.ts'
import { type CountedRule, type Growth, trafficOf } from '../domain/elbv2/traffic.ts'
import { trafficMetrics } from '../domain/elbv2/traffic-metrics.ts'
import { type Counts, countsOf, growth, openConnections } from '../gateway/gateway-counts.ts'
import { hostCounts } from '../gateway/host-counts.ts'
import type { Logger } from '../log.ts'
import { type LoadBalancerRow, listenerPorts, listeners, loadBalancers, rules, targetGroupUses } from '../store/elbv2-tables.ts'
import type { Store } from '../store/store.ts'
import { type Measured, MeasuredByPlace } from './metric-publisher.ts'

export interface LoadBalancerMetricsParts {
  readonly store: Store
  readonly clock: Clock
  readonly log: Logger
  /** The gateway's own metrics, for Prometheus; rejects where it does not answer. */
  readonly readMetrics: () => Promise<string>
  /** Milliseconds. */
  readonly periodMs: number
}

const none: Counts = new Map()

/**
 * The metrics of load balancers and their target groups, as Elastic Load Balancing has them, without those by zone. The gateway
 * is asked once a period, and not while there is no load balancer.
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/network/load-balancer-cloudwatch-metrics.html
 */
export class LoadBalancerMetrics {
  readonly #parts: LoadBalancerMetricsParts
  /** At the end of the period before; undefined where nobody knows what was counted before this process began. */
  #before: Counts | undefined
  /** Where rules forwarded to at that time, by their routers. */
  #forwarded: ReadonlyMap<string, readonly string[]> = new Map()

  constructor(parts: LoadBalancerMetricsParts) {
    this.#parts = parts
    if (this.#balancers().length === 0) this.#before = none
    else void this.#read().then(counts => (this.#before ??= counts))
  }

  async measure(): Promise<readonly Measured[]> {
    const balancers = this.#balancers()
    if (balancers.length === 0) {
      this.#before = none
      return []
    }
    const counts = await this.#read()
    const grown = counts === undefined || this.#before === undefined ? [] : growth(this.#before, counts)
    this.#before = counts ?? this.#before
    const open = openConnections(counts ?? none)
    const measured = new MeasuredByPlace()
    for (const row of balancers) {
      const { Type } = row.loadBalancer
      if (Type === 'application') measured.add('AWS/ApplicationELB', row.scope, [...this.#hosts(row), ...this.#traffic(row, grown)])
      if (Type === 'network') {
        measured.add('AWS/NetworkELB', row.scope, [...this.#hosts(row), ...(counts === undefined ? [] : this.#flows(row, open))])
      }
    }
    this.#forwarded = new Map(balancers.flatMap(row => this.#rules(row).map(({ router, services }) => [router, services] as const)))
    return measured.all()
  }

  #balancers(): readonly LoadBalancerRow[] {
    return [...this.#parts.store.table(loadBalancers).all()]
  }

  async #read(): Promise<Counts | undefined> {
    try {
      return countsOf(await this.#parts.readMetrics())
    } catch (error) {
      this.#parts.log.debug({ err: error }, `the gateway does not say what it carried: ${messageOf(error)}`)
      return undefined
    }
  }

  #rules({
    loadBalancer: { LoadBalancerArn: arn },
  }: LoadBalancerRow): readonly (CountedRule & { readonly action: Action['Type'] | undefined })[] {
    const { store } = this.#parts
    return [...store.table(listeners).by('loadBalancer', arn)].flatMap(({ listener: { ListenerArn } }) =>
      [...store.table(rules).by('listener', ListenerArn)].map(({ rule }) => ({
        router: nameOf('rule', rule.RuleArn),
        services: targetGroupsOf(rule.Actions).map(groupService),
        action: rule.Actions?.at(-1)?.Type,
      })),
    )
  }

  /** The routers of its listeners, and of its name at the AWS door. */
  #entrances({ loadBalancer: { LoadBalancerArn } }: LoadBalancerRow): readonly string[] {
    return [...this.#parts.store.table(listeners).by('loadBalancer', LoadBalancerArn)].flatMap(({ listener: { ListenerArn } }) =>
      (['listener', 'door'] as const).map(kind => nameOf(kind, ListenerArn)),
    )
  }

  /** Each group of a load balancer has but this one, so what is told of groups is not told of load balancers once more. */
  #traffic(row: LoadBalancerRow, grown: readonly Growth[]): readonly Metric[] {
    if (grown.length === 0) return []
    const own = this.#rules(row)
    const counted = own.map(({ router, services }) => ({
      router,
      services: [...new Set([...services, ...(this.#forwarded.get(router) ?? [])])],
    }))
    const actions = new Map(own.map(({ router, action }) => [router, action]))
    const groups = new Map(this.#groups(row).map(arn => [groupService(arn), arn]))
    const traffic = trafficOf(counted, this.#entrances(row), grown)
    const times = new Map([...traffic.times].filter(([service]) => groups.has(service)))
    const metrics = trafficMetrics({ ...traffic, times }, router => actions.get(router))
    const perTarget = metrics.flatMap(({ name, service, sum }) => {
      const arn = groups.get(service ?? '')
      if (name !== 'RequestCount' || arn === undefined) return []
      const each = sum / Math.max(1, hostCounts(this.#parts.store, arn, this.#parts.clock.now()).healthy)
      return [{ name: 'RequestCountPerTarget', service, unit: 'Count' as const, count: 1, sum: each, each }]
    })
    return [...metrics, ...perTarget].map(({ name, service, unit, count, sum, each }) =>
      this.#metric(row, name, groups.get(service ?? ''), { count, sum, minimum: each, maximum: each }, unit),
    )
  }

  #flows(row: LoadBalancerRow, open: ReadonlyMap<string, number>): readonly Metric[] {
    const { store } = this.#parts
    const { LoadBalancerArn: arn } = row.loadBalancer
    const flows = { all: 0, TCP: 0, TLS: 0 }
    for (const { listener } of store.table(listeners).by('loadBalancer', arn)) {
      const port = store.table(listenerPorts).get(listener.ListenerArn)?.port
      const now = (port === undefined ? undefined : open.get(tcpEntryPoint(port))) ?? 0
      flows.all += now
      flows[listener.Protocol === 'TLS' ? 'TLS' : 'TCP'] += now
    }
    const metric = (name: string, value: number): Metric => this.#metric(row, name, undefined, sample(value))
    const byProtocol = (['TCP', 'TLS'] as const).filter(protocol => flows[protocol] > 0)
    return [metric('ActiveFlowCount', flows.all), ...byProtocol.map(protocol => metric(`ActiveFlowCount_${protocol}`, flows[protocol]))]
  }

  #hosts(row: LoadBalancerRow): readonly Metric[] {
    return this.#groups(row).flatMap(arn => {
      const { registered, healthy, unhealthy } = hostCounts(this.#parts.store, arn, this.#parts.clock.now())
      if (registered === 0) return []
      return [this.#metric(row, 'HealthyHostCount', arn, sample(healthy)), this.#metric(row, 'UnHealthyHostCount', arn, sample(unhealthy))]
    })
  }

  #groups({ loadBalancer: { LoadBalancerArn } }: LoadBalancerRow): readonly string[] {
    const uses = this.#parts.store.table(targetGroupUses).by('loadBalancer', LoadBalancerArn)
    return [...new Set([...uses].map(({ targetGroupArn }) => targetGroupArn))]
  }

  /** Of the period that ends now, under the time at which it began. */
  #metric(
    { loadBalancer }: LoadBalancerRow,
    name: string,
    groupArn: string | undefined,
    statistics: Statistics,
    unit: Metric['unit'] = 'Count',
  ): Metric {
    const { clock, periodMs } = this.#parts
    const dimensions = {
      LoadBalancer: loadBalancer.LoadBalancerArn.replace(/^.*?:loadbalancer\//, ''),
      ...(groupArn === undefined ? {} : { TargetGroup: groupArn.slice(groupArn.lastIndexOf(':') + 1) }),
    }
    return { name, dimensions, unit, at: clock.now() - periodMs, statistics }
  }
}

const sample = (value: number): Statistics => ({ count: 1, sum: value, minimum: value, maximum: value })
