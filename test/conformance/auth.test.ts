// An instance that verifies signatures, as the AWS SDK v3 and its containers meet it.
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  CreateClusterCommand,
  DescribeTasksCommand,
  ECSClient,
  ListClustersCommand,
  RegisterTaskDefinitionCommand,
  RunTaskCommand,
} from '@aws-sdk/client-ecs'
import { DescribeLoadBalancersCommand, ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2'
import { systemClock } from '../../shared/clock.ts'
import { randomIds } from '../../shared/ids.ts'
import type { ServerConfig } from '../../server/config.ts'
import { type RunningServer, startServer } from '../../server/main.ts'
import { SimulatedRuntime } from '../../server/runtime/simulated/index.ts'
import { until } from '../support/until.ts'

const ours = { accessKeyId: 'AKIAOURS', secretAccessKey: 'a/secret+of=ours', account: '111111111111' }
const theirs = { accessKeyId: 'AKIATHEIRS', secretAccessKey: 'another', account: '222222222222' }

let dataDir: string
let config: ServerConfig
let server: RunningServer
let runtime: SimulatedRuntime
const serve = async (): Promise<void> => {
  runtime = new SimulatedRuntime({ clock: systemClock, ids: randomIds })
  server = await startServer(config, { strict: true, runtime: { runtime, close: () => runtime.close() } })
}
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'kecs-auth-'))
  config = {
    dataDir,
    host: '127.0.0.1',
    apiPort: 0,
    adminPort: 0,
    runtime: 'simulated',
    instance: 'auth',
    logLevel: 'error',
    keys: [ours, theirs],
  }
  await serve()
})
afterAll(async () => {
  await server.stop()
  await rm(dataDir, { recursive: true, force: true })
})

interface Credentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
}
// The SDK marks the credentials that it is given.
const clientConfig = (credentials: Credentials) => ({
  endpoint: server.url,
  region: 'eu-west-1',
  credentials: { ...credentials },
  maxAttempts: 1,
})
const ecs = (credentials: Credentials): ECSClient => new ECSClient(clientConfig(credentials))
const elbv2 = (credentials: Credentials): ElasticLoadBalancingV2Client => new ElasticLoadBalancingV2Client(clientConfig(credentials))

interface Refused {
  readonly name: string
  readonly message: string
  readonly $metadata: { readonly httpStatusCode?: number }
}
const refusal = (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    () => 'not refused',
    ({ name, message, $metadata }: Refused) => [name, $metadata.httpStatusCode, message],
  )

describe('with --auth strict', () => {
  test('a key has its account, whatever its name', async () => {
    const { cluster } = await ecs(ours).send(new CreateClusterCommand({ clusterName: 'mine' }))
    expect(cluster?.clusterArn).toBe('arn:aws:ecs:eu-west-1:111111111111:cluster/mine')
    expect((await ecs(theirs).send(new ListClustersCommand({}))).clusterArns).toEqual([])
    expect((await elbv2(theirs).send(new DescribeLoadBalancersCommand({}))).LoadBalancers).toEqual([])
  })

  const text =
    'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.'
  const invalid = 'The security token included in the request is invalid.'
  test.each<[string, Credentials, string, string, string]>([
    ['a wrong secret', { ...ours, secretAccessKey: 'x' }, 'InvalidSignatureException', 'SignatureDoesNotMatch', text],
    [
      'a key of nobody',
      { accessKeyId: 'AKIANOBODY', secretAccessKey: 'x' },
      'UnrecognizedClientException',
      'InvalidClientTokenId',
      invalid,
    ],
    ['a token of nobody', { ...ours, sessionToken: 'x' }, 'UnrecognizedClientException', 'InvalidClientTokenId', invalid],
    [
      'what tasks have elsewhere',
      { accessKeyId: 'test', secretAccessKey: 'test' },
      'InvalidSignatureException',
      'SignatureDoesNotMatch',
      text,
    ],
    [
      'an account of nobody',
      { accessKeyId: '333333333333', secretAccessKey: 'test' },
      'InvalidSignatureException',
      'SignatureDoesNotMatch',
      text,
    ],
  ])('%s is refused, in the words of each protocol', async (_, credentials, json, query, message) => {
    expect(await refusal(ecs(credentials).send(new ListClustersCommand({})))).toEqual([json, 400, message])
    expect(await refusal(elbv2(credentials).send(new DescribeLoadBalancersCommand({})))).toEqual([query, 403, message])
  })

  test('nothing is done without a signature', async () => {
    const target = 'AmazonEC2ContainerServiceV20141113.CreateCluster'
    const json = await fetch(server.url, { method: 'POST', headers: { 'x-amz-target': target }, body: '{"clusterName":"stolen"}' })
    expect([json.status, await json.json()]).toEqual([
      400,
      { __type: 'MissingAuthenticationTokenException', message: 'Request is missing Authentication Token' },
    ])
    const body = new URLSearchParams({ Action: 'DescribeLoadBalancers', Version: '2015-12-01' })
    const query = await fetch(server.url, { method: 'POST', body })
    expect([query.status, await query.text()]).toEqual([403, expect.stringContaining('<Code>MissingAuthenticationToken</Code>')])
    expect((await fetch(`${server.url}/_kecs/health`)).status).toBe(200)
  })

  test('a container signs with a key of its own, which it keeps when the control plane restarts', async () => {
    const client = ecs(ours)
    await client.send(
      new RegisterTaskDefinitionCommand({
        family: 'signs',
        containerDefinitions: [
          { name: 'app', image: 'busybox', memory: 16, command: ['sh', '-c', 'echo $AWS_ACCESS_KEY_ID $AWS_SECRET_ACCESS_KEY; sleep 60'] },
        ],
      }),
    )
    const run = async (): Promise<Credentials> => {
      const { tasks = [] } = await ecs(ours).send(new RunTaskCommand({ cluster: 'mine', taskDefinition: 'signs' }))
      const arn = tasks[0]?.taskArn ?? ''
      return until('its line', async () => {
        const observed = [...runtime.list()].find(({ taskArn }) => taskArn === arn)
        const [line] = observed === undefined ? [] : await runtime.logs(observed, { container: 'app', tail: 1 })
        const [accessKeyId = '', secretAccessKey = ''] = line?.split(' ') ?? []
        return secretAccessKey === '' ? undefined : { accessKeyId, secretAccessKey }
      })
    }
    const key = await run()
    expect(key).toEqual({ accessKeyId: '111111111111', secretAccessKey: expect.stringMatching(/^[\w-]{40}$/) })
    const whoseTasks = async (): Promise<string | undefined> =>
      (await ecs(key).send(new DescribeTasksCommand({ cluster: 'mine', tasks: ['0'.repeat(32)] }))).failures?.[0]?.arn
    expect(await whoseTasks()).toStartWith('arn:aws:ecs:eu-west-1:111111111111:')
    await server.stop()
    await serve()
    expect(await whoseTasks()).toStartWith('arn:aws:ecs:eu-west-1:111111111111:')
    expect(await run()).toEqual(key)
  })
})
