import { expect, test } from 'bun:test'
import type { KubeClient } from '../../shared/kube/index.ts'
import { addressesInCluster } from './cluster-names.ts'

const addresses = new Map([
  ['lb-web-0123456789abcdef', '10.96.0.7'],
  ['aws', '10.96.0.8'],
])
const find: KubeClient['find'] = async (_, { name }) => {
  const clusterIP = addresses.get(name)
  return JSON.parse(JSON.stringify(clusterIP === undefined ? {} : { spec: { clusterIP } }))
}
const resolve = addressesInCluster({ find }, async () => ['198.51.100.1'])

test('a load balancer is at its Service, in whatever case its name is asked for', async () => {
  expect(await resolve('Web-0123456789abcdef.us-east-1.elb.localhost.localstack.cloud.')).toEqual(['10.96.0.7'])
})

test('other names of LocalStack are at the door', async () => {
  expect(await resolve('localhost.localstack.cloud')).toEqual(['10.96.0.8'])
  expect(await resolve('bucket.s3.localhost.localstack.cloud')).toEqual(['10.96.0.8'])
})

test('all else is what this machine knows of it', async () => {
  expect(await resolve('example.com')).toEqual(['198.51.100.1'])
  expect(await resolve('nolocalhost.localstack.cloud')).toEqual(['198.51.100.1'])
})

test('a load balancer that is not there has no address', async () => {
  expect(resolve('gone-0123456789abcdef.us-east-1.elb.localhost.localstack.cloud')).rejects.toThrow('has no address')
})
