// How a target is reached by its health checks.
import type { TargetDescription, TargetGroup } from '../../aws/generated/elbv2.ts'
import type { ProbeRequest } from '../../probing/prober.ts'
import { healthCheckPortOf } from './target-health.ts'

/**
 * What a health check asks. `addressOf` finds where a target is reached, undefined where nothing is known of it: then
 * there is nothing to ask, and the check fails.
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateTargetGroup.html
 */
export const probeRequestOf = (
  target: TargetDescription,
  group: TargetGroup,
  addressOf: (target: TargetDescription) => string | undefined,
): ProbeRequest | undefined => {
  const host = group.TargetType === 'lambda' ? target.Id : addressOf(target)
  const port = Number(healthCheckPortOf(target, group) ?? 0)
  if (host === undefined) return undefined
  return {
    protocol: group.TargetType === 'lambda' ? 'LAMBDA' : protocolOf(group),
    isTls: group.HealthCheckProtocol === 'HTTPS',
    host,
    port,
    path: group.HealthCheckPath ?? '/',
    targetGroupArn: group.TargetGroupArn ?? '',
    timeoutMs: (group.HealthCheckTimeoutSeconds ?? 6) * 1000,
  }
}

const protocolOf = ({ HealthCheckProtocol: protocol, ProtocolVersion: version }: TargetGroup): ProbeRequest['protocol'] => {
  if (protocol !== 'HTTP' && protocol !== 'HTTPS') return 'TCP'
  if (version === 'GRPC') return 'GRPC'
  return version === 'HTTP2' ? 'HTTP2' : 'HTTP'
}
