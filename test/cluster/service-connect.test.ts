// Service Connect on a real cluster: a task reaches the tasks of other services by their client aliases.
import { afterAll, beforeAll, expect, test } from 'bun:test'
import {
  ContinueServiceDeploymentCommand,
  CreateClusterCommand,
  CreateServiceCommand,
  DeleteServiceCommand,
  DescribeServiceDeploymentsCommand,
  ListTasksCommand,
  RegisterTaskDefinitionCommand,
  RunTaskCommand,
  type ServiceConnectService,
  StopTaskCommand,
  UpdateServiceCommand,
  waitUntilServicesInactive,
  waitUntilServicesStable,
} from '@aws-sdk/client-ecs'
import { DeleteNamespaceCommand, DiscoverInstancesCommand, ServiceDiscoveryClient } from '@aws-sdk/client-servicediscovery'
import { type TestInstance, instance } from '../support/instance.ts'
import { defaultNetwork } from '../support/network.ts'
import { ecsOf, podOf } from '../support/tasks.ts'
import { until } from '../support/until.ts'

const run = Date.now().toString(36)
const cluster = `connect-${run}`
const namespace = `shop-${run}`
let kecs: TestInstance
let cloudMap: ServiceDiscoveryClient
let namespaceId = ''
/** Services that are to be removed. */
const made = new Set<string>()
let networkConfiguration: { awsvpcConfiguration: { subnets: string[] } }

const ecs = () => ecsOf(kecs)
/** Of one, in seconds: more than a busy machine makes a task wait. */
const requestSeconds = 8

/**
 * Says who it is by HTTP and by TCP; `/late` is answered after a minute, `/slow` begins at once and ends then. A port of its
 * own tells that it is well, and has it fail or refuse connections of either kind.
 */
const server = `
import os, signal, socketserver, sys, threading, time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
name, fails, line = os.uname().nodename, [], []
class Web(BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'
    def log_message(self, *_): pass
    def do_GET(self):
        self.rfile.read(int(self.headers.get('content-length', 0)))
        if self.path == '/late': time.sleep(60)
        body = (name + ' ' + self.headers['host'] + '\\n').encode()
        self.send_response(500 if fails else 200)
        self.send_header('content-length', str(len(body) + (self.path == '/slow')))
        self.end_headers()
        self.wfile.write(body)
        if self.path == '/slow': time.sleep(60)
    do_POST = do_GET
class Control(Web):
    def do_GET(self):
        if self.path == '/fail': fails.append(1)
        if self.path == '/refuse': threading.Thread(target=lambda: (web.shutdown(), web.server_close())).start()
        if self.path == '/deaf': line[0].shutdown(); line.pop().server_close()
        if self.path == '/listen': listen()
        self.send_response(200)
        self.send_header('content-length', '0')
        self.end_headers()
class Line(socketserver.BaseRequestHandler):
    def handle(self): self.request.sendall((name + '\\n').encode())
def listen():
    line.append(socketserver.ThreadingTCPServer(('', 6000), Line))
    threading.Thread(target=line[0].serve_forever, daemon=True).start()
socketserver.ThreadingTCPServer.allow_reuse_address = True
listen()
web = ThreadingHTTPServer(('', 8080), Web)
web.block_on_close = False
for each in (web, ThreadingHTTPServer(('', 8090), Control)):
    threading.Thread(target=each.serve_forever, daemon=True).start()
signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
signal.pause()
`

/** What a command in a task's container prints; no answer is an error. */
async function inside(task: string, command: string, timeoutMs = 60_000): Promise<string> {
  const [space, pod] = await podOf(kecs, task)
  const args = ['kubectl', '-n', space, 'exec', pod, '-c', 'app', '--', 'sh', '-c', command]
  const { stdout, stderr } = await kecs.run(args, { check: false, timeoutMs })
  return stdout + stderr
}

const running = async (serviceName: string): Promise<readonly string[]> => {
  const { taskArns = [] } = await ecs().send(new ListTasksCommand({ cluster, serviceName, desiredStatus: 'RUNNING' }))
  return taskArns.map(arn => arn.split('/').at(-1) ?? '')
}
const client = async (): Promise<string> => (await running('client'))[0] ?? ''
const atClient = async (command: string, timeoutMs?: number): Promise<string> => inside(await client(), command, timeoutMs)
const stable = (...services: string[]) =>
  waitUntilServicesStable({ client: ecs(), maxWaitTime: 240, minDelay: 1, maxDelay: 2 }, { cluster, services })
