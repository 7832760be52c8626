// The node's agent: containers find out about themselves and their role, from themselves alone, and what they write
// arrives. Each container itself asserts what it sees; its exit code says which step failed.
import { beforeAll, expect, test } from 'bun:test'
import { RunTaskCommand, waitUntilTasksRunning, waitUntilTasksStopped } from '@aws-sdk/client-ecs'
import { instance, type TestInstance } from '../support/instance.ts'
import { haveRole } from '../support/roles.ts'
import { describe, ecsOf, runToEnd, type EndedTask } from '../support/tasks.ts'
import { until } from '../support/until.ts'

let kecs: TestInstance
const cluster = `agent-${Date.now()}`
beforeAll(async () => {
  kecs = await instance()
  await kecs.aws('ecs', 'create-cluster', '--cluster-name', cluster)
  await haveRole(kecs.endpoint, 'of-the-task')
}, 600_000)

const define = (family: string, container: Record<string, unknown>, more: readonly string[] = []) =>
  kecs.aws(
    'ecs',
    'register-task-definition',
    '--family',
    family,
    ...more,
    '--container-definitions',
    JSON.stringify([{ name: 'app', memory: 256, entryPoint: ['sh', '-c'], stopTimeout: 2, ...container }]),
  )
const withRole = ['--task-role-arn', 'arn:aws:iam::000000000000:role/of-the-task']
const awscli = 'kecs-test/awscli:latest'

/** A Python script that ends with 101 when its first step is not true, 102 for the second, and so on. */
const python = (steps: readonly string[], prelude: readonly string[] = []): string =>
  [
    `python3 - <<'END'`,
    'import json, os, sys, time, urllib.error, urllib.request',
    'def get(url):',
    '    try:',
    '        with urllib.request.urlopen(url, timeout=60) as r: return r.status, json.loads(r.read())',
    '    except urllib.error.HTTPError as e: return e.code, json.loads(e.read())',
    'def refused(url):',
    '    try: return urllib.request.urlopen(url, timeout=60).status',
    '    except urllib.error.HTTPError as e: return e.code',
    'agent = "http://169.254.170.2"',
    'v4 = os.environ["ECS_CONTAINER_METADATA_URI_V4"]',
    ...prelude,
    ...steps.flatMap((step, at) => [`if not (${step}): sys.exit(${101 + at})`]),
    'END',
  ].join('\n')

const outcome = ({ containers: [ended], stoppedReason }: EndedTask, steps: readonly string[]): string =>
  ended?.exitCode === 0 ? 'every step' : `${ended?.exitCode}: ${steps[(ended?.exitCode ?? 0) - 101] ?? stoppedReason}`

test('a container reads its task, its stats and its role’s credentials from its first moment on', async () => {
  const steps = [
    'get(v4)[1]["Name"] == "app" and len(get(v4)[1]["DockerId"]) == 64',
    `get(v4 + "/task")[1]["Family"] == "${cluster}-self" and get(v4 + "/task")[1]["KnownStatus"] == "RUNNING"`,
    `get(v4 + "/taskWithTags")[1].get("TaskTags") is None`,
    'get(v4)[1]["Labels"]["com.amazonaws.ecs.task-arn"] == get(v4 + "/task")[1]["TaskARN"]',
    'get(os.environ["ECS_CONTAINER_METADATA_URI"])[1]["Name"] == "app"',
    'get(agent + "/v2/metadata")[1]["TaskARN"] == get(v4 + "/task")[1]["TaskARN"]',
    '{"cpu_stats", "precpu_stats", "memory_stats", "pids_stats", "read", "networks", "network_rate_stats"} <= set(get(v4 + "/stats")[1])',
    'get(v4 + "/stats")[1]["cpu_stats"]["cpu_usage"]["total_usage"] > 0 and 0 < get(v4 + "/stats")[1]["memory_stats"]["usage"] <= 256 << 20',
    'get(v4 + "/stats")[1]["networks"]["eth0"]["rx_bytes"] > 0',
    'list(get(v4 + "/task/stats")[1]) == [get(v4)[1]["DockerId"]]',
    '"AWS_ACCESS_KEY_ID" not in os.environ and os.environ["AWS_EXECUTION_ENV"] == "AWS_ECS_EC2"',
    'get(agent + os.environ["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"])[1]["RoleArn"].endswith(":role/of-the-task")',
    'get(os.environ["ECS_AGENT_URI"] + "/task-protection/v1/state")[1]["failure"]["Reason"] == "TASK_NOT_VALID"',
    'get(v4[:-1] + ("0" if v4[-1] != "0" else "1"))[0] == 404',
    'get(agent + "/v2/credentials/none")[0] == 400',
  ]
  const cli = [
    'aws sts get-caller-identity --query Arn --output text | grep -E ":assumed-role/of-the-task/[0-9a-f]{32}$" || exit 91',
    `aws s3 mb s3://${cluster} || exit 92`,
    `aws s3 ls | grep ${cluster} || exit 93`,
  ]
  await define(
    `${cluster}-self`,
    { image: awscli, command: [[python(steps), 'code=$?; [ $code = 0 ] || exit $code', ...cli].join('\n')] },
    withRole,
  )
  expect(outcome(await runToEnd(kecs, cluster, `${cluster}-self`), steps)).toBe('every step')
}, 300_000)

