// SDKs in containers find kecs and the task's role by themselves: what a user would run on ECS, unchanged.
import { beforeAll, expect, test } from 'bun:test'
import { copyFile, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { haveRole } from '../support/roles.ts'
import { features, type Features } from './features-harness.ts'

let on: Features
const role = { taskRoleArn: 'arn:aws:iam::000000000000:role/of-the-task' }
beforeAll(async () => {
  on = await features('sdks')
  await haveRole(on.kecs.endpoint, 'of-the-task')
}, 600_000)

test('the SDK for JavaScript, version 3', async () => {
  const { kecs, cluster, exitOf } = on
  // The instance's data folder is the node's /data.
  const tools = join(kecs.home, kecs.name, 'data', 'test-tools')
  await mkdir(tools, { recursive: true })
  await copyFile(process.execPath, join(tools, 'bun'))
  const built = await Bun.build({ entrypoints: [join(import.meta.dir, 'sdk-in-task.ts')], target: 'bun', outdir: tools })
  expect(built.success).toBe(true)
  const container = {
    image: 'kecs-test/awscli:latest',
    memory: 384,
    mountPoints: [{ sourceVolume: 'tools', containerPath: '/tools', readOnly: true }],
  }
  const volumes = [{ name: 'tools', host: { sourcePath: '/data/test-tools' } }]
  expect(await exitOf(`/tools/bun /tools/sdk-in-task.js ${cluster}`, container, { ...role, volumes })).toBe(0)
}, 300_000)

test('botocore, which boto3 and the AWS CLI are made of', async () => {
  const python = [
    `exec python3 - ${on.cluster} <<'END'`,
    'import sys, botocore.session',
    'session = botocore.session.get_session()',
    'if session.get_credentials().method != "container-role": sys.exit(101)',
    'pages = session.create_client("ecs").get_paginator("list_clusters").paginate()',
    'arns = [arn for page in pages for arn in page["clusterArns"]]',
    'if not any(arn.endswith("/" + sys.argv[1]) for arn in arns): sys.exit(102)',
    'identity = session.create_client("sts").get_caller_identity()["Arn"]',
    'sys.exit(0 if ":assumed-role/of-the-task/" in identity else 103)',
    'END',
  ].join('\n')
  expect(await on.exitOf(python, { image: 'kecs-test/awscli:latest', memory: 256 }, role)).toBe(0)
}, 300_000)
