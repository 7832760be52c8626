import { expect, test } from 'bun:test'
import { cloudFormationSource } from './source.ts'
import { readTemplate } from './template.ts'

const template = readTemplate(
  {
    Parameters: { Image: { Type: 'String', Default: 'nginx' }, Unused: { Type: 'String' } },
    Resources: {
      Role: { Type: 'AWS::IAM::Role' },
      Task: {
        Type: 'AWS::ECS::TaskDefinition',
        Properties: {
          Family: 'web',
          TaskRoleArn: { 'Fn::GetAtt': ['Role', 'Arn'] },
          ContainerDefinitions: [{ Name: 'web', Image: { Ref: 'Image' }, LogConfiguration: { LogDriver: { 'Fn::ImportValue': 'logs' } } }],
        },
      },
    },
  },
  'web',
)
const given = (...parameters: readonly (readonly [string, string])[]) =>
  cloudFormationSource([template], {
    place: {
      account: '000000000000',
      region: 'us-east-1',
      network: { vpc: 'vpc-1', subnets: [], securityGroup: 'sg-1', isMadeUp: true, has: () => true },
    },
    parameters: new Map([['Role.Arn', 'arn:aws:iam::000000000000:role/web'], ['logs', 'awslogs'], ...parameters]),
    standsIn: false,
  })

test('parameters, values of resources that are not made, and exports are given by name', () => {
  const [task] = given(['Image', 'nginx:2'], ['Unused', 'x']).wanted
  expect(task?.input).toMatchObject({
    taskRoleArn: 'arn:aws:iam::000000000000:role/web',
    containerDefinitions: [{ image: 'nginx:2', logConfiguration: { logDriver: 'awslogs' } }],
  })
})

test('a name that the template does not have is refused, and the one that was meant is said', () => {
  expect(() => given(['Imgae', 'nginx:2'])).toThrow('no parameter and no resource Imgae')
  expect(() => given(['Imgae', 'nginx:2'])).toThrow(expect.objectContaining({ exitCode: 2, remedy: 'Did you mean --parameter Image=…?' }))
})