test('another task reads neither the metadata nor the credentials of the first', async () => {
  const ecs = ecsOf(kecs)
  await define(`${cluster}-first`, { image: 'busybox:latest', command: ['sleep 600'] }, withRole)
  const { tasks: [first] = [] } = await ecs.send(new RunTaskCommand({ cluster, taskDefinition: `${cluster}-first` }))
  const taskArn = first?.taskArn ?? ''
  await waitUntilTasksRunning({ client: ecs, maxWaitTime: 120, minDelay: 1, maxDelay: 2 }, { cluster, tasks: [taskArn] })
  const selector = `kecs.dev/task-id=${taskArn.slice(taskArn.lastIndexOf('/') + 1)}`
  const pods = await kecs.kubectl(
    'get',
    'pods',
    '-A',
    '-l',
    selector,
    '-o',
    'jsonpath={range .items[0].spec.containers[0].env[*]}{.name}={.value}{"\\n"}{end}',
  )
  const foreign = new Map(pods.split('\n').map(line => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]))
  const credentials = foreign.get('AWS_CONTAINER_CREDENTIALS_RELATIVE_URI') ?? ''
  expect(credentials).toMatch(/^\/v2\/credentials\/[0-9a-f-]{36}$/)
  const steps = [
    `get(agent + "${credentials}")[0] == 400 and get(agent + "${credentials}")[1]["code"] == "InvalidIdInRequest"`,
    `get("${foreign.get('ECS_CONTAINER_METADATA_URI_V4')}/task")[0] == 404`,
    `get("${foreign.get('ECS_AGENT_URI')}/task-protection/v1/state")[0] == 404`,
    'get(v4)[0] == 200',
    // The control plane's side of the agents is no way round.
    'urllib.request.urlopen(os.environ["AWS_ENDPOINT_URL"] + "/_kecs/health", timeout=60).status == 200',
    'refused("http://kecs-control-plane.kecs-system.svc.cluster.local:8083/v1/nodes/x/tasks") == 403',
  ]
  await define(`${cluster}-second`, { image: awscli, command: [python(steps)] })
  expect(outcome(await runToEnd(kecs, cluster, `${cluster}-second`), steps)).toBe('every step')
  await kecs.aws('ecs', 'stop-task', '--cluster', cluster, '--task', taskArn)
}, 300_000)

