import { describe, expect, test } from 'bun:test'
import { clusterArn, containerArn, nameInArn, parseArn, partitionOf, taskArn, taskDefinitionArn } from './arn.ts'

const place = { account: '123456789012', region: 'us-east-1' }

describe('partitions', () => {
  test.each([
    ['us-east-1', 'aws'],
    ['eu-central-1', 'aws'],
    ['cn-north-1', 'aws-cn'],
    ['us-gov-west-1', 'aws-us-gov'],
    ['us-iso-east-1', 'aws-iso'],
    ['us-isob-east-1', 'aws-iso-b'],
    ['eusc-de-east-1', 'aws-eusc'],
  ])('of %s is %s', (region, partition) => {
    expect(partitionOf(region)).toBe(partition)
  })
})

test('ARNs are in the long form', () => {
  expect(clusterArn(place, 'web')).toBe('arn:aws:ecs:us-east-1:123456789012:cluster/web')
  expect(taskDefinitionArn(place, 'app', 7)).toBe('arn:aws:ecs:us-east-1:123456789012:task-definition/app:7')
  expect(taskArn(place, 'web', 'abc')).toBe('arn:aws:ecs:us-east-1:123456789012:task/web/abc')
  expect(containerArn(place, 'web', 'abc', 'def')).toBe('arn:aws:ecs:us-east-1:123456789012:container/web/abc/def')
  expect(clusterArn({ ...place, region: 'cn-north-1' }, 'web')).toBe('arn:aws-cn:ecs:cn-north-1:123456789012:cluster/web')
  expect(nameInArn(taskArn(place, 'web', 'abc'))).toBe('abc')
})

describe('parsing', () => {
  test('keeps colons of the resource', () => {
    expect(parseArn(taskDefinitionArn(place, 'app', 7))).toEqual({
      partition: 'aws',
      service: 'ecs',
      region: 'us-east-1',
      account: '123456789012',
      resource: 'task-definition/app:7',
    })
  })

  test('allows no region and no account', () => {
    expect(parseArn('arn:aws:s3:::bucket/key')).toMatchObject({ service: 's3', region: '', account: '', resource: 'bucket/key' })
  })

  test.each(['web', '', 'arn:aws:ecs:us-east-1:123456789012', 'arn:aws:ecs:us-east-1:123456789012:', 'urn:aws:ecs:a:b:c'])(
    'refuses %p',
    text => {
      expect(parseArn(text)).toBeUndefined()
    },
  )
})
