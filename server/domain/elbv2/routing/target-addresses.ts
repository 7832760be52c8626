import type { TargetGroupRow, TargetRow } from '../../../store/elbv2-tables.ts'
import { type RegisteredTarget, eligibleTargets } from './eligible-targets.ts'
import { type RoutingState, hostPort } from './routing-state.ts'

/** Where the gateway reaches the targets of a group that get requests, as `address:port`; functions are not among them. */
export function targetAddresses(state: RoutingState, group: TargetGroupRow): readonly string[] {
  const { TargetGroupArn: arn, TargetType: type } = group.targetGroup
  return eligibleTargets(group, state.targetsOf(arn)).flatMap(({ row }: RegisteredTarget) => addressOf(state, type, row) ?? [])
}

function addressOf(state: RoutingState, type: string, { target }: TargetRow): string | undefined {
  if (type === 'ip') return hostPort(target.Id, target.Port)
  if (type === 'instance') {
    const address = state.instanceAddress(target.Id)
    return address === undefined ? undefined : hostPort(address, target.Port)
  }
  if (type !== 'alb') return undefined
  // Another load balancer is the gateway itself, at the port of its listener.
  for (const { listener } of state.listenersOf(target.Id)) {
    const port = listener.Port === target.Port ? state.entryPort(listener.ListenerArn) : undefined
    if (port !== undefined) return hostPort('127.0.0.1', port)
  }
  return undefined
}
