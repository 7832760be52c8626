// What belongs to other services is asked of LocalStack, in its own answers' forms.
import { expect, test } from 'bun:test'
import { instance } from '../support/instance.ts'

test('subnets, VPCs, certificates, functions and objects are LocalStack’s', async () => {
  const { aws, run } = await instance()
  const refused = async (...args: readonly string[]): Promise<string> => {
    const { code, stderr } = await run(['aws', ...args], { check: false })
    expect(code).not.toBe(0)
    return stderr
  }
  const { Subnets } = (await aws('ec2', 'describe-subnets', '--filters', 'Name=default-for-az,Values=true')) as {
    Subnets: { SubnetId: string; VpcId: string; AvailabilityZone: string }[]
  }
  const [first, second] = Subnets
  if (first === undefined || second === undefined) throw new Error('LocalStack has no default subnets')
  const create = (name: string, ...subnets: string[]) => ['elbv2', 'create-load-balancer', '--name', name, '--subnets', ...subnets]
  expect(await refused(...create('owners', first.SubnetId, 'subnet-0123456789abcdef0'))).toContain(
    "(SubnetNotFound) when calling the CreateLoadBalancer operation: The subnet ID 'subnet-0123456789abcdef0' does not exist",
  )
  const { LoadBalancers } = (await aws(...create('owners', first.SubnetId, second.SubnetId))) as {
    LoadBalancers: { LoadBalancerArn: string; VpcId: string; AvailabilityZones: { ZoneName: string }[] }[]
  }
  const [made] = LoadBalancers
  expect(made).toMatchObject({
    VpcId: first.VpcId,
    AvailabilityZones: [{ ZoneName: first.AvailabilityZone }, { ZoneName: second.AvailabilityZone }],
  })
  const arn = made?.LoadBalancerArn ?? ''
  const certificate = 'arn:aws:acm:us-east-1:000000000000:certificate/732eb8a4-4be8-41ab-9f40-f25b911f1339'
  const listener = (of: string) =>
    `elbv2 create-listener --load-balancer-arn ${arn} --protocol HTTPS --port 9019 --certificates CertificateArn=${of} --default-actions Type=fixed-response,FixedResponseConfig={StatusCode=404}`.split(
      ' ',
    )
  expect(await refused(...listener(certificate))).toContain('(CertificateNotFound)')
  const { CertificateArn } = (await aws('acm', 'request-certificate', '--domain-name', 'example.com')) as { CertificateArn: string }
  await aws(...listener(CertificateArn))
  expect(
    await refused('elbv2', 'create-target-group', '--name', 'owners', '--protocol', 'HTTP', '--port', '80', '--vpc-id', 'vpc-0'),
  ).toContain("The VPC ID 'vpc-0' is not found")
  const store = 'elbv2 create-trust-store --name owners --ca-certificates-bundle-s3-bucket none --ca-certificates-bundle-s3-key ca.pem'
  expect(await refused(...store.split(' '))).toContain('(CaCertificatesBundleNotFound)')
  await aws('elbv2', 'delete-load-balancer', '--load-balancer-arn', arn)
}, 300_000)
