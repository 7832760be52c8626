// Texts are those that the service was seen to answer; what is not known to be AWS' is not here.
import { describe, expect, test } from 'bun:test'
import { ServiceError } from '../../../aws/errors.ts'
import type { ContainerDefinition } from '../../../aws/generated/ecs.ts'
import { checkDraft } from './check.ts'
import type { Draft } from './draft.ts'

const app = { name: 'app', image: 'nginx', memory: 128 } as const satisfies ContainerDefinition

/** A container's members over one that runs anywhere. */
const container = (more: ContainerDefinition): Partial<Draft> => ({ containerDefinitions: [{ ...app, ...more }] })
/** Two containers; the second is not essential. */
const pair = (first: ContainerDefinition, second: ContainerDefinition): Partial<Draft> => ({
  containerDefinitions: [
    { ...app, ...first },
    { ...app, name: 'side', essential: false, ...second },
  ],
})
const awsvpc = { networkMode: 'awsvpc' } as const
const fargate = { ...awsvpc, requiresCompatibilities: ['FARGATE'], cpu: '256', memory: '512' } as const satisfies Partial<Draft>
const role = 'arn:aws:iam::123456789012:role/ecsTaskExecutionRole'
const awslogs = (options: Record<string, string>): ContainerDefinition => ({ logConfiguration: { logDriver: 'awslogs', options } })
const ports = (...portMappings: NonNullable<ContainerDefinition['portMappings']>): ContainerDefinition => ({ portMappings })
const ecr = '123456789012.dkr.ecr.us-east-1.amazonaws.com/app:1'

const draft = (more: Partial<Draft>): Draft => ({ family: 'web', containerDefinitions: [app], ...more })

function problemWith(more: Partial<Draft>): string | undefined {
  try {
    checkDraft(draft(more))
    return undefined
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error
    expect(error.code).toBe('ClientException')
    return error.message
  }
}

const invalidCpu =
  "Invalid 'cpu' setting for task. For more information, see the Troubleshooting section of the Amazon ECS Developer Guide."

