// What AWS was recorded to say of target groups, targets and attributes that it refuses.
import { group } from './elbv2-fixture.ts'
import type { Text } from './world.ts'

const validation = 'ValidationError'
const configuration = 'InvalidConfigurationRequestException'

export const elbGroupTexts = (of: (name: string) => string): readonly Text[] => [
  ...groupTexts(),
  ...targetTexts(of),
  ...groupAttributeTexts(of),
  ...balancerAttributeTexts(of),
  ...listenerAttributeTexts(of),
]

const groupTexts = (): readonly Text[] => {
  const made = (error: string, text: string, more: object): Text => ['CreateTargetGroup', error, text, { Name: 'new', ...group, ...more }]
  const ofFunctions = { Protocol: undefined, Port: undefined, VpcId: undefined, TargetType: 'lambda' }
  const beside = "cannot be specified for target groups with target type 'lambda'"
  return [
    made(validation, `Target group name '${'a'.repeat(33)}' cannot be longer than '32' characters`, { Name: 'a'.repeat(33) }),
    made(
      validation,
      "1 validation error detected: Value '-a-' at 'targetGroupName' failed to satisfy constraint: Member must satisfy regular expression pattern: (?!^-)(?!.*-$)^[A-Za-z0-9-]+$",
      { Name: '-a-' },
    ),
    made(validation, "A target group of type 'instance' must have a protocol and a port", { TargetType: 'instance', Protocol: undefined }),
    made(validation, 'A VPC ID must be specified', { VpcId: undefined }),
    made(validation, `Protocol ${beside}`, { ...ofFunctions, Protocol: 'HTTP' }),
    made(validation, `Port ${beside}`, { ...ofFunctions, Port: 80 }),
    made(validation, `VPC ID ${beside}`, { ...ofFunctions, VpcId: 'vpc-1' }),
    made(validation, 'Port must be 6081 for GENEVE target groups.', { Protocol: 'GENEVE' }),
    made(validation, "Target type 'alb' is not supported for target groups with HTTP protocol", { TargetType: 'alb' }),
    made(configuration, "Target type 'lambda' is not supported with an IPv6 target group", { ...ofFunctions, IpAddressType: 'ipv6' }),
    made(configuration, 'Target control port is not supported', { Protocol: 'TCP', TargetControlPort: 81 }),
    made(validation, "You cannot specify the protocol version for a target group with the 'TCP' protocol", {
      Protocol: 'TCP',
      ProtocolVersion: 'HTTP1',
    }),
    made(validation, "Target group protocol version 'HTTP/2' must be one of '[HTTP2, HTTP1, GRPC]'", { ProtocolVersion: 'HTTP/2' }),
    made(validation, "Health check enabled must be true for target groups with target type 'instance'", {
      TargetType: 'instance',
      HealthCheckEnabled: false,
    }),
    made(validation, "Health check port '65536' must be within '1-65535' or 'traffic-port'", { HealthCheckPort: '65536' }),
    made(validation, "Health check protocol 'UDP' must be one of 'HTTP, HTTPS, TCP'", { HealthCheckProtocol: 'UDP' }),
    made(validation, "Health check protocol 'TCP' must be one of 'HTTP, HTTPS'", { HealthCheckProtocol: 'TCP' }),
    made(validation, "Health check timeout '10' must be smaller than the interval '10'", {
      HealthCheckIntervalSeconds: 10,
      HealthCheckTimeoutSeconds: 10,
    }),
    made(validation, "Health check matcher HTTP code '599' must be within '200-499' inclusive", { Matcher: { HttpCode: '599' } }),
    made(validation, "Health check matcher GRPC code '120' must be within '0-99' inclusive", {
      ProtocolVersion: 'GRPC',
      Matcher: { GrpcCode: '120' },
    }),
    made(validation, 'Health check matcher HTTP code cannot be empty', { Matcher: { GrpcCode: '12' } }),
  ]
}

