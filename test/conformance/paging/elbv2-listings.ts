import { model as elbv2 } from '../../../server/aws/generated/elbv2.ts'
import type { Calls, Listings } from './listings.ts'

const subnets = ['subnet-1', 'subnet-2']
const group = { Protocol: 'HTTP', Port: 80, VpcId: 'vpc-1', TargetType: 'ip' }
const fixed = [{ Type: 'fixed-response', FixedResponseConfig: { StatusCode: '404' } }]
const certificate = (name: string): object[] => [{ CertificateArn: `arn:aws:acm:us-east-1:000000000000:certificate/${name}` }]
const bundle = { CaCertificatesBundleS3Bucket: 'b', CaCertificatesBundleS3Key: 'k' }

/** What ELBv2 lists, and what that needs that is there once. */
export async function elbListings({ done, does, arnOf }: Calls): Promise<Listings> {
  const balancer = (name: string) => arnOf(elbv2, 'CreateLoadBalancer', { Name: name, Subnets: subnets }, 'LoadBalancerArn')
  const ofListeners = await balancer('of-listeners')
  const ofRules = await balancer('of-rules')
  const listen = (arn: string, Port: number, more: object = {}): Promise<string> =>
    arnOf(elbv2, 'CreateListener', { LoadBalancerArn: arn, Protocol: 'HTTP', Port, DefaultActions: fixed, ...more }, 'ListenerArn')
  const secure = (name: string): object => ({ Protocol: 'HTTPS', Certificates: certificate(name) })
  const rules = await listen(ofRules, 80)
  const certificates = await listen(ofRules, 443, secure('default'))
  const store = await arnOf(elbv2, 'CreateTrustStore', { Name: 'store', ...bundle }, 'TrustStoreArn')
  let port = 1_000
  let priority = 0
  const inElb = (resource: string): RegExp => new RegExp(`arn:aws:elasticloadbalancing:us-east-1:000000000000:${resource}[^<]*`, 'g')
  const ofElb = { model: elbv2, standard: 400, most: 400 }
  return {
    DescribeLoadBalancers: {
      ...ofElb,
      count: 5,
      input: {},
      items: inElb('loadbalancer/'),
      make: name => balancer(name.replace('Describe', '')),
      remove: arn => done(elbv2, 'DeleteLoadBalancer', { LoadBalancerArn: arn }),
    },
    DescribeTargetGroups: {
      ...ofElb,
      count: 401,
      input: {},
      items: inElb('targetgroup/'),
      make: name => arnOf(elbv2, 'CreateTargetGroup', { ...group, Name: name }, 'TargetGroupArn'),
      remove: arn => done(elbv2, 'DeleteTargetGroup', { TargetGroupArn: arn }),
    },
    DescribeListeners: {
      ...ofElb,
      count: 5,
      input: { LoadBalancerArn: ofListeners },
      items: inElb('listener/'),
      make: () => listen(ofListeners, (port += 1)),
      remove: arn => done(elbv2, 'DeleteListener', { ListenerArn: arn }),
    },
    DescribeRules: {
      ...ofElb,
      count: 5,
      input: { ListenerArn: rules },
      items: inElb('listener-rule/'),
      make: () => {
        const rule = { ListenerArn: rules, Priority: (priority += 1), Actions: fixed }
        return arnOf(elbv2, 'CreateRule', { ...rule, Conditions: [{ Field: 'path-pattern', Values: ['/a'] }] }, 'RuleArn')
      },
      remove: arn => done(elbv2, 'DeleteRule', { RuleArn: arn }),
    },
    DescribeListenerCertificates: {
      ...ofElb,
      count: 5,
      input: { ListenerArn: certificates },
      items: /arn:aws:acm:[^<]*/g,
      make: name => does(elbv2, 'AddListenerCertificates', { ListenerArn: certificates, Certificates: certificate(name) }),
      remove: name => done(elbv2, 'RemoveListenerCertificates', { ListenerArn: certificates, Certificates: certificate(name) }),
    },
    DescribeTrustStores: {
      ...ofElb,
      count: 5,
      input: {},
      items: inElb('truststore/'),
      make: name => arnOf(elbv2, 'CreateTrustStore', { Name: name, ...bundle }, 'TrustStoreArn'),
      remove: arn => done(elbv2, 'DeleteTrustStore', { TrustStoreArn: arn }),
    },
    DescribeTrustStoreRevocations: {
      ...ofElb,
      count: 5,
      input: { TrustStoreArn: store },
      items: /<RevocationId>\d+/g,
      make: async () => {
        const contents = [{ S3Bucket: 'b', S3Key: 'r' }]
        return arnOf(elbv2, 'AddTrustStoreRevocations', { TrustStoreArn: store, RevocationContents: contents }, 'RevocationId')
      },
      remove: id => done(elbv2, 'RemoveTrustStoreRevocations', { TrustStoreArn: store, RevocationIds: [Number(id)] }),
    },
    DescribeTrustStoreAssociations: {
      ...ofElb,
      count: 3,
      input: { TrustStoreArn: store },
      items: inElb('loadbalancer/'),
      make: async name => {
        const arn = await balancer(name.replace('DescribeTrustStore', ''))
        return listen(arn, 443, { ...secure('a'), MutualAuthentication: { Mode: 'verify', TrustStoreArn: store } })
      },
      remove: arn => done(elbv2, 'DeleteListener', { ListenerArn: arn }),
    },
    DescribeSSLPolicies: { ...ofElb, count: 0, input: {}, items: /<Name>ELBSecurityPolicy[^<]*/g },
    DescribeAccountLimits: { ...ofElb, count: 0, input: {}, items: /<Name>[^<]*/g },
  }
}
