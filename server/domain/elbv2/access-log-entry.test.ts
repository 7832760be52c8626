import { expect, test } from 'bun:test'
import { accessLogEntry } from './access-log-entry.ts'

const LoadBalancerArn = 'arn:aws:elasticloadbalancing:us-east-2:123456789012:loadbalancer/app/my-loadbalancer/50dc6c495c0c9188'
const group = 'arn:aws:elasticloadbalancing:us-east-2:123456789012:targetgroup/my-targets/73e2d6bc24d8a067'
const listener = { ListenerArn: 'arn', LoadBalancerArn, Port: 80 }
const rule = {
  RuleArn: 'arn',
  Priority: 'default',
  IsDefault: true,
  Actions: [{ Type: 'forward', ForwardConfig: { TargetGroups: [{ TargetGroupArn: group }] } }],
} as const
const record = {
  StartUTC: '2018-07-02T22:22:48.364000123Z',
  Duration: 2_000_000,
  Overhead: 1_000_000,
  OriginDuration: 1_000_000,
  ClientAddr: '192.168.131.39:2817',
  ServiceAddr: '10.0.0.1:80',
  ServiceName: 'group-73e2d6bc24d8a067@http',
  OriginStatus: 200,
  DownstreamStatus: 200,
  RequestContentSize: 34,
  DownstreamContentSize: 366,
  RequestMethod: 'GET',
  RequestHost: 'www.example.com',
  RequestPath: '/',
  RequestProtocol: 'HTTP/1.1',
  'request_User-Agent': 'curl/7.46.0',
  'request_X-Amzn-Trace-Id': 'Root=1-58337262-36d228ad5d99923122bbe354',
}

// The first example of the page, but for what is not told here: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-access-logs.html#access-log-entry-examples
test('a request by HTTP', () => {
  expect(accessLogEntry(record, { listener, rule })).toBe(
    `http 2018-07-02T22:22:48.366000Z app/my-loadbalancer/50dc6c495c0c9188 192.168.131.39:2817 10.0.0.1:80 0.001 0.001 0.000 200 200 34 366 "GET http://www.example.com:80/ HTTP/1.1" "curl/7.46.0" - - ${group} "Root=1-58337262-36d228ad5d99923122bbe354" "-" "-" 0 2018-07-02T22:22:48.364000Z "forward" "-" "-" "10.0.0.1:80" "200" "-" "-" -`,
  )
})

test('a request by HTTP/2 over TLS that the load balancer answers itself', () => {
  const secure = { ...listener, Port: 443, Certificates: [{ CertificateArn: 'arn:aws:acm:us-east-2:123456789012:certificate/1' }] }
  const redirect = {
    RuleArn: 'arn',
    Priority: '7',
    IsDefault: false,
    Actions: [{ Type: 'authenticate-oidc' }, { Type: 'redirect' }],
  } as const
  const { ServiceAddr: _, ServiceName: __, OriginStatus: ___, ...own } = record
  const more = { TLSVersion: '1.2', TLSCipher: 'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256', RequestProtocol: 'HTTP/2.0', DownstreamStatus: 301 }
  const line = accessLogEntry(
    { ...own, ...more, downstream_Location: 'https://a/', 'request_User-Agent': 'a"b\\ü' },
    { listener: secure, rule: redirect },
  )
  expect(line).toStartWith('h2 ')
  expect(line).toContain(
    ' 192.168.131.39:2817 - -1 -1 -1 301 - 34 366 "GET https://www.example.com:443/ HTTP/2.0" "a\\x22b\\x5C\\xC3\\xBC" ECDHE-RSA-AES128-GCM-SHA256 TLSv1.2 - ',
  )
  expect(line).toContain('"www.example.com" "arn:aws:acm:us-east-2:123456789012:certificate/1" 7 ')
  expect(line).toEndWith('"authenticate,redirect" "https://a/" "-" "-" "-" "-" "-" -')
})

// A target that closes the connection, or a client that does: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-access-logs.html#access-log-entry-syntax
test.each([
  ['target', 502, 502, '0.001 0.001 0.000 502 502'],
  ['balancer', 502, 502, '-1 -1 -1 502 -'],
  ['balancer', 499, 460, '-1 -1 -1 460 -'],
] as const)('a request that the %s answers with %i, which is %i', (from, OriginStatus, DownstreamStatus, fields) => {
  const line = accessLogEntry({ ...record, OriginStatus, DownstreamStatus, 'request_X-Kecs-From': from }, { listener, rule })
  expect(line).toContain(` 10.0.0.1:80 ${fields} 34 366 `)
})
