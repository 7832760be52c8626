// The documents of the task metadata endpoints as AWS' pages and its agent's own types have them, by version and launch
// type: nothing is unknown, what is always there is required, and what has a form is held to it.
// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-metadata-endpoint-v4-response.html
// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-metadata-endpoint-v4-fargate-response.html
// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-metadata-endpoint-v3.html
import { type TObject, type TProperties, Type } from '@sinclair/typebox'

export type MetadataVersion = 'v2' | 'v3' | 'v4'
export type MetadataLaunchType = 'EC2' | 'FARGATE'

const strict = <Members extends TProperties>(members: Members): TObject<Members> => Type.Object(members, { additionalProperties: false })
const text = (pattern: RegExp) => Type.String({ pattern: pattern.source })
const optional = Type.Optional
const whole = Type.Integer({ minimum: 0 })
const port = Type.Integer({ minimum: 1, maximum: 65_535 })

/** RFC 3339 in UTC, with up to nanoseconds. */
const time = text(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z$/)
const arn = (resource: string) => text(new RegExp(`^arn:aws:ecs:[a-z]{2}-[a-z]+-\\d:\\d{12}:${resource}$`))
const name = '[a-zA-Z0-9_-]{1,255}'
const hex32 = '[0-9a-f]{32}'
const uuid = '[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}'
const taskArn = arn(`task/${name}/${hex32}`)
const ipv4 = text(/^\d{1,3}(\.\d{1,3}){3}$/)
const status = Type.Union(['NONE', 'PULLED', 'CREATED', 'RUNNING', 'RESOURCES_PROVISIONED', 'STOPPED'].map(each => Type.Literal(each)))
const tags = Type.Record(Type.String({ minLength: 1, maxLength: 128 }), Type.String({ maxLength: 256 }))

/** EC2's agent knows its cluster by name, Fargate's by ARN. */
const clusterOf = (launchType: MetadataLaunchType) => (launchType === 'FARGATE' ? arn(`cluster/${name}`) : text(new RegExp(`^${name}$`)))
/** Docker's id, or on Fargate the task's id with a number of up to 32 bits. */
export const containerId: Readonly<Record<MetadataLaunchType, string>> = { EC2: '[0-9a-f]{64}', FARGATE: `${hex32}-\\d{1,10}` }

const network = (version: MetadataVersion) =>
  strict({
    NetworkMode: Type.Union(['awsvpc', 'bridge', 'host', 'none'].map(each => Type.Literal(each))),
    IPv4Addresses: optional(Type.Array(ipv4, { minItems: 1 })),
    IPv6Addresses: optional(Type.Array(Type.String(), { minItems: 1 })),
    ...(version === 'v4' && {
      AttachmentIndex: optional(whole),
      MACAddress: optional(text(/^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/)),
      IPv4SubnetCIDRBlock: optional(text(/^\d{1,3}(\.\d{1,3}){3}\/\d{1,2}$/)),
      IPv6SubnetCIDRBlock: optional(Type.String()),
      DomainNameServers: optional(Type.Array(Type.String())),
      DomainNameSearchList: optional(Type.Array(Type.String())),
      PrivateDNSName: optional(text(/^ip-\d{1,3}(-\d{1,3}){3}\.[a-z0-9.-]+$/)),
      SubnetGatewayIpv4Address: optional(Type.String()),
    }),
  })

