import type { LoadBalancer, ServiceRevision } from '../../aws/generated/ecs.ts'
import type { StageProgress } from '../../store/service-tables.ts'

/** How a listener's rule forwards. */
export interface RuleForward {
  readonly groups: readonly { readonly targetGroupArn: string; readonly weight: number }[]
  /** It forwards and does nothing else. */
  readonly isForwardOnly: boolean
}

/** A rule by its ARN, or a network load balancer's listener, which has a rule alone; undefined where there is none. */
export type RuleReader = (arn: string) => RuleForward | undefined

/** What a rule is to forward to. */
export interface TrafficShift {
  /** Of a rule or of a network load balancer's listener. */
  readonly ruleArn: string
  readonly groups: RuleForward['groups']
}

/** The two target groups between which an entry of a service's load balancers is shifted, and the rules that do it. */
export interface TrafficPair {
  /** Where the target revision's tasks are registered. */
  readonly target: string
  readonly other: string
  readonly productionRule: string
  readonly testRule?: string
}

type Revision = Pick<ServiceRevision, 'loadBalancers' | 'resolvedConfiguration'>

/**
 * The load balancers that a revision's tasks are registered with: with the target group that the revision was given, which
 * is the alternate one for every second revision of a service that shifts traffic.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ResolvedConfiguration.html
 */
export const registeredLoadBalancers = ({ loadBalancers = [], resolvedConfiguration }: Revision): readonly LoadBalancer[] =>
  loadBalancers.map((each, index) => {
    const targetGroupArn = resolvedConfiguration?.loadBalancers?.[index]?.targetGroupArn
    return targetGroupArn === undefined ? each : { ...each, targetGroupArn }
  })

/** Where traffic is shifted to a revision; none for a service without load balancers. */
export const trafficPairs = (revision: Revision): readonly TrafficPair[] =>
  (revision.loadBalancers ?? []).flatMap(({ targetGroupArn, advancedConfiguration }, index) => {
    const { alternateTargetGroupArn, productionListenerRule, testListenerRule } = advancedConfiguration ?? {}
    if (targetGroupArn === undefined || alternateTargetGroupArn === undefined || productionListenerRule === undefined) return []
    const target = revision.resolvedConfiguration?.loadBalancers?.[index]?.targetGroupArn ?? targetGroupArn
    return {
      target,
      other: target === targetGroupArn ? alternateTargetGroupArn : targetGroupArn,
      productionRule: productionListenerRule,
      ...(testListenerRule === undefined ? {} : { testRule: testListenerRule }),
    }
  })

/** Weights of a rule are whole numbers up to 999: tenths of a percent are told as thousandths. */
const weighted = ({ target, other }: TrafficPair, percent: number): RuleForward['groups'] => {
  const scale = Number.isInteger(percent) ? 1 : 10
  const weight = Math.round(percent * scale)
  return [
    { targetGroupArn: other, weight: 100 * scale - weight },
    { targetGroupArn: target, weight },
  ]
}

/** What the rules are to forward to at a point of a deployment; those that it does not touch yet are left out. */
export const wantedTraffic = (target: Revision, progress: StageProgress): readonly TrafficShift[] => {
  const { stage, production, test, isRollback, isReconciled } = progress
  if (stage === 'RECONCILE_SERVICE' && isReconciled !== true) return []
  const goesBack = isRollback === true ? stage !== 'SCALE_UP' : stage === 'RECONCILE_SERVICE'
  return trafficPairs(target).flatMap(pair => [
    ...(production > 0 || goesBack ? [{ ruleArn: pair.productionRule, groups: weighted(pair, production) }] : []),
    ...(pair.testRule !== undefined && (test > 0 || goesBack) ? [{ ruleArn: pair.testRule, groups: weighted(pair, test) }] : []),
  ])
}

/**
 * What keeps traffic from being shifted, in AWS's words.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/troubleshooting-blue-green.html
 */
export const networkingProblem = (pairs: readonly TrafficPair[], ruleOf: RuleReader): string | undefined => {
  for (const pair of pairs) {
    const production = ruleOf(pair.productionRule)
    const test = pair.testRule === undefined ? undefined : ruleOf(pair.testRule)
    if (production === undefined || (pair.testRule !== undefined && test === undefined)) return 'One or more rules not found'
    const problem = productionProblem(pair, production) ?? associationProblem(pair, [production, ...(test === undefined ? [] : [test])])
    if (problem !== undefined) return problem
  }
  return undefined
}

const productionProblem = ({ target, other, productionRule }: TrafficPair, { groups, isForwardOnly }: RuleForward): string | undefined => {
  if (!isForwardOnly) return `productionListenerRule ${productionRule} should have a forward action only`
  const serving = groups.filter(({ weight }) => weight > 0)
  const unexpected = serving.find(({ targetGroupArn }) => targetGroupArn !== target && targetGroupArn !== other)
  if (unexpected !== undefined) {
    return `Production listener rule is forwarding traffic to unexpected target group ${unexpected.targetGroupArn}. Expected traffic to be forwarded to either targetGroupArn: ${other} or alternateTargetGroupArn: ${target}`
  }
  if (serving.length === 1) return undefined
  return `productionListenerRule ${productionRule} should have exactly one target group serving traffic but found ${serving.length} target groups which are serving traffic`
}

const associationProblem = ({ target, other }: TrafficPair, rules: readonly RuleForward[]): string | undefined => {
  const known = new Set(rules.flatMap(({ groups }) => groups.map(({ targetGroupArn }) => targetGroupArn)))
  const missing = [other, target].find(arn => !known.has(arn))
  return missing === undefined
    ? undefined
    : `Target group ${missing} is not associated with either productionListenerRule or testListenerRule.`
}

/**
 * The target group of an entry that a new revision's tasks are registered with: where traffic is shifted, the one that
 * the serving revision has not; else the one that it has.
 */
export const targetGroupFor = (
  { targetGroupArn, advancedConfiguration }: LoadBalancer,
  { shifts, serving, ruleOf }: { readonly shifts: boolean; readonly serving: string | undefined; readonly ruleOf: RuleReader },
): string | undefined => {
  const { alternateTargetGroupArn, productionListenerRule = '' } = advancedConfiguration ?? {}
  if (targetGroupArn === undefined || alternateTargetGroupArn === undefined) return targetGroupArn
  const pair = [targetGroupArn, alternateTargetGroupArn]
  if (serving !== undefined && pair.includes(serving)) return shifts ? pair.find(arn => arn !== serving) : serving
  const weights = ruleOf(productionListenerRule)?.groups ?? []
  return weights.find(({ targetGroupArn: arn, weight }) => weight > 0 && pair.includes(arn))?.targetGroupArn ?? targetGroupArn
}
