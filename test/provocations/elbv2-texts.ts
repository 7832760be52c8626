// What AWS was recorded to say of load balancers, listeners, rules and trust stores that it refuses.
import { bundle, certificate, fixed, path, subnets } from './elbv2-fixture.ts'
import type { Text } from './world.ts'

const validation = 'ValidationError'
const configuration = 'InvalidConfigurationRequestException'
const action = 'InvalidLoadBalancerActionException'
const eleven = Object.fromEntries(Array.from({ length: 11 }, (_, index) => [`p${index}`, 'v']))
const oidc = {
  Issuer: 'https://idp.example.com',
  AuthorizationEndpoint: 'https://idp.example.com/authorize',
  TokenEndpoint: 'https://idp.example.com/token',
  UserInfoEndpoint: 'https://idp.example.com/user',
  ClientId: 'c',
  ClientSecret: 's',
}
const pool = 'arn:aws:cognito-idp:us-east-1:123456789012:userpool'

export const elbTexts = (of: (name: string) => string): readonly Text[] => [
  ...loadBalancerTexts(of),
  ...listenerTexts(of),
  ...actionTexts(of),
  ...conditionTexts(of),
]

const loadBalancerTexts = (of: (name: string) => string): readonly Text[] => {
  const create = (more: object): object => ({ Name: 'new', Subnets: subnets, ...more })
  const network = (more: object): object => ({ Name: 'new', Type: 'network', Subnets: ['subnet-1'], ...more })
  const gateway = (more: object): object => ({ Name: 'new', Type: 'gateway', Subnets: ['subnet-1'], ...more })
  const made = (error: string, text: string, input: object): Text => ['CreateLoadBalancer', error, text, input]
  return [
    made(validation, `The load balancer name '${'a'.repeat(33)}' cannot be longer than '32' characters`, create({ Name: 'a'.repeat(33) })),
    made(validation, "The load balancer name 'internal-a' cannot begin with 'internal-'", create({ Name: 'internal-a' })),
    made(validation, "The load balancer name 'a-' cannot end with a hyphen(-)", create({ Name: 'a-' })),
    made(
      validation,
      "The load balancer name 'a_b' can only contain characters that are alphanumeric characters and hyphens(-)",
      create({ Name: 'a_b' }),
    ),
    made(validation, 'At least two subnets in two different Availability Zones must be specified', create({ Subnets: ['subnet-1'] })),
    made(configuration, "Elastic IPs are not supported for load balancers with type 'application'", {
      Name: 'new',
      SubnetMappings: [{ SubnetId: 'subnet-1', AllocationId: 'eipalloc-0123456789abcdef0' }, { SubnetId: 'subnet-2' }],
    }),
    made(
      configuration,
      "You can only specify private IPv4 addresses for Network Load Balancers with scheme 'internal'.",
      network({ Subnets: undefined, SubnetMappings: [{ SubnetId: 'subnet-1', PrivateIPv4Address: '10.0.0.9' }] }),
    ),
    made(
      configuration,
      "'EnablePrefixForIpv6SourceNat' must be set to 'on', before 'SourceNatIpv6Prefix' can be specified.",
      network({ Subnets: undefined, SubnetMappings: [{ SubnetId: 'subnet-1', SourceNatIpv6Prefix: '2001:db8::/64' }] }),
    ),
    made(
      configuration,
      "'EnablePrefixForIpv6SourceNat' can only be specified for LoadBalancer type 'network'.",
      create({ EnablePrefixForIpv6SourceNat: 'on' }),
    ),
    made(
      configuration,
      "'EnablePrefixForIpv6SourceNat' can only be specified when using IpAddressType 'dualstack'.",
      network({ EnablePrefixForIpv6SourceNat: 'on' }),
    ),
    made(configuration, 'Scheme is not supported for Gateway Load Balancers.', gateway({ Scheme: 'internal' })),
    made(configuration, 'Security Groups are not supported for Gateway Load Balancers.', gateway({ SecurityGroups: ['sg-1'] })),
    made(configuration, 'One or more security groups are invalid', create({ SecurityGroups: ['sg-far'] })),
    made(
      configuration,
      'A load balancer cannot be attached to multiple subnets in the same Availability Zone.',
      create({ Subnets: ['subnet-twin-1', 'subnet-twin-2'] }),
    ),
    [
      'SetSecurityGroups',
      configuration,
      'This security group setting for PrivateLink traffic is only available for Network Load Balancers with security groups',
      { LoadBalancerArn: of('alb'), SecurityGroups: ['sg-1'], EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic: 'on' },
    ],
    [
      'SetSecurityGroups',
      configuration,
      'One or more security groups must be specified when using EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic',
      { LoadBalancerArn: of('nlb'), SecurityGroups: [], EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic: 'on' },
    ],
    ['DescribeLoadBalancers', 'LoadBalancerNotFoundException', "Load balancers '[none]' not found", { Names: ['none'] }],
    [
      'CreateTrustStore',
      validation,
      "1 validation error detected: Value null at 'caCertificatesBundleS3Bucket' failed to satisfy constraint: Member must not be null",
      { Name: 'new', ...bundle('k'), CaCertificatesBundleS3Bucket: undefined },
    ],
    ['AddTrustStoreRevocations', validation, 'Revocation contents must be specified', { TrustStoreArn: of('store') }],
  ]
}

