// How targets are checked: defaults and limits.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateTargetGroup.html
import type { CreateTargetGroupInput, Matcher, TargetGroup } from '../../aws/generated/elbv2.ts'
import { invalidConfiguration, validationError } from './refusals.ts'
import { type TargetGroupFamily, familyOf } from './target-group-family.ts'

type Subject = Pick<TargetGroup, 'TargetType' | 'Protocol' | 'ProtocolVersion'>

export type HealthCheckInput = Pick<
  CreateTargetGroupInput,
  | 'HealthCheckProtocol'
  | 'HealthCheckPort'
  | 'HealthCheckEnabled'
  | 'HealthCheckPath'
  | 'HealthCheckIntervalSeconds'
  | 'HealthCheckTimeoutSeconds'
  | 'HealthyThresholdCount'
  | 'UnhealthyThresholdCount'
  | 'Matcher'
>

export type HealthCheck = HealthCheckInput & { readonly HealthCheckEnabled: boolean }

const intervals: Readonly<Record<TargetGroupFamily, number>> = { application: 30, network: 30, gateway: 10, lambda: 35 }

/** Seconds. The API's reference gives 6 for HTTP, 10 for HTTPS and TCP, 5 for GENEVE, 30 for Lambda. */
const timeoutOf = (subject: Subject, protocol: string | undefined): number => {
  const family = familyOf(subject)
  if (family === 'lambda') return 30
  if (family === 'gateway') return 5
  if (family === 'application') return subject.Protocol === 'HTTP' ? 6 : 10
  return protocol === 'HTTP' ? 6 : 10
}

/** The health check that a call asks for, over what there was before, or over the defaults of such a target group. */
export function healthCheckOf(subject: Subject, input: HealthCheckInput, before?: HealthCheckInput): HealthCheck {
  const family = familyOf(subject)
  const kept = overDefined(before ?? {}, input)
  const protocol = kept.HealthCheckProtocol ?? defaultProtocol(family, subject)
  const isHttp = family === 'lambda' || protocol === 'HTTP' || protocol === 'HTTPS'
  const check: HealthCheck = {
    ...overDefined(defaults(subject, family, protocol), kept),
    HealthCheckProtocol: family === 'lambda' ? undefined : protocol,
    // TCP has neither: what was for HTTP goes, what is asked for is refused below.
    ...(isHttp ? {} : { HealthCheckPath: input.HealthCheckPath, Matcher: input.Matcher }),
  }
  checkHealthCheck(subject, family, check)
  return check
}

function defaults(subject: Subject, family: TargetGroupFamily, protocol: string): HealthCheck {
  return {
    HealthCheckEnabled: family !== 'lambda',
    HealthCheckPort: defaultPort(family),
    HealthCheckIntervalSeconds: intervals[family],
    HealthCheckTimeoutSeconds: timeoutOf(subject, protocol),
    HealthyThresholdCount: 5,
    UnhealthyThresholdCount: family === 'lambda' ? 5 : 2,
    HealthCheckPath: defaultPath(subject),
    Matcher: defaultMatcher(family, subject),
  }
}

/** The health check members of `over`, where there are any, else those of `under`. */
function overDefined<Under extends HealthCheckInput>(under: Under, over: HealthCheckInput): Under & HealthCheckInput {
  const given = members.flatMap(name => (over[name] === undefined ? [] : [[name, over[name]] as const]))
  return { ...under, ...Object.fromEntries(given) }
}

const members = [
  'HealthCheckProtocol',
  'HealthCheckPort',
  'HealthCheckEnabled',
  'HealthCheckPath',
  'HealthCheckIntervalSeconds',
  'HealthCheckTimeoutSeconds',
  'HealthyThresholdCount',
  'UnhealthyThresholdCount',
  'Matcher',
] as const satisfies readonly (keyof HealthCheckInput)[]

const defaultProtocol = (family: TargetGroupFamily, subject: Subject): 'HTTP' | 'TCP' =>
  family === 'application' || family === 'lambda' || subject.TargetType === 'alb' ? 'HTTP' : 'TCP'

