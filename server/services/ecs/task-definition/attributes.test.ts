// Expected names are those of recorded answers to the same task definitions.
import { expect, test } from 'bun:test'
import { requiredAttributes } from './attributes.ts'
import type { Draft } from './draft.ts'

const docker = (version: string) => `com.amazonaws.ecs.capability.docker-remote-api.${version}`
const role = 'arn:aws:iam::123456789012:role/role'
const app = { name: 'app', image: 'nginx', memory: 128 }
const awslogs = (options: Record<string, string> = {}) =>
  ({ logDriver: 'awslogs', options: { 'awslogs-group': 'g', 'awslogs-stream-prefix': 'p', ...options } }) as const
const needs = (more: Partial<Draft>) =>
  requiredAttributes({ family: 'web', containerDefinitions: [app], ...more })
    .map(({ name }) => name)
    .sort()

test.each<[string, Partial<Draft>, string[]]>([
  ['nothing', {}, []],
  ['awsvpc', { networkMode: 'awsvpc' }, [docker('1.18'), 'ecs.capability.task-eni']],
  [
    'awslogs with an execution role that makes its group',
    {
      networkMode: 'awsvpc',
      executionRoleArn: role,
      containerDefinitions: [{ ...app, logConfiguration: awslogs({ 'awslogs-create-group': 'true' }) }],
    },
    [
      'com.amazonaws.ecs.capability.logging-driver.awslogs',
      'ecs.capability.execution-role-awslogs',
      docker('1.19'),
      docker('1.18'),
      'ecs.capability.task-eni',
      docker('1.29'),
    ],
  ],
  [
    'an image of ECR, a health check and a task role',
    {
      networkMode: 'awsvpc',
      executionRoleArn: role,
      taskRoleArn: role,
      containerDefinitions: [
        {
          ...app,
          image: '123456789012.dkr.ecr.ap-northeast-2.amazonaws.com/app',
          healthCheck: { command: ['CMD', 'true'] },
          logConfiguration: awslogs({ 'awslogs-create-group': 'true' }),
        },
      ],
    },
    [
      'com.amazonaws.ecs.capability.logging-driver.awslogs',
      docker('1.24'),
      'ecs.capability.execution-role-awslogs',
      'com.amazonaws.ecs.capability.ecr-auth',
      docker('1.19'),
      'com.amazonaws.ecs.capability.task-iam-role',
      'ecs.capability.container-health-check',
      'ecs.capability.execution-role-ecr-pull',
      docker('1.18'),
      'ecs.capability.task-eni',
      docker('1.29'),
    ],
  ],
  [
    'a reservation, dependencies and secrets',
    {
      networkMode: 'awsvpc',
      executionRoleArn: role,
      taskRoleArn: role,
      containerDefinitions: [
        { name: 'init', image: 'busybox', memoryReservation: 64, essential: false, logConfiguration: awslogs() },
        {
          ...app,
          secrets: [{ name: 'A', valueFrom: 'arn:aws:ssm:us-east-1:123456789012:parameter/a' }],
          dependsOn: [{ containerName: 'init', condition: 'SUCCESS' }],
        },
      ],
    },
    [
      'com.amazonaws.ecs.capability.logging-driver.awslogs',
      'ecs.capability.execution-role-awslogs',
      docker('1.19'),
      docker('1.21'),
      'com.amazonaws.ecs.capability.task-iam-role',
      'ecs.capability.container-ordering',
      'ecs.capability.secrets.ssm.environment-variables',
      docker('1.18'),
      'ecs.capability.task-eni',
    ],
  ],
  [
    'a volume of Docker',
    { volumes: [{ name: 'd', dockerVolumeConfiguration: { scope: 'shared' } }] },
    ['ecs.capability.docker-plugin.local', docker('1.25')],
  ],
  [
    'EFS with an access point',
    { volumes: [{ name: 'd', efsVolumeConfiguration: { fileSystemId: 'fs-1', authorizationConfig: { accessPointId: 'a' } } }] },
    ['ecs.capability.efsAuth', 'ecs.capability.efs', docker('1.25')],
  ],
  [
    'a secret of Secrets Manager',
    { containerDefinitions: [{ ...app, secrets: [{ name: 'A', valueFrom: 'arn:aws:secretsmanager:us-east-1:123456789012:secret:a' }] }] },
    ['ecs.capability.secrets.asm.environment-variables'],
  ],
  ['FireLens', { containerDefinitions: [{ ...app, firelensConfiguration: { type: 'fluentbit' } }] }, ['ecs.capability.firelens.fluentbit']],
])('of %s', (_, draft, names) => {
  expect(needs(draft)).toEqual(names.sort())
})
