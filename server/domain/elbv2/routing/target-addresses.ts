import type { TargetGroupRow, TargetRow } from '../../../store/elbv2-tables.ts'
import { type RegisteredTarget, eligibleTargets } from './eligible-targets.ts'
import { type RoutingState, hostPort } from './routing-state.ts'

/** Where the gateway reaches the targets of a group that get requests, as `address:port`; functions are not among them. */
export const targetAddresses = (state: RoutingState, group: TargetGroupRow): readonly string[] =>
  reachedTargets(state, group).map(({ address }) => address)

/** The same with the targets that are there. */
export function reachedTargets(
  state: RoutingState,
  group: TargetGroupRow,
): readonly { readonly address: string; readonly target: RegisteredTarget }[] {
  const { TargetGroupArn: arn, TargetType: type } = group.targetGroup
  return eligibleTargets(group, state.targetsOf(arn)).flatMap(target => {
    const address = addressOf(state, type, target.row)
    return address === undefined ? [] : [{ address, target }]
  })
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