const listenerTexts = (of: (name: string) => string): readonly Text[] => {
  const http = (more: object): object => ({ LoadBalancerArn: of('alb'), Protocol: 'HTTP', Port: 81, DefaultActions: [fixed], ...more })
  const https = (more: object): object => http({ Protocol: 'HTTPS', Port: 444, Certificates: certificate('a'), ...more })
  const tls = (more: object): object => ({
    LoadBalancerArn: of('nlb'),
    Protocol: 'TLS',
    Port: 444,
    Certificates: certificate('a'),
    DefaultActions: [{ Type: 'forward', TargetGroupArn: of('tls group') }],
    ...more,
  })
  const mutual = (MutualAuthentication: object): object => https({ MutualAuthentication })
  const made = (error: string, text: string, input: object): Text => ['CreateListener', error, text, input]
  const incompatible = 'The listener and the following target groups have incompatible protocols: {}'
  return [
    made(validation, 'A listener port must be specified', http({ Port: undefined })),
    made(validation, "Listener protocol 'TCP' must be one of 'HTTP, HTTPS'", http({ Protocol: 'TCP' })),
    made(
      validation,
      "Up to '1' certificate ARNs can be specified, but '2' were specified",
      https({
        Certificates: [...certificate('a'), ...certificate('b')],
      }),
    ),
    made(validation, 'A certificate cannot be specified for HTTP listeners', http({ Certificates: certificate('a') })),
    [
      'AddListenerCertificates',
      validation,
      'A certificate cannot be specified for HTTP listeners',
      {
        ListenerArn: of('http'),
        Certificates: certificate('a'),
      },
    ],
    made(validation, 'An SSL policy cannot be specifed for HTTP listeners', http({ SslPolicy: 'ELBSecurityPolicy-2016-08' })),
    made(validation, "You cannot set ALPN policy on load balancers of type 'application'", https({ AlpnPolicy: ['None'] })),
    made(validation, "Up to '1' ALPN policy can be specified, but '2' were specified", tls({ AlpnPolicy: ['None', 'HTTP1Only'] })),
    made(
      validation,
      'Mutual Authentication cannot be set for non secure listeners',
      http({ MutualAuthentication: { Mode: 'passthrough' } }),
    ),
    made(validation, 'Mutual Authentication mode required not found', mutual({ Mode: 'required' })),
    made(
      validation,
      'Mutual Authentication mode off does not support advertise trust store ca names',
      mutual({
        Mode: 'off',
        AdvertiseTrustStoreCaNames: 'on',
      }),
    ),
    made(
      validation,
      'Mutual Authentication mode passthrough does not support ignoring client certificate expiry',
      mutual({
        Mode: 'passthrough',
        IgnoreClientCertificateExpiry: true,
      }),
    ),
    made(validation, 'Mutual Authentication mode verify requires a trust store arn', mutual({ Mode: 'verify' })),
    made(
      configuration,
      "You have reached the maximum number of listeners with mutual authentication with verify mode that you can associate with load balancer '{}': [2]",
      https({ LoadBalancerArn: of('verified'), MutualAuthentication: { Mode: 'verify', TrustStoreArn: of('store') } }),
    ),
    made(
      configuration,
      "The specified listener protocol 'UDP' is not supported on load balancers using the 'dualstack' IP address type when 'EnablePrefixForIpv6SourceNat' is set to 'off'",
      {
        LoadBalancerArn: of('dualstack'),
        Protocol: 'UDP',
        Port: 53,
        DefaultActions: [{ Type: 'forward', TargetGroupArn: of('udp group') }],
      },
    ),
    made(
      configuration,
      "You cannot associate an IPv6 target group with a load balancer that has an 'ipv4' IP address type",
      http({ DefaultActions: [{ Type: 'forward', TargetGroupArn: of('ipv6 group') }] }),
    ),
    made('IncompatibleProtocolsException', incompatible, tls({ DefaultActions: [{ Type: 'forward', TargetGroupArn: of('alb group') }] })),
  ]
}