const targetTexts = (of: (name: string) => string): readonly Text[] => {
  const functions = ['a', 'b'].map(name => ({ Id: `arn:aws:lambda:us-east-1:000000000000:function:${name}` }))
  return [
    [
      'RegisterTargets',
      validation,
      "Up to '1' Lambda function target(s) can be registered, but '2' were specified",
      {
        TargetGroupArn: of('function group'),
        Targets: functions,
      },
    ],
    [
      'RegisterTargets',
      validation,
      "Up to '1' Application Load Balancer target(s) can be registered, but '2' were specified",
      {
        TargetGroupArn: of('alb group'),
        Targets: [{ Id: of('alb') }, { Id: of('other alb') }],
      },
    ],
    [
      'RegisterTargets',
      validation,
      "The IP address '8.8.8.8' is not allowed, as it must be an address from a VPC subnet, RFC1918, or RFC6598",
      { TargetGroupArn: of('free group'), Targets: [{ Id: '8.8.8.8' }] },
    ],
  ]
}

const between = (key: string, value: string, range: string): string => `'${key}' value '${value}' must be between '${range}' inclusive`
const pairs = (values: Readonly<Record<string, string>>): readonly object[] =>
  Object.entries(values).map(([Key, Value]) => ({ Key, Value }))

const groupAttributeTexts = (of: (name: string) => string): readonly Text[] => {
  const set =
    (name: string) =>
    (error: string, text: string, values: Readonly<Record<string, string>>): Text => [
      'ModifyTargetGroupAttributes',
      error,
      text,
      { TargetGroupArn: of(`${name} group`), Attributes: pairs(values) },
    ]
  const [http, tcp, udp, geneve, lambda] = ['free', 'tcp', 'udp', 'geneve', 'function'].map(set)
  if (http === undefined || tcp === undefined || udp === undefined || geneve === undefined || lambda === undefined) return []
  const health = (kind: string, unit: string): string => `target_group_health.${kind}.minimum_healthy_targets.${unit}`
  const unhealthy = 'target_health_state.unhealthy'
  const one = (key: string, value: string) => ({ [key]: value })
  const ranged = (on: typeof http, key: string, value: string, range: string): Text =>
    on(validation, between(key, value, range), one(key, value))
  return [
    [
      'ModifyTargetGroupAttributes',
      validation,
      "Attribute key 'stickiness.enabled' has been specified more than once",
      {
        TargetGroupArn: of('free group'),
        Attributes: [...pairs({ 'stickiness.enabled': 'true' }), ...pairs({ 'stickiness.enabled': 'false' })],
      },
    ],
    http(validation, "Target group attribute key 'none' is not recognized", { none: 'v' }),
    http(validation, 'A target group with HTTP protocol does not support the attribute preserve_client_ip.enabled', {
      'preserve_client_ip.enabled': 'true',
    }),
    tcp(validation, 'A target group with TCP protocol does not support the attribute slow_start.duration_seconds', {
      'slow_start.duration_seconds': '30',
    }),
    lambda(validation, "A target group with target type 'lambda' does not support the attribute deregistration_delay.timeout_seconds", {
      'deregistration_delay.timeout_seconds': '1',
    }),
    http(validation, "The value of 'stickiness.enabled' must be 'true' or 'false', but was '1'", { 'stickiness.enabled': '1' }),
    http(validation, "'load_balancing.cross_zone.enabled' must be one of use_load_balancer_configuration,true,false", {
      'load_balancing.cross_zone.enabled': 'on',
    }),
    http(validation, "'Load balancer algorithm' must be one of [round_robin, weighted_random, least_outstanding_requests]", {
      'load_balancing.algorithm.type': 'random',
    }),
    http(validation, "'load_balancing.algorithm.anomaly_mitigation' must be one of [off, on]", {
      'load_balancing.algorithm.anomaly_mitigation': 'true',
    }),
    http(configuration, 'You cannot enable both anomaly mitigation and round robin algorithm on a target group', {
      'load_balancing.algorithm.anomaly_mitigation': 'on',
    }),
    http(validation, "You must set an application cookie name to enable stickiness of type 'app_cookie'", {
      'stickiness.enabled': 'true',
      'stickiness.type': 'app_cookie',
    }),
    tcp(validation, "Stickiness type 'lb_cookie' is not supported for target groups with the TCP protocol", {
      'stickiness.type': 'lb_cookie',
    }),
    http(validation, "Stickiness type 'source_ip' is not supported for target groups with the HTTP protocol", {
      'stickiness.type': 'source_ip',
    }),
    geneve(validation, "'source_ip' must be one of [source_ip_dest_ip_proto, source_ip_dest_ip]", { 'stickiness.type': 'source_ip' }),
    geneve(validation, "'balance' must be one of [rebalance, no_rebalance]", { 'target_failover.on_unhealthy': 'balance' }),
    geneve(
      configuration,
      "Target group attribute keys 'target_failover.on_unhealthy' and 'target_failover.on_deregistration' must both be set to the same value for this target group",
      { 'target_failover.on_unhealthy': 'rebalance' },
    ),
    ranged(http, 'stickiness.app_cookie.duration_seconds', '700000', '1-604800'),
    ranged(http, 'stickiness.lb_cookie.duration_seconds', '0', '1-604800'),
    ranged(http, 'deregistration_delay.timeout_seconds', '3601', '0-3600'),
    ranged(http, 'slow_start.duration_seconds', '901', '30-900'),
    ranged(tcp, `${unhealthy}.draining_interval_seconds`, '400000', '0-360000'),
    tcp(
      configuration,
      `You cannot have both '${unhealthy}.connection_termination.enabled' and '${unhealthy}.draining_interval_seconds' enabled on a target group`,
      { [`${unhealthy}.connection_termination.enabled`]: 'true', [`${unhealthy}.draining_interval_seconds`]: '10' },
    ),
    udp(configuration, 'preserve_client_ip.enabled cannot be false if the target group protocol is UDP or TCP_UDP.', {
      'preserve_client_ip.enabled': 'false',
    }),
    http(
      validation,
      `The value of '${health('dns_failover', 'count')}' must be 'off' or a positive integer`,
      one(health('dns_failover', 'count'), '0'),
    ),
    http(
      validation,
      `'${health('dns_failover', 'percentage')}' must be 'off' or an integer from 1 to 100 inclusive`,
      one(health('dns_failover', 'percentage'), '101'),
    ),
    http(configuration, 'DNS failover threshold must be greater than or equal to unhealthy state routing threshold', {
      [health('dns_failover', 'percentage')]: '10',
      [health('unhealthy_state_routing', 'percentage')]: '20',
    }),
  ]
}

