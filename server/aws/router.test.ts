import { describe, expect, test } from 'bun:test'
import { systemClock } from '../../shared/clock.ts'
import { randomIds } from '../../shared/ids.ts'
import { bindApplicationAutoScaling } from '../services/application-autoscaling/index.ts'
import { elbv2Service } from '../services/elbv2/index.ts'
import { bindServiceDiscovery } from '../services/servicediscovery/index.ts'
import { memoryStore } from '../store/memory.ts'
import { accountOf, isAccount, scopeOfHeader, scopeOfQuery } from './credential.ts'
import { createRouter, type Route } from './router.ts'

const parts = { store: memoryStore(), clock: systemClock, ids: randomIds }
const router = createRouter({
  services: [elbv2Service({ ...parts, wake: () => {} }), bindServiceDiscovery(parts), bindApplicationAutoScaling(parts)],
})

interface Sent {
  readonly target?: string
  readonly scope?: string
  readonly form?: string
  readonly query?: string
}

async function route({ target, scope, form, query = '' }: Sent): Promise<Route> {
  const headers = new Headers()
  if (target) headers.set('x-amz-target', target)
  if (scope) headers.set('authorization', `AWS4-HMAC-SHA256 Credential=A/20261123/${scope}/aws4_request, SignedHeaders=host, Signature=0`)
  if (form) headers.set('content-type', 'application/x-www-form-urlencoded')
  return router.route(
    new Request(`http://door/${query}`, { method: query ? 'GET' : 'POST', headers, ...(query ? {} : { body: form ?? '{}' }) }),
  )
}

/** `service operation`, or what else came out. */
async function routed(sent: Sent): Promise<string> {
  const found = await route(sent)
  if (found.kind === 'operation') return `${found.service.bound.model.signingName} ${found.operation.name} ${found.caller.region}`
  return found.kind === 'fault' ? found.fault.code : `${found.form} ${found.name}`
}

describe('routing', () => {
  const cases: [string, Sent, string][] = [
    ['a target', { target: 'Route53AutoNaming_v20170314.ListServices' }, 'servicediscovery ListServices us-east-1'],
    [
      'a target, whatever name it was signed for',
      { target: 'AnyScaleFrontendService.DescribeScalingPolicies', scope: 'eu-west-1/autoscaling' },
      'application-autoscaling DescribeScalingPolicies eu-west-1',
    ],
    ['a target of elsewhere', { target: 'DynamoDB_20120810.ListTables', scope: 'eu-west-1/dynamodb' }, 'aws-json dynamodb'],
    ['a target without a dot', { target: 'nonsense' }, 'aws-json '],
    ['an unknown operation', { target: 'AnyScaleFrontendService.Explode' }, 'UnknownOperationException'],
    ['no target where there must be one', { scope: 'eu-west-1/servicediscovery' }, 'UnknownOperationException'],
    [
      'a signed form',
      { scope: 'eu-west-1/elasticloadbalancing', form: 'Action=DescribeRules&Version=2015-12-01' },
      'elasticloadbalancing DescribeRules eu-west-1',
    ],
    [
      'a signed form without a version',
      { scope: 'eu-west-1/elasticloadbalancing', form: 'Action=DescribeRules' },
      'elasticloadbalancing DescribeRules eu-west-1',
    ],
    ['a signed form without an action', { scope: 'eu-west-1/elasticloadbalancing', form: 'Version=2015-12-01' }, 'MissingAction'],
    ['an unsigned form of ours', { form: 'Version=2015-12-01&Action=DescribeRules' }, 'elasticloadbalancing DescribeRules us-east-1'],
    ['an unsigned form of elsewhere', { form: 'Version=2011-06-15&Action=GetCallerIdentity' }, 'aws-query undefined'],
    ['an unsigned form without a version', { form: 'Action=DescribeRules' }, 'aws-query undefined'],
    ['a query string', { query: '?Action=DescribeRules&Version=2015-12-01' }, 'elasticloadbalancing DescribeRules us-east-1'],
    ['an S3 request', { scope: 'eu-west-1/s3' }, 'rest-xml s3'],
    ['a web page', { query: '?a=b' }, 'aws-json undefined'],
  ]
  for (const [what, sent, expected] of cases) test(what, async () => expect(await routed(sent)).toBe(expected))
})

describe('credential scope', () => {
  test('of a header, however it is spaced', () => {
    const scope = { accessKeyId: 'AK', region: 'us-east-1', signingName: 'ecs' }
    expect(scopeOfHeader('AWS4-HMAC-SHA256 Credential=AK/20261123/us-east-1/ecs/aws4_request, SignedHeaders=a, Signature=b')).toEqual(scope)
    expect(scopeOfHeader('AWS4-HMAC-SHA256 SignedHeaders=a,Signature=b,Credential=AK/20261123/us-east-1/ecs/aws4_request')).toEqual(scope)
  })
  test('of SigV4A, which has no region', () => {
    expect(scopeOfHeader('AWS4-ECDSA-P256-SHA256 Credential=AK/20261123/ecs/aws4_request, SignedHeaders=a, Signature=b')).toEqual({
      accessKeyId: 'AK',
      region: undefined,
      signingName: 'ecs',
    })
  })
  test('of a presigned query', () => {
    expect(scopeOfQuery('a=b&X-Amz-Credential=AK%2F20261123%2Fus-east-1%2Fecs%2Faws4_request')?.signingName).toBe('ecs')
  })
  test('there is none in anything else', () => {
    for (const header of [null, '', 'Bearer token', 'Basic YTpi', 'AWS4-HMAC-SHA256 Credential=', 'AWS4 Credential=a/b/c/d/e'])
      expect(scopeOfHeader(header)).toBeUndefined()
  })
  test('an account is twelve digits', () => {
    expect(['123456789012', '12345678901', '12345678901a', '１２３４５６７８９０１２'].map(isAccount)).toEqual([true, false, false, false])
  })

  // Made by LocalStack 4.14's STS for a role of account 123456789012.
  test.each([
    ['LSIARZPUZDIKILMRENAW', '123456789012'],
    ['123456789012', '123456789012'],
    ['AKIAIOSFODNN7EXAMPLE', undefined],
    ['test', undefined],
  ])('the key %s is of account %s', (key, account) => {
    expect(accountOf(key)).toBe(account)
  })
})