const actionTexts = (of: (name: string) => string): readonly Text[] => {
  const http = (error: string, text: string, ...actions: readonly object[]): Text => [
    'CreateListener',
    error,
    text,
    { LoadBalancerArn: of('alb'), Protocol: 'HTTP', Port: 81, DefaultActions: actions },
  ]
  const https = (error: string, text: string, ...actions: readonly object[]): Text => [
    'CreateListener',
    error,
    text,
    { LoadBalancerArn: of('alb'), Protocol: 'HTTPS', Port: 444, Certificates: certificate('a'), DefaultActions: actions },
  ]
  const network = (error: string, text: string, ...actions: readonly object[]): Text => [
    'CreateListener',
    error,
    text,
    { LoadBalancerArn: of('nlb'), Protocol: 'TCP', Port: 81, DefaultActions: actions },
  ]
  const forward = (config: object, more: object = {}): object => ({ Type: 'forward', ForwardConfig: config, ...more })
  const free = { TargetGroupArn: of('free group') }
  const six = Array.from({ length: 6 }, (_, index) => ({ TargetGroupArn: of(`crowd-${index}`), Weight: 1 }))
  const redirect = (config: object): object => ({ Type: 'redirect', RedirectConfig: { StatusCode: 'HTTP_301', ...config } })
  const login = (more: object): object => ({ Type: 'authenticate-oidc', Order: 1, AuthenticateOidcConfig: { ...oidc, ...more } })
  const last = { ...fixed, Order: 2 }
  const enumeration = (value: string, place: string, values: string): string =>
    `1 validation error detected: Value '${value}' at '${place}' failed to satisfy constraint: Member must satisfy enum value set: [${values}]`
  return [
    http(validation, "For actions of type 'fixed-response', you must specify the following fields: 'FixedResponseConfig'", {
      Type: 'fixed-response',
    }),
    http(action, 'When you specify multiple actions, you must specify an order for each action', fixed, fixed),
    http(action, "Action types 'redirect,fixed-response' cannot be specified together", { ...redirect({ Port: '444' }), Order: 1 }, last),
    https(
      action,
      "An action of type 'fixed-response' must have a higher order than all other actions",
      { ...fixed, Order: 1 },
      { ...login({}), Order: 2 },
    ),
    network(action, "The action type 'fixed-response' is not valid with network load balancer", fixed),
    http(action, 'You cannot specify more than 5 target groups per action', forward({ TargetGroups: six })),
    http(
      validation,
      'You can specify both a target group list and a top-level target group ARN only if the ARNs match',
      forward({ TargetGroups: [free] }, { TargetGroupArn: of('crowd-0') }),
    ),
    http(
      validation,
      'The weight for the target group must be between 1 and 999, inclusive',
      forward({ TargetGroups: [{ ...free, Weight: 1000 }] }),
    ),
    http(
      validation,
      'The weight for each target group must be between 0 and 999, inclusive',
      forward({ TargetGroups: [free, { TargetGroupArn: of('crowd-0') }] }),
    ),
    http(
      validation,
      'Target group stickiness duration must be between 1 and 604800 seconds',
      forward({ TargetGroups: [free], TargetGroupStickinessConfig: { Enabled: true, DurationSeconds: 604_801 } }),
    ),
    http(
      validation,
      'You must provide a duration when enabling target group stickiness',
      forward({ TargetGroups: [free], TargetGroupStickinessConfig: { Enabled: true } }),
    ),
    network(
      action,
      "Target group stickiness duration cannot be configured on load balancers of type 'network'",
      forward({ TargetGroups: [{ TargetGroupArn: of('tcp group') }], TargetGroupStickinessConfig: { Enabled: true, DurationSeconds: 9 } }),
    ),
    http(action, "The Port parameter must be either an integer between 1 and 65535 or '#{port}'.", redirect({ Port: '70000' })),
    http(
      action,
      "The Path parameter must be a valid path, should start with a '/', and may contain up to one of each of these placeholders: '#{path}', '#{host}', '#{port}'.",
      redirect({ Path: 'a' }),
    ),
    http(action, 'The redirect configuration is not valid because it creates a loop.', redirect({})),
    https(action, 'You cannot redirect HTTPS to HTTP.', redirect({ Protocol: 'HTTP' })),
    http(
      validation,
      enumeration('HTTP_307', 'defaultActions.1.member.redirectConfig.statusCode', 'HTTP_301, HTTP_302'),
      redirect({ StatusCode: 'HTTP_307' }),
    ),
    http(action, "The ContentType must be one of:'text/html', 'application/json', 'application/javascript', 'text/css', 'text/plain'.", {
      Type: 'fixed-response',
      FixedResponseConfig: { StatusCode: '200', ContentType: 'image/png' },
    }),
    https(action, "The 'idp.example.com/authorize' URL is not valid", login({ AuthorizationEndpoint: 'idp.example.com/authorize' }), last),
    https(
      action,
      'You can specify up to 10 extra authentication request parameters',
      login({ AuthenticationRequestExtraParams: eleven }),
      last,
    ),
    https(action, "'Session timeout' value '700000' must be between 1 and 604800 inclusive", login({ SessionTimeout: 700_000 }), last),
    https(
      validation,
      enumeration(
        'redirect',
        'defaultActions.1.member.authenticateOidcConfig.onUnauthenticatedRequest',
        // In an order of AWS' own.
        '{}',
      ),
      login({ OnUnauthenticatedRequest: 'redirect' }),
      last,
    ),
    https(
      action,
      `'${pool}' is not a valid user pool ARN`,
      {
        Type: 'authenticate-cognito',
        Order: 1,
        AuthenticateCognitoConfig: { UserPoolArn: pool, UserPoolClientId: 'c', UserPoolDomain: 'd' },
      },
      last,
    ),
  ]
}