const defaultPort = (family: TargetGroupFamily): string | undefined =>
  ({ application: 'traffic-port', network: 'traffic-port', gateway: '80', lambda: undefined })[family]

const isGrpc = (subject: Subject): boolean => subject.ProtocolVersion === 'GRPC'

const defaultPath = (subject: Subject): string => (isGrpc(subject) ? '/AWS.ALB/healthcheck' : '/')

function defaultMatcher(family: TargetGroupFamily, subject: Subject): Matcher {
  if (isGrpc(subject)) return { GrpcCode: '12' }
  return { HttpCode: family === 'application' || family === 'lambda' ? '200' : '200-399' }
}

function checkHealthCheck(subject: Subject, family: TargetGroupFamily, check: HealthCheck): void {
  const { HealthCheckProtocol: protocol, HealthCheckTimeoutSeconds: timeout = 0, HealthCheckIntervalSeconds: interval = 0 } = check
  if (!check.HealthCheckEnabled && family !== 'lambda') {
    throw validationError(`Health check enabled must be true for target groups with target type '${subject.TargetType}'`)
  }
  if (protocol !== undefined && !['HTTP', 'HTTPS', 'TCP'].includes(protocol)) {
    throw validationError(`Health check protocol '${protocol}' must be one of 'HTTP, HTTPS, TCP'`)
  }
  if (protocol === 'TCP' && family === 'application') {
    throw validationError("Health check protocol 'TCP' must be one of 'HTTP, HTTPS'")
  }
  if (protocol === 'TCP' && check.HealthCheckPath !== undefined) {
    throw invalidConfiguration('Health check paths are not supported for TCP health checks')
  }
  if (protocol === 'TCP' && check.Matcher !== undefined) {
    throw invalidConfiguration('Health check matchers are not supported for TCP health checks')
  }
  // Probes of a Network Load Balancer may last as long as the interval: with 10 seconds for both, TCP's own timeout.
  if (family === 'network' ? timeout > interval : timeout >= interval)
    throw validationError(`Health check timeout '${timeout}' must be smaller than the interval '${interval}'`)
  if (check.HealthCheckPath !== undefined && !check.HealthCheckPath.startsWith('/')) {
    throw validationError(`Health check path '${check.HealthCheckPath}' must begin with a '/' character`)
  }
  checkPort(check.HealthCheckPort)
  checkMatcher(subject, family, check.Matcher)
}

function checkPort(port: string | undefined): void {
  if (port === undefined || port === 'traffic-port') return
  if (/^\d{1,5}$/.test(port) && Number(port) >= 1 && Number(port) <= 65_535) return
  throw validationError(`Health check port '${port}' must be within '1-65535' or 'traffic-port'`)
}

const codeRanges: Readonly<Record<TargetGroupFamily, readonly [least: number, most: number]>> = {
  application: [200, 499],
  lambda: [200, 499],
  network: [200, 599],
  gateway: [200, 399],
}

function checkMatcher(subject: Subject, family: TargetGroupFamily, matcher: Matcher | undefined): void {
  if (matcher === undefined) return
  if (matcher.GrpcCode !== undefined) {
    if (!isGrpc(subject)) throw validationError('Health check matcher HTTP code cannot be empty')
    checkCodes('GRPC', matcher.GrpcCode, [0, 99])
  }
  if (matcher.HttpCode === undefined) return
  if (isGrpc(subject)) throw validationError("HTTP codes cannot be specified for target groups with protocol version 'GRPC'")
  checkCodes('HTTP', matcher.HttpCode, codeRanges[family])
}

/** `200`, `200,202` and `200-299`. */
function checkCodes(kind: 'HTTP' | 'GRPC', codes: string, [least, most]: readonly [number, number]): void {
  const areValid = codes.split(',').every(part => {
    const match = /^\s*(\d{1,3})(?:-(\d{1,3}))?\s*$/.exec(part)
    if (!match) return false
    const first = Number(match[1])
    const last = Number(match[2] ?? match[1])
    return least <= first && first <= last && last <= most
  })
  if (!areValid) {
    throw validationError(`Health check matcher ${kind} code '${codes}' must be within '${least}-${most}' inclusive`)
  }
}