test('an agent that is killed in the middle loses no line and no credential', async () => {
  const lines = 6_000
  const group = `/${cluster}/lines`
  const logConfiguration = {
    logDriver: 'awslogs',
    options: { 'awslogs-group': group, 'awslogs-create-group': 'true', 'awslogs-stream-prefix': 'p' },
  }
  const script = [
    'uri=http://169.254.170.2$AWS_CONTAINER_CREDENTIALS_RELATIVE_URI',
    'before=$(wget -qO- $uri) || exit 91',
    `i=0; while [ $i -lt ${lines} ]; do i=$((i+1)); echo "line $i"; [ $((i % 100)) = 0 ] && sleep 0.2; done`,
    'for try in $(seq 240); do after=$(wget -qO- $uri) && break; sleep 0.5; done',
    '[ "$before" = "$after" ] || exit 92',
    'echo -n last',
  ].join('\n')
  await define(`${cluster}-lines`, { image: 'busybox:latest', logConfiguration, command: [script] }, withRole)
  const ecs = ecsOf(kecs)
  const { tasks: [task] = [] } = await ecs.send(new RunTaskCommand({ cluster, taskDefinition: `${cluster}-lines` }))
  const taskArn = task?.taskArn ?? ''
  await waitUntilTasksRunning({ client: ecs, maxWaitTime: 120, minDelay: 1, maxDelay: 1 }, { cluster, tasks: [taskArn] })
  for (let kill = 0; kill < 2; kill++) {
    await Bun.sleep(2_500)
    await kecs.kubectl(
      '-n',
      'kecs-system',
      'delete',
      'pod',
      '-l',
      'kecs.dev/component=agent',
      '--grace-period=0',
      '--force',
      '--wait=false',
    )
  }
  await waitUntilTasksStopped({ client: ecs, maxWaitTime: 180, minDelay: 1, maxDelay: 2 }, { cluster, tasks: [taskArn] })
  const ended = await describe(ecs, cluster, taskArn)
  expect(ended.containers?.[0]?.exitCode).toBe(0)
  const stream = `p/app/${taskArn.slice(taskArn.lastIndexOf('/') + 1)}`
  const found = await until(
    'the last line arrives',
    async () => {
      const messages = await messagesOf(group, stream)
      return messages.includes('last') ? messages : undefined
    },
    { withinMs: 120_000, everyMs: 1_000 },
  )
  const wanted = [...Array.from({ length: lines }, (_, index) => `line ${index + 1}`), 'last']
  const there = new Set(found)
  expect(wanted.filter(line => !there.has(line))).toEqual([])
}, 300_000)

/** All that a stream has. */
const messagesOf = async (group: string, stream: string): Promise<string[]> => {
  const answer = await kecs.aws('logs', 'filter-log-events', '--log-group-name', group, '--log-stream-names', stream)
  const { events = [] } = answer as { events?: { message: string }[] }
  return events.map(({ message }) => message)
}

test('what a container wrote before it ended at once arrives, and its pod goes', async () => {
  const group = `/${cluster}/short`
  await kecs.aws('logs', 'create-log-group', '--log-group-name', group)
  const logConfiguration = { logDriver: 'awslogs', options: { 'awslogs-group': group, 'awslogs-stream-prefix': 'p' } }
  await define(`${cluster}-short`, { image: 'busybox:latest', logConfiguration, command: ['seq 5; echo err >&2; echo -n last'] })
  const { taskId } = await runToEnd(kecs, cluster, `${cluster}-short`)
  await until(
    'its pod goes',
    async () => (await kecs.kubectl('get', 'pods', '-A', '-l', `kecs.dev/task-id=${taskId}`, '-o', 'name')).trim() === '',
  )
  expect((await messagesOf(group, `p/app/${taskId}`)).toSorted()).toEqual(['1', '2', '3', '4', '5', 'err', 'last'])
}, 300_000)

test.each([
  ['multiline-pattern', '^START', 'START'],
  ['datetime-format', '[%Y-%m-%dT%H:%M:%S]', '[2026-11-27T08:00:00]'],
])(
  'lines are events of several by awslogs-%s, in mode non-blocking',
  async (option, value, begin) => {
    const group = `/${cluster}/events`
    const options = {
      'awslogs-group': group,
      'awslogs-create-group': 'true',
      'awslogs-stream-prefix': 'p',
      [`awslogs-${option}`]: value,
      mode: 'non-blocking',
    }
    const logConfiguration = { logDriver: 'awslogs', options }
    // At once: what does not go on within a second is taken to be over.
    const command = [`printf '%s\\n' '${begin} 1' '  at 1' '${begin} 2' '  at 2'`]
    const family = `${cluster}-${option}`
    await define(family, { image: 'busybox:latest', logConfiguration, command })
    const { taskId } = await runToEnd(kecs, cluster, family)
    const found = await until('both arrive', async () => {
      const messages = await messagesOf(group, `p/app/${taskId}`)
      return messages.length >= 2 && messages
    })
    expect(found).toEqual([`${begin} 1\n  at 1\n`, `${begin} 2\n  at 2\n`])
  },
  300_000,
)