/** Cloud Map's, which are healthy. */
const serving = async (ServiceName: string): Promise<readonly string[]> => {
  const { Instances = [] } = await cloudMap.send(new DiscoverInstancesCommand({ NamespaceName: namespace, ServiceName }))
  return Instances.map(({ InstanceId = '' }) => InstanceId)
}
/** Has a server's task do what a path of its own port says. */
const tell = (task: string, path: string) =>
  inside(task, `bash -c 'exec 3<>/dev/tcp/127.0.0.1/8090; printf "GET ${path} HTTP/1.0\\r\\n\\r\\n" >&3; cat <&3'; sleep 1`)
/** Who answers so many connections where no HTTP is spoken, by the name that a port has without an alias. */
const dialled = async (connections: number): Promise<readonly string[]> =>
  lines(await atClient(`for i in $(seq ${connections}); do timeout 5 bash -c 'cat < /dev/tcp/line.${namespace}/6000'; done`))
const lines = (text: string): readonly string[] => text.split('\n').filter(line => line !== '')

async function serve(serviceName: string, taskDefinition: string, desiredCount: number, services: readonly ServiceConnectService[]) {
  made.add(serviceName)
  await ecs().send(
    new CreateServiceCommand({
      cluster,
      serviceName,
      taskDefinition,
      desiredCount,
      launchType: 'EC2',
      networkConfiguration,
      serviceConnectConfiguration: { enabled: true, ...(services.length === 0 ? {} : { services: [...services] }) },
    }),
  )
}

async function define(family: string, image: string, entryPoint: readonly string[], portMappings: readonly object[] = []): Promise<void> {
  const ports = { portMappings: [...portMappings], memory: 128, stopTimeout: portMappings.length === 0 ? 2 : 10 }
  const health = { command: ['CMD', 'bash', '-c', 'exec 3<>/dev/tcp/127.0.0.1/8090'], interval: 5, timeout: 30, retries: 5 }
  const container = { name: 'app', image, entryPoint: [...entryPoint], ...ports }
  const containerDefinitions = [portMappings.length === 0 ? container : { ...container, healthCheck: health }]
  await ecs().send(new RegisterTaskDefinitionCommand({ family: `${family}-${run}`, networkMode: 'awsvpc', containerDefinitions }))
}

beforeAll(async () => {
  kecs = await instance()
  const settings = { region: 'us-east-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' }, disableHostPrefix: true }
  cloudMap = new ServiceDiscoveryClient({ ...settings, endpoint: kecs.endpoint })
  networkConfiguration = { awsvpcConfiguration: { subnets: [...(await defaultNetwork(kecs.endpoint)).subnets] } }
  const { cluster: row } = await ecs().send(new CreateClusterCommand({ clusterName: cluster, serviceConnectDefaults: { namespace } }))
  namespaceId = row?.serviceConnectDefaults?.namespace?.split('/').at(-1) ?? ''
  await define(
    'server',
    'kecs-test/awscli:latest',
    ['python3', '-c', server],
    [
      { name: 'http', containerPort: 8080, appProtocol: 'http' },
      { name: 'line', containerPort: 6000 },
    ],
  )
  await define('client', 'kecs-test/curl:latest', ['sleep', '3600'])
  await serve('server', `server-${run}`, 3, [
    { portName: 'http', clientAliases: [{ port: 80, dnsName: 'web' }], timeout: { perRequestTimeoutSeconds: requestSeconds } },
    { portName: 'line' },
  ])
  await serve('client', `client-${run}`, 1, [])
  await stable('server', 'client')
  await until('all tasks serve', async () => (await serving('http')).length === 3 && (await serving('line')).length === 3)
  // The gateway takes in what there is to route a moment after it is decided.
  await until('the gateway knows of it', async () => lines(await atClient('curl -s http://web/'))[0]?.split(' ')[1] === 'web')
}, 600_000)

afterAll(async () => {
  for (const service of made) await ecs().send(new DeleteServiceCommand({ cluster, service, force: true }))
}, 300_000)