const conditionTexts = (of: (name: string) => string): readonly Text[] => {
  const rule = (text: string, ...conditions: readonly object[]): Text => [
    'CreateRule',
    validation,
    text,
    { ListenerArn: of('http'), Priority: 9, Conditions: conditions, Actions: [fixed] },
  ]
  const host = (Values: readonly string[]): object => ({ Field: 'host-header', HostHeaderConfig: { Values } })
  const header = (HttpHeaderName: string): object => ({ Field: 'http-header', HttpHeaderConfig: { HttpHeaderName, Values: ['v'] } })
  const method = (value: string): object => ({ Field: 'http-request-method', HttpRequestMethodConfig: { Values: [value] } })
  return [
    rule('A condition must be specified'),
    rule("Condition field 'header' must be one of 'http-header,http-request-method,host-header,query-string,path-pattern,source-ip'", {
      Field: 'header',
      Values: ['v'],
    }),
    rule("For conditions of type 'path-pattern', you must specify the following fields: 'Values or RegexValues or PathPatternConfig'", {
      Field: 'path-pattern',
    }),
    rule("A rule can only have one 'host-header' condition", host(['a.b']), host(['c.d'])),
    rule("You must provide exactly one of the following: ['Values' 'RegexValues'] for config of type 'HostHeaderConfig'", host([])),
    rule("You must provide exactly one of the following: ['Values' 'RegexValues'] for config of type 'PathPatternConfig'", {
      Field: 'path-pattern',
      PathPatternConfig: { Values: ['/a'], RegexValues: ['/b'] },
    }),
    rule("'RegexValues' is not supported for a condition of type 'query-string'", {
      Field: 'query-string',
      RegexValues: ['a'],
      QueryStringConfig: { Values: [{ Value: 'a' }] },
    }),
    rule(
      "A rule can only have '5' condition values and regex values",
      { Field: 'path-pattern', PathPatternConfig: { Values: ['/a', '/b', '/c'] } },
      host(['a.b', 'c.d', 'e.f']),
    ),
    rule("Condition value 'example' contains a character that is not valid", host(['example'])),
    rule("Condition value 'get' contains a character that is not valid", method('get')),
    rule("Condition value for 'host-header' cannot contain more than 128 characters", host([`${'a'.repeat(128)}.b`])),
    rule("Condition value for 'http-header' cannot contain more than 40 characters", header('a'.repeat(41))),
    rule("Condition value for 'http-request-method' cannot contain more than 40 characters", method('A'.repeat(41))),
    rule("You cannot specify 'host' as an HTTP header name", header('host')),
    rule("The specified value '10.0.0.1' is not a valid CIDR block", { Field: 'source-ip', SourceIpConfig: { Values: ['10.0.0.1'] } }),
    [
      'CreateRule',
      'PriorityInUseException',
      "Priority '1' is currently in use",
      { ListenerArn: of('http'), Priority: 1, Conditions: path, Actions: [{ ...fixed, FixedResponseConfig: { StatusCode: '200' } }] },
    ],
  ]
}