const balancerAttributeTexts = (of: (name: string) => string): readonly Text[] => {
  const set =
    (name: string) =>
    (error: string, text: string, values: Readonly<Record<string, string>>): Text => [
      'ModifyLoadBalancerAttributes',
      error,
      text,
      { LoadBalancerArn: of(name), Attributes: pairs(values) },
    ]
  const alb = set('alb')
  const nlb = set('nlb')
  const many = Array.from({ length: 21 }, (_, index) => ({ Key: `k.${index}`, Value: 'v' }))
  return [
    [
      'ModifyLoadBalancerAttributes',
      validation,
      "Attribute key 'idle_timeout.timeout_seconds' has been specified more than once",
      {
        LoadBalancerArn: of('alb'),
        Attributes: [...pairs({ 'idle_timeout.timeout_seconds': '5' }), ...pairs({ 'idle_timeout.timeout_seconds': '6' })],
      },
    ],
    [
      'ModifyLoadBalancerAttributes',
      validation,
      "1 validation error detected: Value '{}' at 'attributes' failed to satisfy constraint: Member must have length less than or equal to 20",
      { LoadBalancerArn: of('alb'), Attributes: many },
    ],
    alb(validation, "Load balancer attribute key 'none' is not recognized", { none: 'v' }),
    nlb(validation, "Load balancer attribute key 'idle_timeout.timeout_seconds' is not recognized", {
      'idle_timeout.timeout_seconds': '5',
    }),
    set('gwlb')(validation, "Load balancer attribute key 'access_logs.s3.enabled' is not recognized", { 'access_logs.s3.enabled': 'true' }),
    alb(validation, "The value of 'deletion_protection.enabled' must be 'true' or 'false', but was 'yes'", {
      'deletion_protection.enabled': 'yes',
    }),
    alb(validation, "The value of 'idle_timeout.timeout_seconds' cannot be greater than 4000 characters", {
      'idle_timeout.timeout_seconds': '4001',
    }),
    alb(validation, "The value of 'idle_timeout.timeout_seconds' cannot be less than 1 characters", {
      'idle_timeout.timeout_seconds': '0',
    }),
    alb(validation, "The value of 'client_keep_alive.seconds' must be an integer between 60 and 604800", {
      'client_keep_alive.seconds': '59',
    }),
    alb(validation, "'strict' must be one of [defensive, monitor, strictest]", { 'routing.http.desync_mitigation_mode': 'strict' }),
    alb(validation, "'routing.http.xff_header_processing.mode' must be set as 'preserve', 'append', or 'remove'", {
      'routing.http.xff_header_processing.mode': 'drop',
    }),
    nlb(validation, "'zone_affinity' is not a valid value for 'dns_record.client_routing_policy'", {
      'dns_record.client_routing_policy': 'zone_affinity',
    }),
    nlb(validation, "Valid range for the number of secondary IP addresses is from '0-7'", {
      'secondary_ips.auto_assigned.per_subnet': '8',
    }),
    alb(configuration, "The key 'access_logs.s3.bucket' must set in order to enable access logs", { 'access_logs.s3.enabled': 'true' }),
    alb(configuration, "The key 'connection_logs.s3.bucket' must set in order to enable connection logs", {
      'connection_logs.s3.enabled': 'true',
    }),
    alb(configuration, "The value for 'load_balancing.cross_zone.enabled' must always be 'true' for an Application Load Balancer", {
      'load_balancing.cross_zone.enabled': 'false',
    }),
  ]
}