test('a log group that is not there fails the task in ECS’ words', async () => {
  const logConfiguration = { logDriver: 'awslogs', options: { 'awslogs-group': `/${cluster}/none`, 'awslogs-stream-prefix': 'p' } }
  await define(`${cluster}-none`, { image: 'busybox:latest', logConfiguration, command: ['true'] })
  const { stopCode, stoppedReason } = await runToEnd(kecs, cluster, `${cluster}-none`)
  expect(stopCode).toBe('TaskFailedToStart')
  expect(stoppedReason).toContain(
    'failed to create Cloudwatch log stream: ResourceNotFoundException: The specified log group does not exist.',
  )
}, 300_000)

test('a task makes network faults for itself, and ends them', async () => {
  const steps = [
    'reaches_again()',
    'ask("network-blackhole-port", "status", port) == (200, {"Status": "not-running"})',
    'ask("network-blackhole-port", "start", port) == (200, {"Status": "running"})',
    'not reaches() and get(v4)[0] == 200',
    'ask("network-blackhole-port", "stop", port) == (200, {"Status": "stopped"}) and reaches_again()',
    'ask("network-packet-loss", "start", {"LossPercent": 100, "Sources": ["0.0.0.0/0"], "SourcesToFilter": ["169.254.170.2"]})[0] == 200',
    'not reaches() and ask("network-packet-loss", "start", {"LossPercent": 1, "Sources": ["10.0.0.1"]})[0] == 409',
    'ask("network-packet-loss", "status", {}) == (200, {"Status": "running"})',
    'ask("network-packet-loss", "stop", {}) == (200, {"Status": "stopped"}) and reaches_again()',
    'ask("network-latency", "start", late) == (200, {"Status": "running"})',
    'took() >= 0.4 and ask("network-latency", "status", {}) == (200, {"Status": "running"})',
    'ask("network-packet-loss", "start", {"LossPercent": 1, "Sources": ["10.0.0.1"]})[0] == 409',
    // A machine that is busy with something else may make one of them late.
    'ask("network-latency", "stop", {}) == (200, {"Status": "stopped"}) and min(took() for _ in range(5)) < 0.4',
    // It ends with the task: this one's table is not there any more afterwards.
    'ask("network-blackhole-port", "start", port)[0] == 200',
  ]
  const prelude = [
    'import socket',
    'door = urllib.parse.urlparse(os.environ["AWS_ENDPOINT_URL"])',
    'address = socket.gethostbyname(door.hostname)',
    'port = {"Port": door.port, "Protocol": "tcp", "TrafficType": "egress"}',
    'def reaches():',
    '    try: socket.create_connection((address, door.port), timeout=2).close(); return True',
    '    except OSError: return False',
    // A machine that is busy with something else may need more than one try.
    'def reaches_again(): return any(reaches() for _ in range(10))',
    'late = {"DelayMilliseconds": 400, "JitterMilliseconds": 0, "Sources": ["0.0.0.0/0"], "SourcesToFilter": ["169.254.170.2"]}',
    'def took():',
    '    began = time.monotonic(); socket.create_connection((address, door.port), timeout=60).close(); return time.monotonic() - began',
    'def ask(fault, action, body):',
    '    url = os.environ["ECS_AGENT_URI"] + f"/fault/v1/{fault}/{action}"',
    '    try:',
    '        with urllib.request.urlopen(urllib.request.Request(url, json.dumps(body).encode(), method="POST"), timeout=60) as r: return r.status, json.loads(r.read())',
    '    except urllib.error.HTTPError as e: return e.code, json.loads(e.read())',
  ]
  const { Subnets } = (await kecs.aws('ec2', 'describe-subnets')) as { Subnets: { SubnetId: string }[] }
  const family = `${cluster}-faults`
  await define(family, { image: awscli, command: [python(steps, prelude)] }, ['--network-mode', 'awsvpc', '--enable-fault-injection'])
  const ecs = ecsOf(kecs)
  const networkConfiguration = { awsvpcConfiguration: { subnets: [Subnets[0]?.SubnetId ?? ''] } }
  const { tasks: [task] = [] } = await ecs.send(new RunTaskCommand({ cluster, taskDefinition: family, networkConfiguration }))
  const taskArn = task?.taskArn ?? ''
  await waitUntilTasksStopped({ client: ecs, maxWaitTime: 120, minDelay: 1, maxDelay: 2 }, { cluster, tasks: [taskArn] })
  const { containers = [], stopCode, stoppedReason } = await describe(ecs, cluster, taskArn)
  expect(outcome({ taskArn, taskId: '', stopCode, stoppedReason, containers }, steps)).toBe('every step')
}, 300_000)
