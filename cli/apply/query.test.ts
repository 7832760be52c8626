import { expect, test } from 'bun:test'
import { readQueryAnswer } from './query-answer.ts'
import { queryForm } from './query-form.ts'

// The forms that https://smithy.io/2.0/aws/protocols/aws-query-protocol.html has.

test('lists and structures by their paths', () => {
  const input = { Names: ['a', 'b'], Actions: [{ Type: 'forward', Order: 1 }], Empty: [], Absent: undefined, IsOn: true }
  expect(queryForm(input, 'query')).toEqual({
    'Names.member.1': 'a',
    'Names.member.2': 'b',
    'Actions.member.1.Type': 'forward',
    'Actions.member.1.Order': '1',
    Empty: '',
    IsOn: 'true',
  })
  expect(queryForm({ Filter: [{ Name: 'vpc-id', Value: ['vpc-1'] }] }, 'ec2')).toEqual({
    'Filter.1.Name': 'vpc-id',
    'Filter.1.Value.1': 'vpc-1',
  })
})

test('an answer, and a list of one', () => {
  const answer = `<DescribeListenersResponse><DescribeListenersResult><Listeners><member><Port>80</Port></member></Listeners>
    <NextMarker>x</NextMarker></DescribeListenersResult><ResponseMetadata/></DescribeListenersResponse>`
  expect(readQueryAnswer(answer, 'DescribeListeners')).toEqual({ Listeners: [{ Port: '80' }], NextMarker: 'x' })
  const subnets = '<DescribeSubnetsResponse><subnetSet><item><subnetId>subnet-1</subnetId></item></subnetSet></DescribeSubnetsResponse>'
  expect(readQueryAnswer(subnets, 'DescribeSubnets')).toEqual({ subnetSet: [{ subnetId: 'subnet-1' }] })
})

test('refusals of both forms', () => {
  const refused = '<ErrorResponse><Error><Type>Sender</Type><Code>ListenerNotFound</Code><Message>none</Message></Error></ErrorResponse>'
  expect(readQueryAnswer(refused, 'DescribeListeners')).toMatchObject({ Code: 'ListenerNotFound', Message: 'none' })
  const ec2 = '<Response><Errors><Error><Code>InvalidSubnetID.NotFound</Code><Message>no</Message></Error></Errors></Response>'
  expect(readQueryAnswer(ec2, 'DescribeSubnets')).toMatchObject({ Code: 'InvalidSubnetID.NotFound' })
})
