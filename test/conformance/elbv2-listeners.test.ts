// Listeners, their certificates and rules, driven by the AWS SDK as a user drives them.
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import {
  type Action,
  AddListenerCertificatesCommand,
  CreateListenerCommand,
  CreateRuleCommand,
  type CreateRuleCommandInput,
  DeleteListenerCommand,
  DeleteRuleCommand,
  DescribeListenerAttributesCommand,
  DescribeListenerCertificatesCommand,
  DescribeListenersCommand,
  DescribeRulesCommand,
  ModifyListenerAttributesCommand,
  ModifyListenerCommand,
  ModifyRuleCommand,
  RemoveListenerCertificatesCommand,
  type RuleCondition,
  type RuleTransform,
  SetRulePrioritiesCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import { type Elbv2, openElbv2, refusal } from './elbv2.ts'

let elbv2: Elbv2
beforeAll(async () => {
  elbv2 = await openElbv2()
}, 300_000)
afterAll(() => elbv2.close(), 300_000)

const certificate = (name: string) => `arn:aws:acm:us-east-1:000000000000:certificate/${name}`
const ok: Action = { Type: 'fixed-response', FixedResponseConfig: { StatusCode: '200', ContentType: 'text/plain', MessageBody: 'ok' } }

const actionsOf = async (ListenerArn: string) =>
  (await elbv2.client.send(new DescribeListenersCommand({ ListenerArns: [ListenerArn] }))).Listeners?.[0]?.DefaultActions

describe('listeners', () => {
  test('forward with all that they default to, are changed and deleted', async () => {
    const { client } = elbv2
    const LoadBalancerArn = await elbv2.balancer('listeners')
    const group = await elbv2.group('listeners')
    const other = await elbv2.group('listeners-b')
    const create = new CreateListenerCommand({
      LoadBalancerArn,
      Protocol: 'HTTP',
      Port: 80,
      DefaultActions: [{ Type: 'forward', TargetGroupArn: group }],
    })
    const [made] = (await client.send(create)).Listeners ?? []
    const ListenerArn = made?.ListenerArn ?? ''
    expect(ListenerArn).toMatch(/:listener\/app\/[a-z0-9-]+\/[0-9a-f]{16}\/[0-9a-f]{16}$/)
    const shown = {
      ListenerArn,
      LoadBalancerArn,
      Port: 80,
      Protocol: 'HTTP',
      DefaultActions: [
        {
          Type: 'forward',
          TargetGroupArn: group,
          ForwardConfig: { TargetGroups: [{ TargetGroupArn: group, Weight: 1 }], TargetGroupStickinessConfig: { Enabled: false } },
        },
      ],
    }
    expect<unknown>(made).toEqual(shown)
    expect((await client.send(create)).Listeners?.[0]?.ListenerArn).toBe(ListenerArn)
    expect(
      await refusal(client.send(new CreateListenerCommand({ LoadBalancerArn, Protocol: 'HTTP', Port: 80, DefaultActions: [ok] }))),
    ).toBe(`DuplicateListenerException: A listener already exists on this port for this load balancer '${LoadBalancerArn}'`)

    const weighted: Action = {
      Type: 'forward',
      ForwardConfig: {
        TargetGroups: [
          { TargetGroupArn: group, Weight: 9 },
          { TargetGroupArn: other, Weight: 1 },
        ],
        TargetGroupStickinessConfig: { Enabled: true, DurationSeconds: 60 },
      },
    }
    const modified = await client.send(new ModifyListenerCommand({ ListenerArn, Port: 8080, DefaultActions: [weighted] }))
    expect(modified.Listeners?.[0]).toMatchObject({ Port: 8080, DefaultActions: [weighted] })
    expect(modified.Listeners?.[0]?.DefaultActions?.[0]?.TargetGroupArn).toBeUndefined()

    const elsewhere = await elbv2.balancer('elsewhere')
    expect(
      await refusal(
        client.send(
          new CreateListenerCommand({
            LoadBalancerArn: elsewhere,
            Protocol: 'HTTP',
            Port: 80,
            DefaultActions: [{ Type: 'forward', TargetGroupArn: group }],
          }),
        ),
      ),
    ).toBe(
      `TargetGroupAssociationLimitException: The following target groups cannot be associated with more than one load balancer: ${group}`,
    )

    const { Listeners } = await client.send(new DescribeListenersCommand({ LoadBalancerArn }))
    expect(Listeners?.map(listener => listener.ListenerArn)).toEqual([ListenerArn])
    await client.send(new DeleteListenerCommand({ ListenerArn }))
    expect(await refusal(client.send(new DeleteListenerCommand({ ListenerArn })))).toBe(
      'ListenerNotFoundException: One or more listeners not found',
    )
    expect(await refusal(client.send(new DescribeListenersCommand({})))).toBe(
      'ValidationError: You must specify either listener ARNs or a load balancer ARN',
    )
  })

  test('of every other action', async () => {
    const { client } = elbv2
    const LoadBalancerArn = await elbv2.balancer('actions')
    const redirect = await client.send(
      new CreateListenerCommand({
        LoadBalancerArn,
        Protocol: 'HTTP',
        Port: 80,
        DefaultActions: [{ Type: 'redirect', RedirectConfig: { Protocol: 'HTTPS', Port: '443', StatusCode: 'HTTP_301' } }],
      }),
    )
    expect(redirect.Listeners?.[0]?.DefaultActions?.[0]?.RedirectConfig).toEqual({
      Protocol: 'HTTPS',
      Port: '443',
      Host: '#{host}',
      Path: '/#{path}',
      Query: '#{query}',
      StatusCode: 'HTTP_301',
    })
    const oidc = {
      Issuer: 'https://issuer.example',
      AuthorizationEndpoint: 'https://issuer.example/authorize',
      TokenEndpoint: 'https://issuer.example/token',
      UserInfoEndpoint: 'https://issuer.example/user',
      ClientId: 'id',
    }
    const secure = await client.send(
      new CreateListenerCommand({
        LoadBalancerArn,
        Protocol: 'HTTPS',
        Port: 443,
        Certificates: [{ CertificateArn: certificate('a') }],
        DefaultActions: [
          { Type: 'authenticate-oidc', Order: 1, AuthenticateOidcConfig: { ...oidc, ClientSecret: 'secret' } },
          { ...ok, Order: 2 },
        ],
      }),
    )
    const [listener] = secure.Listeners ?? []
    expect(listener).toMatchObject({ SslPolicy: 'ELBSecurityPolicy-2016-08', MutualAuthentication: { Mode: 'off' } })
    expect(listener?.DefaultActions?.[0]?.AuthenticateOidcConfig).toEqual({
      ...oidc,
      SessionCookieName: 'AWSELBAuthSessionCookie',
      Scope: 'openid',
      SessionTimeout: 604800,
      OnUnauthenticatedRequest: 'authenticate',
    })
    const ListenerArn = listener?.ListenerArn ?? ''
    // The secret need not be told again.
    await client.send(
      new ModifyListenerCommand({
        ListenerArn,
        DefaultActions: [
          { Type: 'authenticate-oidc', Order: 1, AuthenticateOidcConfig: { ...oidc, UseExistingClientSecret: true } },
          { ...ok, Order: 2 },
        ],
      }),
    )
    expect((await actionsOf(ListenerArn))?.map(({ Type }) => Type)).toEqual(['authenticate-oidc', 'fixed-response'])
    const jwt = { JwksEndpoint: 'https://issuer.example/keys', Issuer: 'https://issuer.example' }
    await client.send(
      new ModifyListenerCommand({
        ListenerArn,
        DefaultActions: [
          { Type: 'jwt-validation', Order: 1, JwtValidationConfig: jwt },
          { ...ok, Order: 2 },
        ],
      }),
    )
    expect((await actionsOf(ListenerArn))?.[0]?.JwtValidationConfig).toEqual(jwt)
    const cognito = {
      UserPoolArn: 'arn:aws:cognito-idp:us-east-1:000000000000:userpool/us-east-1_a',
      UserPoolClientId: 'client',
      UserPoolDomain: 'domain',
    }
    await client.send(
      new ModifyListenerCommand({
        ListenerArn,
        DefaultActions: [
          { Type: 'authenticate-cognito', Order: 1, AuthenticateCognitoConfig: cognito },
          { ...ok, Order: 2 },
        ],
      }),
    )
    expect((await actionsOf(ListenerArn))?.[0]?.AuthenticateCognitoConfig).toMatchObject(cognito)
  })

  test.each([
    [{ Protocol: 'TCP' }, "ValidationError: Listener protocol 'TCP' must be one of 'HTTP, HTTPS'"],
    [{ Port: undefined }, 'ValidationError: A listener port must be specified'],
    [{ Protocol: 'HTTPS' }, 'ValidationError: A certificate must be specified for HTTPS listeners'],
    [
      { Protocol: 'HTTPS', Certificates: [{ CertificateArn: certificate('a') }, { CertificateArn: certificate('b') }] },
      "ValidationError: Up to '1' certificate ARNs can be specified, but '2' were specified",
    ],
    [
      { Protocol: 'HTTPS', Certificates: [{ CertificateArn: certificate('a') }], SslPolicy: 'none' },
      "SSLPolicyNotFoundException: SSL policy 'none' not found",
    ],
    [{ AlpnPolicy: ['None'] }, "ValidationError: You cannot set ALPN policy on load balancers of type 'application'"],
    [{ DefaultActions: [{ Type: 'forward' }] }, 'ValidationError: A target group ARN must be specified'],
    [
      { DefaultActions: [{ Type: 'redirect', RedirectConfig: { StatusCode: 'HTTP_302' } }] },
      'InvalidLoadBalancerActionException: The redirect configuration is not valid because it creates a loop.',
    ],
    [
      {
        DefaultActions: [
          {
            Type: 'forward',
            TargetGroupArn: 'arn:aws:elasticloadbalancing:us-east-1:000000000000:targetgroup/none/0123456789abcdef',
          },
        ],
      },
      'TargetGroupNotFoundException: One or more target groups not found',
    ],
  ] as const)('are refused: %#', async (more, words) => {
    const LoadBalancerArn = await elbv2.balancer('refused')
    const input = { LoadBalancerArn, Protocol: 'HTTP', Port: 80, DefaultActions: [ok], ...structuredClone(more) }
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the table's tuples are read-only
    expect(await refusal(elbv2.client.send(new CreateListenerCommand(input as never)))).toBe(words)
  })

  test('of a network load balancer', async () => {
    const { client } = elbv2
    const LoadBalancerArn = await elbv2.balancer('nlb', { Type: 'network' })
    const group = await elbv2.group('nlb', { Protocol: 'TCP' })
    const { Listeners } = await client.send(
      new CreateListenerCommand({
        LoadBalancerArn,
        Protocol: 'TLS',
        Port: 443,
        AlpnPolicy: ['HTTP2Preferred'],
        Certificates: [{ CertificateArn: certificate('a') }],
        DefaultActions: [{ Type: 'forward', TargetGroupArn: group }],
      }),
    )
    expect(Listeners?.[0]).toMatchObject({ Protocol: 'TLS', AlpnPolicy: ['HTTP2Preferred'], SslPolicy: 'ELBSecurityPolicy-2016-08' })
    const http = await elbv2.group('nlb-http')
    expect(
      await refusal(
        client.send(
          new CreateListenerCommand({
            LoadBalancerArn,
            Protocol: 'TCP',
            Port: 80,
            DefaultActions: [{ Type: 'forward', TargetGroupArn: http }],
          }),
        ),
      ),
    ).toBe(`IncompatibleProtocolsException: The listener and the following target groups have incompatible protocols: ${http}`)
    const tcp = await client.send(
      new CreateListenerCommand({
        LoadBalancerArn,
        Protocol: 'TCP',
        Port: 80,
        DefaultActions: [{ Type: 'forward', TargetGroupArn: group }],
      }),
    )
    const ListenerArn = tcp.Listeners?.[0]?.ListenerArn ?? ''
    await client.send(new ModifyListenerAttributesCommand({ ListenerArn, Attributes: [{ Key: 'tcp.idle_timeout.seconds', Value: '600' }] }))
    expect((await client.send(new DescribeListenerAttributesCommand({ ListenerArn }))).Attributes).toEqual([
      { Key: 'tcp.idle_timeout.seconds', Value: '600' },
    ])
    expect(
      await refusal(
        client.send(new ModifyListenerAttributesCommand({ ListenerArn, Attributes: [{ Key: 'tcp.idle_timeout.seconds', Value: '6' }] })),
      ),
    ).toStartWith("ValidationError: 'tcp.idle_timeout.seconds' value '6' must be between")
  })

  test('have further certificates', async () => {
    const { client } = elbv2
    const LoadBalancerArn = await elbv2.balancer('certificates')
    const { Listeners } = await client.send(
      new CreateListenerCommand({
        LoadBalancerArn,
        Protocol: 'HTTPS',
        Port: 443,
        Certificates: [{ CertificateArn: certificate('a') }],
        DefaultActions: [ok],
      }),
    )
    const ListenerArn = Listeners?.[0]?.ListenerArn ?? ''
    const of = (...names: string[]) => ({ ListenerArn, Certificates: names.map(name => ({ CertificateArn: certificate(name) })) })
    await client.send(new AddListenerCertificatesCommand(of('b', 'c')))
    const all = await client.send(new DescribeListenerCertificatesCommand({ ListenerArn }))
    expect(all.Certificates).toEqual([
      { CertificateArn: certificate('a'), IsDefault: true },
      { CertificateArn: certificate('b'), IsDefault: false },
      { CertificateArn: certificate('c'), IsDefault: false },
    ])
    await client.send(new RemoveListenerCertificatesCommand(of('b')))
    const malformed = { ...of('b'), Certificates: [{ CertificateArn: 'b' }] }
    expect(await refusal(client.send(new RemoveListenerCertificatesCommand(malformed)))).toBe(
      "ValidationError: Certificate ARN 'b' is not valid",
    )
    expect(await refusal(client.send(new RemoveListenerCertificatesCommand(of('a'))))).toBe(
      'OperationNotPermittedException: Default certificate cannot be removed',
    )
    const many = Array.from({ length: 25 }, (_, index) => `n${index}`)
    expect(await refusal(client.send(new AddListenerCertificatesCommand(of(...many))))).toStartWith('TooManyCertificatesException: ')
    expect(
      await refusal(client.send(new AddListenerCertificatesCommand({ ListenerArn, Certificates: [{ CertificateArn: 'nonsense' }] }))),
    ).toBe("CertificateNotFoundException: Certificate 'nonsense' not found")
  })
})

describe('rules', () => {
  const path = (...Values: string[]): RuleCondition => ({ Field: 'path-pattern', PathPatternConfig: { Values } })

  test('are made by priority, change places, are changed and deleted', async () => {
    const { client } = elbv2
    const ListenerArn = await elbv2.listener(await elbv2.balancer('rules'))
    const rule = async (Priority: number, more: Partial<CreateRuleCommandInput> = {}) => {
      const input = { ListenerArn, Priority, Conditions: [path(`/${Priority}`)], Actions: [ok], ...more }
      return (await client.send(new CreateRuleCommand(input))).Rules?.[0]
    }
    const ten = await rule(10)
    expect(ten).toEqual({
      RuleArn: expect.stringMatching(/:listener-rule\/app\/[a-z0-9-]+\/[0-9a-f]{16}\/[0-9a-f]{16}\/[0-9a-f]{16}$/),
      Priority: '10',
      Conditions: [{ Field: 'path-pattern', Values: ['/10'], PathPatternConfig: { Values: ['/10'] } }],
      Actions: [ok],
      IsDefault: false,
      Transforms: [],
    })
    expect(await rule(10)).toEqual(ten)
    expect(await refusal(rule(10, { Conditions: [path('/other')] }))).toBe("PriorityInUseException: Priority '10' is currently in use")
    const nine = await rule(9)
    const priorities = async () =>
      (await client.send(new DescribeRulesCommand({ ListenerArn }))).Rules?.map(({ Priority, RuleArn }) => [Priority, RuleArn])
    const defaultRule = (await priorities())?.[2]?.[1]
    expect(await priorities()).toEqual([
      ['9', nine?.RuleArn],
      ['10', ten?.RuleArn],
      ['default', defaultRule],
    ])
    await client.send(
      new SetRulePrioritiesCommand({
        RulePriorities: [
          { RuleArn: nine?.RuleArn, Priority: 10 },
          { RuleArn: ten?.RuleArn, Priority: 9 },
        ],
      }),
    )
    expect(await priorities()).toEqual([
      ['9', ten?.RuleArn],
      ['10', nine?.RuleArn],
      ['default', defaultRule],
    ])
    expect(await refusal(client.send(new SetRulePrioritiesCommand({ RulePriorities: [{ RuleArn: nine?.RuleArn, Priority: 9 }] })))).toBe(
      "PriorityInUseException: Priority '9' is currently in use",
    )
    const changed = await client.send(new ModifyRuleCommand({ RuleArn: ten?.RuleArn, Conditions: [path('/new')] }))
    expect(changed.Rules?.[0]).toMatchObject({ Conditions: [{ Values: ['/new'] }], Actions: [ok] })
    expect(await refusal(client.send(new ModifyRuleCommand({ RuleArn: ten?.RuleArn })))).toBe(
      'ValidationError: Either conditions or actions must be specified',
    )
    await client.send(new DeleteRuleCommand({ RuleArn: ten?.RuleArn }))
    expect(await refusal(client.send(new DeleteRuleCommand({ RuleArn: ten?.RuleArn })))).toBe(
      'RuleNotFoundException: One or more rules not found',
    )
    expect(await refusal(client.send(new DeleteRuleCommand({ RuleArn: defaultRule })))).toStartWith('OperationNotPermittedException: ')
    const first = await client.send(new DescribeRulesCommand({ ListenerArn, PageSize: 1 }))
    const second = await client.send(new DescribeRulesCommand({ ListenerArn, PageSize: 1, Marker: first.NextMarker }))
    expect([first, second].flatMap(page => page.Rules ?? []).map(({ Priority }) => Priority)).toEqual(['10', 'default'])
  })

  test('match by every field, and rewrite', async () => {
    const { client } = elbv2
    const ListenerArn = await elbv2.listener(await elbv2.balancer('conditions'))
    const Conditions: RuleCondition[] = [
      { Field: 'host-header', Values: ['a.example.com'] },
      { Field: 'http-header', HttpHeaderConfig: { HttpHeaderName: 'X-A', Values: ['b*'] } },
      { Field: 'http-request-method', HttpRequestMethodConfig: { Values: ['GET'] } },
      { Field: 'query-string', QueryStringConfig: { Values: [{ Key: 'k', Value: 'v' }] } },
      { Field: 'source-ip', SourceIpConfig: { Values: ['10.0.0.0/8'] } },
    ]
    const Transforms: RuleTransform[] = [{ Type: 'url-rewrite', UrlRewriteConfig: { Rewrites: [{ Regex: '^/a', Replace: '/b' }] } }]
    const { Rules } = await client.send(
      new CreateRuleCommand({
        ListenerArn,
        Priority: 1,
        Conditions,
        Actions: [ok],
        Transforms,
      }),
    )
    expect(Rules?.[0]?.Conditions).toEqual([{ ...Conditions[0], HostHeaderConfig: { Values: ['a.example.com'] } }, ...Conditions.slice(1)])
    expect(Rules?.[0]?.Transforms).toHaveLength(1)
    const reset = await client.send(new ModifyRuleCommand({ RuleArn: Rules?.[0]?.RuleArn, ResetTransforms: true }))
    expect(reset.Rules?.[0]?.Transforms ?? []).toEqual([])
    const regex = await client.send(
      new ModifyRuleCommand({
        RuleArn: Rules?.[0]?.RuleArn,
        Conditions: [{ Field: 'path-pattern', PathPatternConfig: { RegexValues: ['^/v[0-9]+$'] } }],
      }),
    )
    expect(regex.Rules?.[0]?.Conditions?.[0]?.RegexValues).toEqual(['^/v[0-9]+$'])
  })

  test.each([
    [[], 'A condition must be specified'],
    [[path('/1', '/2', '/3', '/4', '/5', '/6')], "A rule can only have '5' condition values and regex values"],
    [
      [{ Field: 'nonsense' }],
      "Condition field 'nonsense' must be one of 'http-header,http-request-method,host-header,query-string,path-pattern,source-ip'",
    ],
    [[{ Field: 'path-pattern', Values: ['/a', '/b'] }], "The 'path-pattern' field contains too many values; the limit is '1'"],
    [[path('x'.repeat(129))], "Condition value for 'path-pattern' cannot contain more than 128 characters"],
    [[path()], "You must provide exactly one of the following: ['Values' 'RegexValues'] for config of type 'PathPatternConfig'"],
    [[path('/a'), path('/b')], "A rule can only have one 'path-pattern' condition"],
    [[{ Field: 'http-header' }], "For conditions of type 'http-header', you must specify the following fields: 'HttpHeaderConfig'"],
    [
      [{ Field: 'http-request-method', HttpRequestMethodConfig: { Values: ['get'] } }],
      "Condition value 'get' contains a character that is not valid",
    ],
    [[{ Field: 'source-ip', SourceIpConfig: { Values: ['10.0.0.1'] } }], "The specified value '10.0.0.1' is not a valid CIDR block"],
    [
      [{ Field: 'query-string', QueryStringConfig: { Values: [{ Key: 'k' }] } }],
      "A 'Value' must be specified in 'QueryStringKeyValuePair'",
    ],
  ] as [RuleCondition[], string][])('are refused: %#', async (Conditions, words) => {
    const ListenerArn = await elbv2.listener(await elbv2.balancer('bad-rules'))
    expect(await refusal(elbv2.client.send(new CreateRuleCommand({ ListenerArn, Priority: 1, Conditions, Actions: [ok] })))).toBe(
      `ValidationError: ${words}`,
    )
  })

  test('are refused beyond their limits', async () => {
    const ListenerArn = await elbv2.listener(await elbv2.balancer('limits'))
    const create = (Priority: number, Actions: Action[]) =>
      refusal(elbv2.client.send(new CreateRuleCommand({ ListenerArn, Priority, Conditions: [path('/a')], Actions })))
    expect(await create(50_001, [ok])).toContain('less than or equal to 50000')
    expect(await create(1, [ok, ok, ok, ok, ok, ok])).toStartWith('TooManyActionsException: ')
    const groups = Array.from({ length: 6 }, (_, index) => ({
      TargetGroupArn: `arn:aws:elasticloadbalancing:us-east-1:000000000000:targetgroup/t/000000000000000${index}`,
      Weight: 1,
    }))
    expect(await create(1, [{ Type: 'forward', ForwardConfig: { TargetGroups: groups } }])).toContain(
      'You cannot specify more than 5 target groups per action',
    )
  })
})