type Case = readonly [text: string, draft: Partial<Draft>]
const general: readonly Case[] = [
  ['Family contains invalid characters.', { family: 'a b' }],
  ['Family contains invalid characters.', { family: 'x'.repeat(256) }],
  ['Container list cannot be empty.', { containerDefinitions: [] }],
  ['Container names must be unique within a task definition.', pair({}, { name: 'app' })],
  ["Task definition doesn't have any essential container.", container({ essential: false })],
  ['Container.image should not be null or empty.', container({ image: '' })],
  ['Container.image contains invalid characters.', container({ image: '$IMAGE:$TAG' })],
  ["Actual length: '65636'. Max allowed length is '65536' bytes.", container({ command: ['x'.repeat(65_536)] })],
  ["Unsupported field 'inferenceAccelerators'.", { inferenceAccelerators: [{ deviceName: 'd', deviceType: 't' }] }],
  [invalidCpu, { cpu: 'much' }],
  [invalidCpu, { cpu: '64' }],
  [invalidCpu, { cpu: '196609' }],
  ['Role is not valid', { taskRoleArn: 'arn:aws:iam::123456789012:user/x' }],
  [
    "When you are specifying container secrets, you must also specify a value for 'executionRoleArn'.",
    container({ secrets: [{ name: 'A', valueFrom: 'b' }] }),
  ],
]
const containers: readonly Case[] = [
  [
    "Invalid setting for container 'app'. At least one of 'memory' or 'memoryReservation' must be specified.",
    { containerDefinitions: [{ name: 'app', image: 'nginx' }] },
  ],
  [
    "Invalid setting for container 'app'. 'memory' must be greater than or equal to 'memoryReservation'.",
    container({ memoryReservation: 129 }),
  ],
  ["The 'memory' setting for container 'app' is greater than for the task.", { memory: '64' }],
  [
    "The sum of all container 'cpu' values cannot be greater than the value of the task 'cpu'.",
    { ...pair({ cpu: 100 }, { cpu: 100 }), cpu: '128' },
  ],
  [
    "Health check interval must be less than or equal to the maximum allowed value 300 for container 'app'",
    container({ healthCheck: { command: ['CMD', 'true'], interval: 301 } }),
  ],
  [
    "Health check retries must be less than or equal to the maximum allowed value 10 for container 'app'",
    container({ healthCheck: { command: ['CMD', 'true'], retries: 11 } }),
  ],
  [
    "The 'restartAttemptPeriod' setting for container 'app' must be between 60 and 1800.",
    container({ restartPolicy: { enabled: true, restartAttemptPeriod: 59 } }),
  ],
  [
    "The secret name must be unique and not shared with any new or existing environment variables set on the container, such as 'A'.",
    { executionRoleArn: role, ...container({ environment: [{ name: 'A', value: '1' }], secrets: [{ name: 'A', valueFrom: '/a' }] }) },
  ],
  ['Soft limit exceeds hard limit for ulimit nofile', container({ ulimits: [{ name: 'nofile', softLimit: 2, hardLimit: 1 }] })],
  ['Soft limit exceeds hard limit for ulimit core', container({ ulimits: [{ name: 'core', softLimit: -1, hardLimit: 1 }] })],
  ["The 'maxSwap' setting for container 'app' must be 0 or more.", container({ linuxParameters: { maxSwap: -1 } })],
  ["The 'swappiness' setting for container 'app' must be between 0 and 100.", container({ linuxParameters: { swappiness: 101 } })],
  [
    "The value of the resource requirement GPU of container 'app' must be a number of GPUs.",
    container({ resourceRequirements: [{ type: 'GPU', value: 'many' }] }),
  ],
  [
    'The maximum number of environment files was exceeded. Specify ten or less and try again.',
    container({ environmentFiles: Array.from({ length: 11 }, () => ({ type: 's3', value: 'arn:aws:s3:::b/e.env' })) }),
  ],
  ['Invalid arn syntax.', container({ environmentFiles: [{ type: 's3', value: 's3://b/e.env' }] })],
  ["Invalid 'volumesFrom' setting. Unknown container: 'ghost'.", container({ volumesFrom: [{ sourceContainer: 'ghost' }] })],
  [
    "Cannot depend on container + 'ghost' because it does not exist",
    container({ dependsOn: [{ containerName: 'ghost', condition: 'START' }] }),
  ],
  [
    'A dependency container with SUCCESS or COMPLETE condition cannot be an essential container',
    pair({}, { dependsOn: [{ containerName: 'app', condition: 'SUCCESS' }] }),
  ],
  [
    'A dependency container with HEALTHY condition must have health check configured',
    pair({ dependsOn: [{ containerName: 'side', condition: 'HEALTHY' }] }, {}),
  ],
  ["Unknown volume 'data'.", container({ mountPoints: [{ sourceVolume: 'data', containerPath: '/d' }] })],
  ['Volumes [data] are not referenced by any of the containers', { volumes: [{ name: 'data', configuredAtLaunch: true }] }],
  [
    'When awsfirelens log driver is specified in log configuration, a firelens configuration object must be configured in one of the containers.',
    container({ logConfiguration: { logDriver: 'awsfirelens' } }),
  ],
  ['Log driver awslogs requires options: awslogs-group', container(awslogs({}))],
]
const efs = (more: object): Partial<Draft> => ({
  ...container({ mountPoints: [{ sourceVolume: 'data', containerPath: '/d' }] }),
  volumes: [{ name: 'data', efsVolumeConfiguration: { fileSystemId: 'fs-1', ...more } }],
})
const network: readonly Case[] = [
  [
    'When networkMode=awsvpc, the host ports and container ports in port mappings must match.',
    { ...awsvpc, ...container(ports({ containerPort: 80, hostPort: 8080 })) },
  ],
  [
    'When networkMode=host, the host ports and container ports in port mappings must match.',
    { networkMode: 'host', ...container(ports({ containerPort: 80, hostPort: 8080 })) },
  ],
  [
    'When networkMode=bridge, port mapping name is already used',
    pair(ports({ containerPort: 80, name: 'http' }), ports({ containerPort: 81, name: 'http' })),
  ],
  [
    "TCP container port '80' is used multiple times in task when networkMode=awsvpc.",
    { ...awsvpc, ...pair(ports({ containerPort: 80 }), ports({ containerPort: 80 })) },
  ],
  [
    "TCP container port '90' is used multiple times in task when networkMode=awsvpc.",
    { ...awsvpc, ...container(ports({ containerPortRange: '80-90' }, { containerPortRange: '90-99' })) },
  ],
  [
    "Invalid port mapping for container 'app', cannot specify both single port and port range.",
    container(ports({ containerPortRange: '80-90', containerPort: 80 })),
  ],
  ["Invalid 'containerPortRange' setting for container 'app'.", container(ports({ containerPortRange: '90-80' }))],
  ['Links are not supported when networkMode=awsvpc.', { ...awsvpc, ...container({ links: ['side'] }) }],
  [
    'Extra hosts are not supported on container when networkMode=awsvpc.',
    { ...awsvpc, ...container({ extraHosts: [{ hostname: 'a', ipAddress: '10.0.0.1' }] }) },
  ],
  ['hostname is not supported on container when networkMode=awsvpc.', { ...awsvpc, ...container({ hostname: 'a' }) }],
  ['Disable Networking is not supported on container when networkMode=awsvpc.', { ...awsvpc, ...container({ disableNetworking: true }) }],
  ['DNS servers are not supported on container when networkMode=awsvpc.', { ...awsvpc, ...container({ dnsServers: ['10.0.0.2'] }) }],
  ['APPMESH proxy configuration is only supported in networkMode=awsvpc', { proxyConfiguration: { containerName: 'app' } }],
  ['Proxy container [ghost] does not exist.', { ...awsvpc, proxyConfiguration: { containerName: 'ghost' } }],
  ['Ingress port not found', { ...awsvpc, proxyConfiguration: { containerName: 'app', properties: [] } }],
  [
    'When using an EFS access point, the root directory must either be set to "/" or be omitted.',
    efs({ authorizationConfig: { accessPointId: 'fsap-1' }, rootDirectory: '/data' }),
  ],
  ['EFS IAM authorization requires TransitEncryption to be enabled.', efs({ authorizationConfig: { iam: 'ENABLED' } })],
  ['TransitEncryptionPort requires that TransitEncryption is enabled.', efs({ transitEncryptionPort: 2049 })],
  [
    'Tasks using the EC2 launch type do not support EphemeralStorage.',
    { requiresCompatibilities: ['EC2'], ephemeralStorage: { sizeInGiB: 30 } },
  ],
]
const onFargate: readonly Case[] = [
  ["Fargate only supports network mode 'awsvpc'.", { ...fargate, networkMode: 'bridge' }],
  ["Fargate requires that 'cpu' be defined at the task level.", { ...awsvpc, requiresCompatibilities: ['FARGATE'], memory: '512' }],
  ["Fargate requires that 'memory' be defined at the task level.", { ...awsvpc, requiresCompatibilities: ['FARGATE'], cpu: '256' }],
  [
    'No Fargate configuration exists for given values: 1024 CPU, 1024 memory. See the Amazon ECS documentation for the valid values.',
    { ...fargate, cpu: '1024', memory: '1024' },
  ],
  [
    'No Fargate configuration exists for given values: 256 CPU, 512 memory. See the Amazon ECS documentation for the valid values.',
    { ...fargate, runtimePlatform: { operatingSystemFamily: 'WINDOWS_SERVER_2022_CORE' } },
  ],
  [
    'No Fargate configuration exists for given values: 1024 CPU, 2048 memory. See the Amazon ECS documentation for the valid values.',
    {
      ...fargate,
      cpu: '1024',
      memory: '2048',
      runtimePlatform: { operatingSystemFamily: 'WINDOWS_SERVER_2022_CORE', cpuArchitecture: 'ARM64' },
    },
  ],
  ['EphemeralStorage size should be at least 21', { ...fargate, ephemeralStorage: { sizeInGiB: 20 } }],
  ['EphemeralStorage size should be at most 200', { ...fargate, ephemeralStorage: { sizeInGiB: 201 } }],
  [
    "Tasks using the Fargate launch type do not support pidMode 'host'. The supported value for pidMode is 'task'.",
    { ...fargate, pidMode: 'host' },
  ],
  ['Fargate compatible task definitions do not support ipcMode', { ...fargate, ipcMode: 'task' }],
  ['Fargate compatible task definitions do not support constraints', { ...fargate, placementConstraints: [{ type: 'memberOf' }] }],
  [
    'Fargate compatible task definitions do not support sourcePath',
    { ...fargate, ...container({ mountPoints: [{ sourceVolume: 'd' }] }), volumes: [{ name: 'd', host: { sourcePath: '/d' } }] },
  ],
  [
    'Fargate compatible task definitions do not support dockerVolumeConfiguration',
    { ...fargate, ...container({ mountPoints: [{ sourceVolume: 'd' }] }), volumes: [{ name: 'd', dockerVolumeConfiguration: {} }] },
  ],
  ["Fargate requires that the 'privileged' setting be 'false' at the container level.", { ...fargate, ...container({ privileged: true }) }],
  [
    'Fargate compatible task definitions do not support dockerSecurityOptions',
    { ...fargate, ...container({ dockerSecurityOptions: ['x'] }) },
  ],
  [
    'Tasks using the Fargate launch type do not support GPU resource requirements.',
    { ...fargate, ...container({ resourceRequirements: [{ type: 'GPU', value: '1' }] }) },
  ],
  ['NET_ADMIN is not allowed on Fargate.', { ...fargate, ...container({ linuxParameters: { capabilities: { add: ['NET_ADMIN'] } } }) }],
  [
    'Fargate compatible task definitions do not support devices',
    { ...fargate, ...container({ linuxParameters: { devices: [{ hostPath: '/dev/x' }] } }) },
  ],
  [
    'Fargate compatible task definitions do not support sharedMemorySize',
    { ...fargate, ...container({ linuxParameters: { sharedMemorySize: 64 } }) },
  ],
  ['Fargate compatible task definitions do not support maxSwap', { ...fargate, ...container({ linuxParameters: { maxSwap: 64 } }) }],
  [
    'syslog is not a valid log driver. Must be one of [awslogs,splunk,awsfirelens]',
    { ...fargate, ...container({ logConfiguration: { logDriver: 'syslog' } }) },
  ],
  [
    'Fargate requires task definition to have execution role ARN to support log driver awslogs.',
    { ...fargate, ...container(awslogs({ 'awslogs-group': 'g' })) },
  ],
  [
    'Fargate requires log configuration options to include awslogs-stream-prefix to support log driver awslogs.',
    { ...fargate, executionRoleArn: role, ...container(awslogs({ 'awslogs-group': 'g' })) },
  ],
  ['Fargate requires task definition to have execution role ARN to support ECR images.', { ...fargate, ...container({ image: ecr }) }],
]