test('requests of one connection are balanced over all tasks, as the client sent them', async () => {
  // In turn, each three times; when the gateway takes in something new meanwhile it begins anew.
  await until('each answers as often', async () => {
    const answers = lines(await atClient("curl -s 'http://web/?[1-9]'"))
    expect(answers).toHaveLength(9)
    expect(new Set(answers.map(line => line.split(' ')[1]))).toEqual(new Set(['web']))
    const names = answers.map(line => line.split(' ')[0])
    const counts = [...new Set(names)].map(name => names.filter(each => each === name).length)
    return counts.join() === '3,3,3'
  })
  expect(lines(await atClient("curl -s -H 'Host: other.example' http://web/"))[0]).toEndWith(' other.example')
}, 300_000)

test('connections are where no HTTP is spoken, and go to tasks that accept them', async () => {
  await until('each has its share', async () => new Set(await dialled(6)).size === 3)
  const [deaf = ''] = await running('server')
  await tell(deaf, '/deaf')
  // The first that fails is closed, and tells that the task is to be left out, though it runs and is healthy.
  await until('it is left out', async () => (await dialled(6)).length === 6)
  await until('the others have its share', async () => new Set(await dialled(6)).size === 2)
  expect(await serving('line')).toContain(deaf)
  await tell(deaf, '/listen')
  await until('it has its share again', async () => new Set(await dialled(6)).size === 3)
}, 300_000)

test('a task that no service runs knows no alias', async () => {
  const { tasks: [task] = [] } = await ecs().send(new RunTaskCommand({ cluster, taskDefinition: `client-${run}`, networkConfiguration }))
  const id = task?.taskArn?.split('/').at(-1) ?? ''
  await until('it runs', async () => (await inside(id, 'echo here')).includes('here'))
  expect(await inside(id, 'curl -sS -m 5 http://web/')).toContain('Could not resolve host: web')
  await ecs().send(new StopTaskCommand({ cluster, task: id }))
}, 300_000)

test('an answer has to be whole within the time of a request', async () => {
  const late = await atClient("curl -s -o /dev/null -w '%{http_code} %{time_total}' http://web/late")
  const [status, seconds] = late.split(' ')
  expect(status).toBe('504')
  // The server would take a minute.
  expect(Number(seconds)).toBeGreaterThan(requestSeconds - 0.1)
  expect(Number(seconds)).toBeLessThan(40)
  // One that had begun is cut off.
  const slow = await atClient('curl -s -o /dev/null -w \'%{http_code} %{size_download} %{time_total}\' http://web/slow; echo " $?"')
  const [begun, size, took, exit] = slow.trim().split(' ')
  expect([begun, exit]).not.toEqual(['200', '0'])
  expect(Number(size)).toBeGreaterThan(0)
  expect(Number(took)).toBeLessThan(40)
}, 300_000)

test('no request fails while the tasks that serve are replaced', async () => {
  const before = await running('server')
  const loop = `: > /tmp/load; rm -f /tmp/stop
    while [ ! -f /tmp/stop ]; do
      curl -s -m 30 -w '%{http_code}\\n' -o /dev/null 'http://web/?[1-10]' >> /tmp/load
      curl -s -m 30 -w '%{http_code}\\n' -o /dev/null -d x http://web/ >> /tmp/load
      sleep 0.02
    done`
  const load = atClient(loop, 400_000)
  await ecs().send(new UpdateServiceCommand({ cluster, service: 'server', forceNewDeployment: true }))
  await until(
    'all are replaced',
    async () => {
      const now = await serving('http')
      return now.length === 3 && !now.some(task => before.includes(task))
    },
    { withinMs: 240_000 },
  )
  await stable('server')
  await atClient('touch /tmp/stop')
  await load
  expect((await running('server')).filter(task => before.includes(task))).toEqual([])
  const codes = lines(await atClient('cat /tmp/load'))
  expect(codes.length).toBeGreaterThan(50)
  expect(codes.filter(code => code !== '200')).toEqual([])
}, 600_000)

