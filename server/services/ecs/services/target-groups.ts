import type { RevisionSettings } from '../../../domain/services/records.ts'
import { registeredLoadBalancers, targetGroupFor } from '../../../domain/services/traffic.ts'
import { readForward } from '../../../store/rule-forwards.ts'
import { serviceRevisions } from '../../../store/service-tables.ts'
import type { ServiceRow } from '../../../store/service-tables.ts'
import type { EcsContext } from '../context.ts'

/**
 * A new revision's settings with the target groups that its tasks are registered with: where traffic is shifted, those that
 * the revision that serves has not.
 */
export function withTargetGroups(
  { store }: Pick<EcsContext, 'store'>,
  { service, deployments, completedRevisionArn }: ServiceRow,
  settings: RevisionSettings,
): RevisionSettings {
  const { loadBalancers = [], resolvedConfiguration } = settings
  // As the deployment chooses its source: one that completed and has no task left, as of a service of none, serves nobody.
  const isThere = deployments.some(({ serviceRevisionArn }) => serviceRevisionArn === completedRevisionArn)
  const source = isThere ? completedRevisionArn : deployments[0]?.serviceRevisionArn
  const before = source === undefined ? undefined : store.table(serviceRevisions).get(source)?.revision
  const serving = new Set(
    (before === undefined ? [] : registeredLoadBalancers(before)).flatMap(({ targetGroupArn }) => targetGroupArn ?? []),
  )
  const shifts = (service.deploymentConfiguration?.strategy ?? 'ROLLING') !== 'ROLLING'
  const groups = loadBalancers.map(each => {
    const pair = [each.targetGroupArn, each.advancedConfiguration?.alternateTargetGroupArn]
    return targetGroupFor(each, {
      shifts,
      serving: pair.find(arn => arn !== undefined && serving.has(arn)),
      ruleOf: arn => readForward(store, arn),
    })
  })
  const resolved = (resolvedConfiguration?.loadBalancers ?? []).map((each, index) => {
    const targetGroupArn = groups[index]
    return targetGroupArn === undefined ? each : { ...each, targetGroupArn }
  })
  return { ...settings, resolvedConfiguration: { ...resolvedConfiguration, loadBalancers: resolved } }
}