describe('RegisterTaskDefinition refuses', () => {
  describe.each([
    ['in general', general],
    ['of containers', containers],
    ['of networks and volumes', network],
    ['for Fargate', onFargate],
  ] as const)('%s', (_, cases) => {
    test.each(cases)('%s', (text, more) => {
      expect(problemWith(more)).toBe(text)
    })
  })

  test('cycles of dependencies', () => {
    const cycle = pair(
      { dependsOn: [{ containerName: 'side', condition: 'START' }] },
      { dependsOn: [{ containerName: 'app', condition: 'START' }] },
    )
    expect(problemWith(cycle)).toContain('app -> side -> app')
    expect(problemWith(container({ dependsOn: [{ containerName: 'app', condition: 'START' }] }))).toContain('app -> app')
  })
})

test('RegisterTaskDefinition takes ten containers and no more', () => {
  const containerDefinitions = (count: number) => Array.from({ length: count }, (_, index) => ({ ...app, name: `app-${index}` }))
  expect(problemWith({ containerDefinitions: containerDefinitions(10) })).toBeUndefined()
  expect(problemWith({ containerDefinitions: containerDefinitions(11) })).toBe('Container list can have at most 10 items.')
})

describe('RegisterTaskDefinition takes', () => {
  test.each<Partial<Draft>>([
    {},
    { volumes: [{ name: 'unused' }] },
    { memory: '512', containerDefinitions: [{ name: 'app', image: 'nginx' }] },
    { cpu: '196608' },
    container({ memory: 128, memoryReservation: 128 }),
    container({ image: 'repo/app@sha256:0123' }),
    // What the console sends: empty lists mean nothing.
    {
      ...fargate,
      ...container({ links: [], dnsServers: [], dnsSearchDomains: [], extraHosts: [], dockerSecurityOptions: [], secrets: [] }),
    },
    { ...awsvpc, ...container(ports({ containerPort: 80, hostPort: 80 }, { containerPort: 80, protocol: 'udp' })) },
    pair(ports({ containerPort: 80 }), ports({ containerPort: 80 })),
    { ...fargate, ...container({ linuxParameters: { capabilities: { add: ['SYS_PTRACE'], drop: ['ALL'] } } }) },
    {
      ...fargate,
      executionRoleArn: role,
      ...container({ image: ecr, ...awslogs({ 'awslogs-group': 'g', 'awslogs-stream-prefix': 'p' }) }),
    },
    { taskRoleArn: 'taskRole', executionRoleArn: 'arn:aws-cn:iam::123456789012:role/path/to/role' },
    {
      ...awsvpc,
      proxyConfiguration: {
        containerName: 'app',
        properties: [
          { name: 'ProxyIngressPort', value: '15000' },
          { name: 'ProxyEgressPort', value: '15001' },
          { name: 'AppPorts', value: '8080' },
          { name: 'EgressIgnoredIPs', value: '169.254.170.2' },
        ],
      },
    },
  ])('%j', more => {
    expect(problemWith(more)).toBeUndefined()
  })
})