test('a green revision is asked by tests alone until traffic is shifted to it, all at once', async () => {
  const blue = await running('server')
  const names = async (more = ''): Promise<ReadonlySet<string>> => {
    const answers = lines(await atClient(`curl -s ${more} 'http://web/?[1-12]'`))
    expect(answers).toHaveLength(12)
    return new Set(answers.map(line => line.split(' ')[0] ?? ''))
  }
  const ofBlue = await names()
  expect(ofBlue.size).toBe(3)
  const pause = { targetType: 'PAUSE', lifecycleStages: ['POST_TEST_TRAFFIC_SHIFT'] } as const
  const { service } = await ecs().send(
    new UpdateServiceCommand({
      cluster,
      service: 'server',
      forceNewDeployment: true,
      deploymentConfiguration: {
        strategy: 'BLUE_GREEN',
        bakeTimeInMinutes: 0,
        lifecycleHooks: [{ ...pause, lifecycleStages: [...pause.lifecycleStages] }],
      },
    }),
  )
  const serviceDeploymentArn = service?.currentServiceDeployment ?? ''
  const hookId = await until(
    'the deployment pauses',
    async () => {
      const found = await ecs().send(new DescribeServiceDeploymentsCommand({ serviceDeploymentArns: [serviceDeploymentArn] }))
      return found.serviceDeployments?.[0]?.lifecycleHookDetails?.find(({ status }) => status === 'AWAITING_ACTION')?.hookId
    },
    { withinMs: 120_000 },
  )
  await until('both revisions serve', async () => (await serving('http')).length === 6)
  expect(await names()).toEqual(ofBlue)
  const ofGreen = await until('tests reach the green revision', async () => {
    const found = await names("-H 'x-amzn-ecs-blue-green-test: 1'")
    return found.size < 3 || [...found].some(name => ofBlue.has(name)) ? undefined : found
  })
  expect(ofGreen.size).toBe(3)
  await ecs().send(new ContinueServiceDeploymentCommand({ serviceDeploymentArn, hookId, action: 'CONTINUE' }))
  await until('all are replaced', async () => !(await serving('http')).some(task => blue.includes(task)), { withinMs: 120_000 })
  // The gateway hears of it a moment later.
  await until('all requests reach the green revision', async () => (await names()).symmetricDifference(ofGreen).size === 0)
}, 600_000)

test('a task that refuses connections costs no request, and one that answers 5xx is left out', async () => {
  const [refusing = '', failing = ''] = await running('server')
  await tell(refusing, '/refuse')
  const retried = lines(await atClient("curl -s -w '%{http_code}\\n' -o /dev/null 'http://web/?[1-30]'"))
  expect(retried.filter(code => code === '200')).toHaveLength(30)

  await tell(failing, '/fail')
  const answers = lines(await atClient("curl -s -w '%{http_code}\\n' -o /dev/null 'http://web/?[1-40]'"))
  // Five in a row, after which it gets nothing for half a minute; AWS' proxy counts the same.
  expect(answers.filter(code => code === '500')).toHaveLength(5)
  expect(answers.slice(20).filter(code => code !== '200')).toEqual([])
}, 300_000)

test('an endpoint is known to the tasks of deployments that come after it', async () => {
  await serve('late', `server-${run}`, 1, [{ portName: 'http', discoveryName: 'late', clientAliases: [{ port: 8000, dnsName: 'late' }] }])
  await until('it serves', async () => (await serving('late')).length === 1)
  expect(await serving('late')).toEqual(await running('late'))
  const ask = "curl -sS -m 5 -w '%{http_code}\\n' http://late:8000/"
  expect(await atClient(ask)).toContain('Could not resolve host: late')
  // A task in its place is of the same deployment.
  const task = await client()
  await ecs().send(new StopTaskCommand({ cluster, task }))
  await until('there is another', async () => (await client()) !== task && (await atClient('echo here')).includes('here'), {
    withinMs: 120_000,
  })
  expect(await atClient(ask)).toContain('Could not resolve host: late')
  await ecs().send(new UpdateServiceCommand({ cluster, service: 'client', forceNewDeployment: true }))
  await stable('client')
  await until('the new task reaches it', async () => (await atClient(ask)).includes(' late:8000\n200'))
}, 300_000)

test('nothing of it is left when its services are gone', async () => {
  const services = [...made]
  for (const service of services) await ecs().send(new DeleteServiceCommand({ cluster, service, force: true }))
  made.clear()
  await waitUntilServicesInactive({ client: ecs(), maxWaitTime: 240, minDelay: 1, maxDelay: 2 }, { cluster, services })
  await until('no Service is left', async () => {
    const annotations = 'jsonpath={.items[*].metadata.annotations}'
    const left = await kecs.kubectl('-n', 'kecs-system', 'get', 'services', '-l', 'kecs.dev/connect-name', '-o', annotations)
    return !left.includes(`${namespaceId} `)
  })
  await cloudMap.send(new DeleteNamespaceCommand({ Id: namespaceId }))
}, 300_000)
