// SDKs in containers find kecs and the task's role by themselves: what a user would run on ECS, unchanged. What the agent
// answers them is held to the documented schemas in the container itself.
import { beforeAll, expect, test } from 'bun:test'
import { join } from 'node:path'
import type { ContainerDefinition, RegisterTaskDefinitionCommandInput, RunTaskCommandInput } from '@aws-sdk/client-ecs'
import { haveRole } from '../support/roles.ts'
import { containerOf, features, type Features, script } from './features-harness.ts'
import { bringBoto3, bringNode, node, taskTools, type TaskTools, withBoto3 } from './task-tools.ts'

let on: Features
let tools: TaskTools
const role = { taskRoleArn: 'arn:aws:iam::000000000000:role/of-the-task' }
beforeAll(async () => {
  on = await features('sdks')
  await haveRole(on.kecs.endpoint, 'of-the-task')
  tools = await taskTools(on.kecs)
}, 600_000)

test('the SDK for JavaScript, version 3, on Node', async () => {
  await bringNode(tools, join(import.meta.dir, 'sdk-in-task.ts'))
  const text = `${node} /tools/sdk-in-task.mjs ${on.cluster}`
  expect(await on.exitOf(text, tools.container, { ...role, ...tools.definition })).toBe(0)
}, 300_000)

test('boto3, and the AWS CLI, which is made of the same', async () => {
  await bringBoto3(tools)
  const python = [
    withBoto3,
    `aws sts get-caller-identity --query Arn --output text | grep -q ":assumed-role/of-the-task/" || exit 110`,
    `exec python3 - ${on.cluster} <<'END'`,
    'import sys, boto3',
    'session = boto3.Session()',
    'if session.get_credentials().method != "container-role": sys.exit(101)',
    'pages = session.client("ecs").get_paginator("list_clusters").paginate()',
    'arns = [arn for page in pages for arn in page["clusterArns"]]',
    'if not any(arn.endswith("/" + sys.argv[1]) for arn in arns): sys.exit(102)',
    'identity = session.client("sts").get_caller_identity()["Arn"]',
    'if ":assumed-role/of-the-task/" not in identity: sys.exit(103)',
    'names = [each["Name"] for each in boto3.resource("s3").meta.client.list_buckets()["Buckets"]]',
    'sys.exit(0 if isinstance(names, list) else 104)',
    'END',
  ].join('\n')
  expect(await on.exitOf(python, tools.container, { ...role, ...tools.definition })).toBe(0)
}, 300_000)

test('metadata and stats are as documented, on EC2 and on Fargate, and as DescribeTasks tells', async () => {
  const { kecs, cluster } = on
  await bringNode(tools, join(import.meta.dir, 'metadata-in-task.ts'))
  const { Subnets } = (await kecs.aws('ec2', 'describe-subnets')) as { Subnets: { SubnetId: string }[] }
  const networkConfiguration = { awsvpcConfiguration: { subnets: [Subnets[0]?.SubnetId ?? ''] } }
  await kecs.aws('s3api', 'create-bucket', '--bucket', cluster)

  const validate = async (
    launchType: 'EC2' | 'FARGATE',
    prelude: string,
    container: Partial<ContainerDefinition>,
    definition: Partial<RegisterTaskDefinitionCommandInput>,
    call: Partial<RunTaskCommandInput>,
  ): Promise<void> => {
    const text = [
      prelude,
      `(${node} /tools/metadata-in-task.mjs ${launchType} /tmp/report); code=$?`,
      `aws s3 cp /tmp/report s3://${cluster}/${launchType} && exit $code`,
    ].join('\n')
    const app = { name: 'app', ...tools.container, ...container, ...script(text), portMappings: [{ containerPort: 80 }] }
    const task = await on.ended(await on.run([app], definition, call))
    const { faults, task: told } = JSON.parse((await kecs.run(['aws', 's3', 'cp', `s3://${cluster}/${launchType}`, '-'])).stdout)
    expect([launchType, faults, containerOf(task, 'app').exitCode]).toEqual([launchType, [], 0])
    expect(told).toMatchObject({
      TaskARN: task.taskArn,
      LaunchType: task.launchType,
      AvailabilityZone: task.availabilityZone,
      Containers: [{ ContainerARN: containerOf(task, 'app').containerArn, DockerId: containerOf(task, 'app').runtimeId }],
    })
  }

  // Fargate mounts no folder of a host: it has the tools by a file system that the first task fills.
  const files = { name: 'files', efsVolumeConfiguration: { fileSystemId: `fs-${cluster.slice(-8)}` } }
  const mountPoints = [...(tools.container.mountPoints ?? []), { sourceVolume: 'files', containerPath: '/files' }]
  const volumes = [...(tools.definition.volumes ?? []), files]
  const tags = [{ key: 'cost', value: '1' }]
  await validate('EC2', 'cp -r /tools/. /files/', { mountPoints }, { ...role, volumes, tags }, { propagateTags: 'TASK_DEFINITION' })
  const fargate: Partial<RegisterTaskDefinitionCommandInput> = {
    networkMode: 'awsvpc',
    cpu: '1024',
    memory: '2048',
    requiresCompatibilities: ['FARGATE'],
    volumes: [files],
  }
  const mounted = { mountPoints: [{ sourceVolume: 'files', containerPath: '/tools' }] }
  await validate('FARGATE', 'true', mounted, fargate, { launchType: 'FARGATE', networkConfiguration })
}, 300_000)