/** What describes a container, in `…/ID` and in a task's `Containers`. */
export const containerSchema = (version: MetadataVersion, launchType: MetadataLaunchType) =>
  strict({
    DockerId: text(new RegExp(`^${containerId[launchType]}$`)),
    Name: text(new RegExp(`^${name}$`)),
    DockerName: text(launchType === 'FARGATE' ? new RegExp(`^${name}$`) : new RegExp(`^ecs-${name}-\\d+-${name}-[0-9a-f]{20}$`)),
    Image: Type.String({ minLength: 1 }),
    ImageID: text(/^sha256:[0-9a-f]{64}$/),
    Ports: optional(
      Type.Array(
        strict({
          ContainerPort: port,
          Protocol: Type.Union([Type.Literal('tcp'), Type.Literal('udp')]),
          HostPort: optional(port),
          ...(version === 'v4' && { HostIp: optional(Type.String({ minLength: 1 })) }),
        }),
        { minItems: 1 },
      ),
    ),
    Labels: Type.Intersect([
      Type.Record(Type.String(), Type.String()),
      Type.Object({
        'com.amazonaws.ecs.cluster': clusterOf(launchType),
        'com.amazonaws.ecs.container-name': text(new RegExp(`^${name}$`)),
        'com.amazonaws.ecs.task-arn': taskArn,
        'com.amazonaws.ecs.task-definition-family': text(new RegExp(`^${name}$`)),
        'com.amazonaws.ecs.task-definition-version': text(/^[1-9]\d*$/),
      }),
    ]),
    DesiredStatus: status,
    KnownStatus: status,
    ExitCode: optional(Type.Integer({ minimum: 0, maximum: 255 })),
    // Docker gives no container fewer than two CPU units. EC2's agent always tells of memory.
    Limits: strict({ CPU: Type.Number({ minimum: 2 }), Memory: launchType === 'EC2' ? whole : optional(whole) }),
    CreatedAt: optional(time),
    StartedAt: optional(time),
    FinishedAt: optional(time),
    Type: Type.Literal('NORMAL'),
    Networks: Type.Array(network(version), { minItems: 1 }),
    Health: optional(
      strict({
        // UNKNOWN is not told.
        status: optional(Type.Union([Type.Literal('HEALTHY'), Type.Literal('UNHEALTHY')])),
        statusSince: optional(time),
        exitCode: optional(Type.Integer()),
        output: optional(Type.String()),
      }),
    ),
    Volumes: optional(
      Type.Array(strict({ DockerName: optional(Type.String()), Source: optional(Type.String()), Destination: text(/^\//) }), {
        minItems: 1,
      }),
    ),
    ...(version === 'v4' && {
      LogDriver: optional(Type.String({ minLength: 1 })),
      LogOptions: optional(Type.Record(Type.String(), Type.String())),
      ContainerARN: arn(`container/${name}/${hex32}/${uuid}`),
      RestartCount: optional(whole),
    }),
    ...(version === 'v4' && launchType === 'FARGATE' && { Snapshotter: Type.Union([Type.Literal('overlayfs'), Type.Literal('soci')]) }),
  })

/** `…/task`, `…/taskWithTags`, `/v2/metadata`, `/v2/metadataWithTags`. */
export const taskSchema = (version: MetadataVersion, launchType: MetadataLaunchType, withTags = false) =>
  strict({
    Cluster: clusterOf(launchType),
    TaskARN: taskArn,
    Family: text(new RegExp(`^${name}$`)),
    Revision: text(/^[1-9]\d*$/),
    DesiredStatus: status,
    KnownStatus: status,
    Containers: Type.Array(containerSchema(version, launchType), { minItems: 1 }),
    // A task on Fargate has a size: vCPUs and MiB.
    Limits:
      launchType === 'FARGATE'
        ? strict({ CPU: Type.Number({ minimum: 0.25, maximum: 16 }), Memory: Type.Integer({ minimum: 512 }) })
        : optional(strict({ CPU: optional(Type.Number({ minimum: 0.125 })), Memory: optional(whole) })),
    PullStartedAt: optional(time),
    PullStoppedAt: optional(time),
    ExecutionStoppedAt: optional(time),
    AvailabilityZone: text(/^[a-z]{2}-[a-z]+-\d[a-z]$/),
    ...(withTags && { TaskTags: optional(tags), ContainerInstanceTags: optional(tags) }),
    ...(version === 'v4' && {
      LaunchType: Type.Literal(launchType),
      VPCID: optional(text(/^vpc-[0-9a-f]+$/)),
      ServiceName: optional(text(new RegExp(`^${name}$`))),
      Group: optional(Type.String({ minLength: 1 })),
      FaultInjectionEnabled: Type.Boolean(),
      AvailabilityZoneID: optional(text(/^[a-z]{3}\d-az\d$/)),
      Errors: optional(Type.Array(Type.Object({}))),
    }),
    ...(version === 'v4' &&
      launchType === 'FARGATE' && {
        ClockDrift: strict({
          ClockErrorBound: Type.Number({ minimum: 0 }),
          ReferenceTimestamp: time,
          ClockSynchronizationStatus: Type.Union([Type.Literal('SYNCHRONIZED'), Type.Literal('NOT_SYNCHRONIZED')]),
        }),
        EphemeralStorageMetrics: optional(strict({ Utilized: whole, Reserved: whole })),
      }),
  })