const listenerAttributeTexts = (of: (name: string) => string): readonly Text[] => {
  const set = (name: string, text: string, values: Readonly<Record<string, string>>): Text => [
    'ModifyListenerAttributes',
    validation,
    text,
    { ListenerArn: of(name), Attributes: pairs(values) },
  ]
  const response = 'routing.http.response'
  const version = 'routing.http.request.x_amzn_tls_version.header_name'
  return [
    set('http', "Listener attribute key 'tcp.idle_timeout_seconds' is not recognized", { 'tcp.idle_timeout_seconds': '60' }),
    set('http', 'The provided listener attribute is not supported', { 'tcp.idle_timeout.seconds': '60' }),
    set('tcp', between('tcp.idle_timeout.seconds', '30', '60-6000'), { 'tcp.idle_timeout.seconds': '30' }),
    set('https', `The value of '${version}' contains invalid characters`, { [version]: 'a b' }),
    set('http', `The value of '${response}.server.enabled' must be 'true' or 'false', but was 'on'`, {
      [`${response}.server.enabled`]: 'on',
    }),
    set('http', `The value of '${response}.x_content_type_options.header_value' must be from the following: [nosniff], but was 'sniff'`, {
      [`${response}.x_content_type_options.header_value`]: 'sniff',
    }),
    set(
      'http',
      `The value of '${response}.x_frame_options.header_value' must be from the following: [DENY, SAMEORIGIN], but was 'ALLOW-FROM https://example.com'`,
      { [`${response}.x_frame_options.header_value`]: 'ALLOW-FROM https://example.com' },
    ),
  ]
}
