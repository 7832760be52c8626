import { describe, expect, test } from 'bun:test'
import type { RegisterTaskDefinitionRequest } from '../../../aws/generated/ecs.ts'
import { taskDefinitionFamilies, taskDefinitions } from '../../../store/tables.ts'
import { refusalOf } from '../../../../test/support/refusal.ts'
import { testContext } from '../../../../test/support/task-rows.ts'
import { deregisterTaskDefinition } from './deregister-task-definition.ts'
import { registerTaskDefinition } from './register-task-definition.ts'

const empty = () => testContext({ definitions: [] })
const simple = { family: 'web', containerDefinitions: [{ name: 'app', image: 'nginx', memory: 128 }] }

describe('RegisterTaskDefinition', () => {
  test('answers the task definition as AWS does', async () => {
    const input: RegisterTaskDefinitionRequest = {
      ...simple,
      containerDefinitions: [{ name: 'app', image: 'nginx', memory: 128, portMappings: [{ containerPort: 80 }] }],
      tags: [{ key: 'team', value: 'a' }],
    }
    expect(await registerTaskDefinition(await empty(), input)).toEqual({
      taskDefinition: {
        taskDefinitionArn: 'arn:aws:ecs:us-east-1:000000000000:task-definition/web:1',
        family: 'web',
        revision: 1,
        status: 'ACTIVE',
        containerDefinitions: [
          {
            name: 'app',
            image: 'nginx',
            cpu: 0,
            memory: 128,
            portMappings: [{ containerPort: 80, hostPort: 0, protocol: 'tcp' }],
            essential: true,
            environment: [],
            mountPoints: [],
            volumesFrom: [],
            systemControls: [],
          },
        ],
        volumes: [],
        placementConstraints: [],
        compatibilities: ['EXTERNAL', 'EC2'],
        registeredAt: 1_700_000_000,
        registeredBy: 'arn:aws:iam::000000000000:root',
      },
      tags: [{ key: 'team', value: 'a' }],
    })
  })

  test('fills what a Fargate task definition leaves out', async () => {
    const { taskDefinition } = await registerTaskDefinition(await empty(), {
      family: 'web',
      networkMode: 'awsvpc',
      requiresCompatibilities: ['FARGATE'],
      cpu: '.25 vCPU',
      memory: '0.5GB',
      volumes: [{ name: 'scratch' }, { name: 'shared', efsVolumeConfiguration: { fileSystemId: 'fs-1' } }],
      containerDefinitions: [
        {
          name: 'app',
          image: 'nginx',
          portMappings: [{ containerPort: 80 }, { containerPortRange: '8000-8010', protocol: 'udp' }],
          healthCheck: { command: ['CMD', 'true'], timeout: 9 },
          mountPoints: [
            { sourceVolume: 'scratch', containerPath: '/tmp' },
            { sourceVolume: 'shared', containerPath: '/data', readOnly: true },
          ],
        },
      ],
    })
    expect(taskDefinition).toMatchObject({
      cpu: '256',
      memory: '512',
      compatibilities: ['EC2', 'MANAGED_INSTANCES', 'FARGATE'],
      requiresCompatibilities: ['FARGATE'],
      volumes: [
        { name: 'scratch', host: {} },
        { name: 'shared', efsVolumeConfiguration: { fileSystemId: 'fs-1' } },
      ],
      containerDefinitions: [
        {
          portMappings: [
            { containerPort: 80, hostPort: 80, protocol: 'tcp' },
            { containerPortRange: '8000-8010', protocol: 'udp' },
          ],
          healthCheck: { command: ['CMD', 'true'], interval: 30, timeout: 9, retries: 3 },
        },
      ],
    })
  })

  test('keeps every member that it is given', async () => {
    const { family, ...given } = {
      family: 'web',
      taskRoleArn: 'arn:aws:iam::000000000000:role/task',
      executionRoleArn: 'arn:aws:iam::000000000000:role/execution',
      networkMode: 'bridge',
      placementConstraints: [{ type: 'memberOf', expression: 'attribute:x == y' }],
      requiresCompatibilities: ['EC2'],
      cpu: '512',
      memory: '1024',
      pidMode: 'task',
      ipcMode: 'task',
      runtimePlatform: { cpuArchitecture: 'X86_64', operatingSystemFamily: 'LINUX' },
      enableFaultInjection: true,
      volumes: [{ name: 'logs', dockerVolumeConfiguration: { scope: 'shared', autoprovision: true, labels: { a: 'b' } } }],
      containerDefinitions: [
        {
          name: 'app',
          image: 'nginx',
          repositoryCredentials: { credentialsParameter: 'arn:aws:secretsmanager:us-east-1:000000000000:secret:r' },
          cpu: 128,
          memory: 256,
          memoryReservation: 128,
          links: ['side'],
          portMappings: [{ containerPort: 80, hostPort: 8080, protocol: 'tcp', name: 'http', appProtocol: 'http' }],
          essential: true,
          restartPolicy: { enabled: true, ignoredExitCodes: [0], restartAttemptPeriod: 60 },
          entryPoint: ['sh'],
          command: ['-c', 'true'],
          environment: [{ name: 'A', value: 'b' }],
          environmentFiles: [{ type: 's3', value: 'arn:aws:s3:::bucket/app.env' }],
          mountPoints: [{ sourceVolume: 'logs', containerPath: '/logs', readOnly: false }],
          volumesFrom: [{ sourceContainer: 'side', readOnly: true }],
          linuxParameters: { initProcessEnabled: true, capabilities: { add: ['NET_ADMIN'] }, tmpfs: [{ containerPath: '/t', size: 64 }] },
          secrets: [{ name: 'S', valueFrom: 'parameter' }],
          dependsOn: [{ containerName: 'side', condition: 'START' }],
          startTimeout: 30,
          stopTimeout: 40,
          versionConsistency: 'disabled',
          hostname: 'app',
          user: '1000:1000',
          workingDirectory: '/srv',
          disableNetworking: false,
          privileged: true,
          readonlyRootFilesystem: true,
          dnsServers: ['10.0.0.2'],
          dnsSearchDomains: ['internal'],
          extraHosts: [{ hostname: 'db', ipAddress: '10.0.0.3' }],
          dockerSecurityOptions: ['no-new-privileges'],
          interactive: true,
          pseudoTerminal: true,
          dockerLabels: { a: 'b' },
          ulimits: [{ name: 'nofile', softLimit: 1, hardLimit: 2 }],
          logConfiguration: {
            logDriver: 'syslog',
            options: { 'syslog-address': 'udp://10.0.0.4' },
            secretOptions: [{ name: 'x', valueFrom: 'y' }],
          },
          healthCheck: { command: ['CMD', 'true'], interval: 10, timeout: 5, retries: 2, startPeriod: 1 },
          systemControls: [{ namespace: 'net.core.somaxconn', value: '1024' }],
          resourceRequirements: [{ type: 'GPU', value: '1' }],
          credentialSpecs: ['credentialspec:file'],
        },
        { name: 'side', image: 'fluent', essential: false, firelensConfiguration: { type: 'fluentbit', options: { a: 'b' } } },
      ],
    } as const satisfies RegisterTaskDefinitionRequest
    const { taskDefinition } = await registerTaskDefinition(await empty(), { family, ...given })
    expect(taskDefinition).toMatchObject(given)
  })

  test('numbers the revisions of a family, and never one twice', async () => {
    const context = await empty()
    const register = async (family: string) => (await registerTaskDefinition(context, { ...simple, family })).taskDefinition?.revision
    expect([await register('a'), await register('b'), await register('a')]).toEqual([1, 1, 2])
    await deregisterTaskDefinition(context, { taskDefinition: 'a:2' })
    const arn = 'arn:aws:ecs:us-east-1:000000000000:task-definition/a:2'
    await context.store.commit(transaction => transaction.remove(taskDefinitions, arn))
    expect(await register('a')).toBe(3)
  })

  test('gives each of many calls at once a number of its own', async () => {
    const context = await empty()
    const answers = await Promise.all(Array.from({ length: 50 }, () => registerTaskDefinition(context, simple)))
    expect(new Set(answers.map(answer => answer.taskDefinition?.revision)).size).toBe(50)
  })

  test('changes nothing when it refuses', async () => {
    const context = await empty()
    expect(await refusalOf(() => registerTaskDefinition(context, { ...simple, tags: [] }))).toBe('ClientException: Tags can not be empty.')
    expect(await refusalOf(() => registerTaskDefinition(context, { ...simple, tags: [{ key: '' }] }))).toBe(
      'InvalidParameterException: Tag key can not be blank.',
    )
    expect(await refusalOf(() => registerTaskDefinition(context, { ...simple, containerDefinitions: [] }))).toBe(
      'ClientException: Container list cannot be empty.',
    )
    expect(context.store.table(taskDefinitionFamilies).size).toBe(0)
  })
})
