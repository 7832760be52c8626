// Requests a second and latency through an Application Load Balancer, against Traefik alone and the pod direct.
import { figure, ms, title } from './figures.ts'
import { load } from './load.ts'
import { type TestInstance, instance, removeShared } from '../support/instance.ts'
import { defaultNetwork } from '../support/network.ts'
import { until } from '../support/until.ts'

const seconds = 5
const connections = 16

/** A container with nginx, whose answer is 2 bytes and has a length: a task of a service would be the same. */
const command = [
  'sh',
  '-c',
  "printf 'server { listen 80; access_log off; keepalive_requests 1000000; location / { default_type text/plain; return 200 ok; } }' > /etc/nginx/conf.d/default.conf; exec nginx -g 'daemon off;'",
]

export async function bench(): Promise<void> {
  const kecs = await instance()
  try {
    title(
      'Requests a second through a load balancer',
      `one nginx task on kind; ${connections} keep-alive connections, 3 runs of ${seconds} s each, client and cluster on the same cores; direct: the pod's own host port; Traefik alone: a route of its own, with no middleware.`,
    )
    const { direct, alone, balanced } = await arrange(kecs)
    for (let run = 1; run <= 3; run++) {
      for (const [name, url] of [
        ['the pod direct', direct],
        ['Traefik alone', alone],
        ['an Application Load Balancer', balanced],
      ] as const) {
        const { perSecond, latency, failures } = await load({ url, headers: {}, body: '', connections, seconds })
        figure(
          `${name}, run ${run}`,
          `${perSecond.toFixed(0)} a second; p50 ${ms(latency.p50)}, p99 ${ms(latency.p99)}; ${failures} failed`,
        )
      }
    }
  } finally {
    await removeShared()
  }
}

interface Arranged {
  readonly direct: string
  readonly alone: string
  readonly balanced: string
}

async function arrange(kecs: TestInstance): Promise<Arranged> {
  const aws = (...args: readonly string[]) => kecs.run(['aws', ...args, '--output', 'text']).then(({ stdout }) => stdout.trim())
  const container = {
    name: 'web',
    image: 'nginx:alpine',
    memory: 128,
    essential: true,
    command,
    portMappings: [{ containerPort: 80, hostPort: 0 }],
  }
  await aws('ecs', 'create-cluster', '--cluster-name', 'bench')
  await aws(
    'ecs',
    'register-task-definition',
    '--family',
    'bench-web',
    '--network-mode',
    'bridge',
    '--container-definitions',
    JSON.stringify([container]),
  )
  const task = await aws('ecs', 'run-task', '--cluster', 'bench', '--task-definition', 'bench-web', '--query', 'tasks[0].taskArn')
  await aws('ecs', 'wait', 'tasks-running', '--cluster', 'bench', '--tasks', task)
  const ofTask = (query: string) => aws('ecs', 'describe-tasks', '--cluster', 'bench', '--tasks', task, '--query', query)
  const port = await ofTask('tasks[0].containers[0].networkBindings[0].hostPort')
  const instanceArn = await ofTask('tasks[0].containerInstanceArn')
  const machine = ['ecs', 'describe-container-instances', '--cluster', 'bench', '--container-instances', instanceArn]
  const id = await aws(...machine, '--query', 'containerInstances[0].ec2InstanceId')
  const { vpc, subnets: subnetIds } = await defaultNetwork(kecs.endpoint)
  const group = ['elbv2', 'create-target-group', '--name', 'bench', '--protocol', 'HTTP', '--port', '80', '--vpc-id', vpc]
  const groupArn = await aws(...group, '--query', 'TargetGroups[0].TargetGroupArn')
  await aws('elbv2', 'register-targets', '--target-group-arn', groupArn, '--targets', `Id=${id},Port=${port}`)
  const subnets = ['--subnets', ...subnetIds, '--query', 'LoadBalancers[0].LoadBalancerArn']
  const balancer = await aws('elbv2', 'create-load-balancer', '--name', 'bench', ...subnets)
  const listener = ['elbv2', 'create-listener', '--load-balancer-arn', balancer, '--protocol', 'HTTP', '--port', '80']
  const arn = await aws(...listener, '--default-actions', `Type=forward,TargetGroupArn=${groupArn}`, '--query', 'Listeners[0].ListenerArn')
  const direct = `http://127.0.0.1:${port}`
  const listenerPort = await until('a port for the listener', () =>
    aws('elbv2', 'describe-tags', '--resource-arns', arn, '--query', "TagDescriptions[0].Tags[?Key=='aws:kecs:port'].Value | [0]").then(
      text => /^\d+$/.test(text) && text,
    ),
  )
  const balanced = `http://127.0.0.1:${listenerPort}`
  const alone = await routeAlone(kecs, Number(port), Number(listenerPort) + 1)
  for (const url of [direct, alone, balanced]) await until(`${url} to answer`, async () => (await fetch(url).catch(() => undefined))?.ok)
  return { direct, alone, balanced }
}

/** A route of the gateway to the same port of the node that no control plane has a part in. */
async function routeAlone(kecs: TestInstance, port: number, entryPort: number): Promise<string> {
  const { items } = JSON.parse(await kecs.kubectl('get', 'nodes', '-o', 'json')) as {
    items: { status: { addresses: { type: string; address: string }[] } }[]
  }
  const address = items[0]?.status.addresses.find(({ type }) => type === 'InternalIP')?.address ?? ''
  const metadata = { name: 'bench-alone', namespace: 'kecs-system' }
  const services = [{ name: 'bench-alone', port }]
  const list = {
    apiVersion: 'v1',
    kind: 'List',
    items: [
      { apiVersion: 'v1', kind: 'Service', metadata, spec: { type: 'ExternalName', externalName: address, ports: [{ port }] } },
      {
        apiVersion: 'traefik.io/v1alpha1',
        kind: 'IngressRoute',
        metadata,
        spec: { entryPoints: [`tcp-${entryPort}`], routes: [{ kind: 'Rule', match: 'PathPrefix(`/`)', services }] },
      },
    ],
  }
  await kecs.run(['kubectl', 'apply', '-f', '-'], { input: JSON.stringify(list) })
  return `http://127.0.0.1:${entryPort}`
}
