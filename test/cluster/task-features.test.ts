// What a task definition asks for and its containers find: each container asserts it itself, its exit code says so.
import { createHash } from 'node:crypto'
import { beforeAll, describe, expect, test } from 'bun:test'
import type { ContainerDefinition, RegisterTaskDefinitionCommandInput, TaskStopCode } from '@aws-sdk/client-ecs'
import { haveRole } from '../support/roles.ts'
import { until } from '../support/until.ts'
import { containerOf, features, forever, isRunning, script, type Features } from './features-harness.ts'

let on: Features
/** Of the secret, with its suffix. */
let secretArn: string
let secretVersion: string
const name = `features-${Date.now()}`
const hidden = 'correct-horse-$(HOME)-$$-battery'
const seconds = (count: number): number => count * 1_000

beforeAll(async () => {
  on = await features('features')
  const { kecs } = on
  const json = JSON.stringify({ user: 'admin', port: 5432 })
  const [secret] = await Promise.all([
    kecs.aws('secretsmanager', 'create-secret', '--name', name, '--secret-string', json),
    kecs.aws('ssm', 'put-parameter', '--name', `/${name}/password`, '--type', 'SecureString', '--value', hidden),
    kecs.aws('ssm', 'put-parameter', '--name', name, '--type', 'String', '--value', 'far', '--region', 'eu-west-1'),
    kecs.aws('s3api', 'create-bucket', '--bucket', name),
  ])
  secretArn = String(secret['ARN'])
  secretVersion = String(secret['VersionId'])
  const put = (key: string, text: string) => kecs.run(['aws', 's3', 'cp', '-', `s3://${name}/${key}`], { input: text })
  await Promise.all([
    put('first.env', '# a comment\nFROM_FILE=one two\nBOTH=first\nOWN=file\nSECRET=file\nAWS_REGION=mars-1\n'),
    put('second.env', 'BOTH=second\nSECOND=yes\n'),
  ])
}, seconds(600))

const file = (key: string) => ({ type: 's3' as const, value: `arn:aws:s3:::${name}/${key}` })

/** A check that does not itself hold the value. */
const hasDigest = (variable: string, value: string): string =>
  `[ "$(printf %s "$${variable}" | sha256sum | cut -c1-64)" = ${createHash('sha256').update(value).digest('hex')} ] || exit 1`

describe('secrets and files', () => {
  test(
    'are in the environment, in their order, and nowhere else',
    async () => {
      const is = (variable: string, value: string) => `[ "$${variable}" = '${value}' ] || { echo "${variable} is $${variable}"; exit 1; }`
      const checks = [
        hasDigest('PASSWORD', hidden),
        hasDigest('BY_ARN', hidden),
        is('FAR', 'far'),
        is('DB_USER', 'admin'),
        is('DB_PORT', '5432'),
        is('BY_VERSION', '5432'),
        is('WHOLE', '{"user":"admin","port":5432}'),
        is('FROM_FILE', 'one two'),
        is('BOTH', 'first'),
        is('SECOND', 'yes'),
        is('OWN', 'definition'),
        is('SECRET', 'admin'),
        is('AWS_REGION', 'mars-1'),
      ]
      const task = await on.run([
        {
          name: 'app',
          ...script(`${checks.join('\n')}\n${forever}`),
          environment: [{ name: 'OWN', value: 'definition' }],
          environmentFiles: [file('first.env'), file('second.env')],
          secrets: [
            { name: 'PASSWORD', valueFrom: `/${name}/password` },
            { name: 'BY_ARN', valueFrom: `arn:aws:ssm:us-east-1:000000000000:parameter/${name}/password` },
            { name: 'FAR', valueFrom: `arn:aws:ssm:eu-west-1:000000000000:parameter/${name}` },
            { name: 'DB_USER', valueFrom: `${secretArn}:user::` },
            { name: 'DB_PORT', valueFrom: `${secretArn}:port:AWSCURRENT:` },
            { name: 'BY_VERSION', valueFrom: `${secretArn}:port::${secretVersion}` },
            { name: 'WHOLE', valueFrom: secretArn },
            { name: 'SECRET', valueFrom: `${secretArn}:user::` },
          ],
        },
      ])
      const running = await on.seen(task, 'it runs', isRunning)
      expect(JSON.stringify(running)).not.toContain('horse')
      expect(JSON.stringify(await on.objects('pods', task))).not.toContain('horse')
      expect(await on.objects('secrets', task)).toHaveLength(1)
      await on.stop(task)
      // 0: no check ended it before it was stopped.
      expect(containerOf(await on.ended(task), 'app').exitCode).toBe(0)
      await until('its Secret goes with it', async () => (await on.objects('secrets', task)).length === 0)
      expect((await on.kecs.kecs(['logs', 'control-plane'])).stdout).not.toContain('horse')
    },
    seconds(300),
  )

  test(
    'are overridden as RunTask says',
    async () => {
      const check = '[ "$SECOND$BOTH$FROM_FILE" = yesoverride ]'
      const environment = [{ name: 'BOTH', value: 'override' }]
      const overrides = { containerOverrides: [{ name: 'app', environment, environmentFiles: [file('second.env')] }] }
      expect(await on.exitOf(check, { environmentFiles: [file('first.env')] }, {}, { overrides })).toBe(0)
    },
    seconds(300),
  )

  test.each<[string, () => Partial<ContainerDefinition>, RegExp]>([
    [
      'parameter',
      () => ({ secrets: [{ name: 'A', valueFrom: '/not/there' }] }),
      /^ResourceInitializationError: unable to pull secrets or registry auth: .*invalid ssm parameters: \/not\/there$/,
    ],
    [
      'secret',
      () => ({ secrets: [{ name: 'A', valueFrom: secretArn.replace(name, 'not-there') }] }),
      /^ResourceInitializationError: unable to pull secrets or registry auth: .*ResourceNotFoundException: Secrets Manager can't find the specified secret\.$/,
    ],
    [
      'key',
      () => ({ secrets: [{ name: 'A', valueFrom: `${secretArn}:nokey::` }] }),
      /^ResourceInitializationError: unable to pull secrets or registry auth: .*did not contain json key nokey$/,
    ],
    [
      'file',
      () => ({ environmentFiles: [file('not-there.env')] }),
      /^ResourceInitializationError: failed to download env files: .*StatusCode: 404/,
    ],
  ])(
    'a %s that is missing stops the task',
    async (_what, container, reason) => {
      const task = await on.ended(await on.run([{ name: 'app', ...script('exit 0'), ...container() }]))
      expect(task.stopCode).toBe('TaskFailedToStart')
      expect(task.stoppedReason).toMatch(reason)
      expect(containerOf(task, 'app').exitCode).toBeUndefined()
    },
    seconds(300),
  )
})

describe('containers', () => {
  const finds: readonly (readonly [string, string, Partial<ContainerDefinition>, Partial<RegisterTaskDefinitionCommandInput>?])[] = [
    ['a user and a group', '[ "$(id -u):$(id -g)" = 1000:2000 ]', { user: '1000:2000' }],
    ['a working directory', '[ "$PWD" = /tmp ]', { workingDirectory: '/tmp' }],
    ['a root that is read-only', '! touch /x', { readonlyRootFilesystem: true }],
    ['all rights', 'mkdir /m && mount -t tmpfs none /m && grep -q "Seccomp:.*0" /proc/self/status', { privileged: true }],
    // Of namespaces anybody may make some, but for Docker's filter of system calls.
    ['few rights', 'mkdir /m && ! mount -t tmpfs none /m && ! unshare -r true && grep -q "Seccomp:.*2" /proc/self/status', {}],
    ['nothing of Kubernetes', '[ -z "$KUBERNETES_SERVICE_HOST$KUBERNETES_SERVICE_PORT$KUBERNETES_PORT" ]', {}],
    ['no way to more', 'grep -q "NoNewPrivs:.*1" /proc/self/status', { dockerSecurityOptions: ['no-new-privileges'] }],
    ['a host name', '[ "$(hostname)" = front ]', { hostname: 'front' }],
    ['hosts', 'grep -q "10.1.2.3.*backend" /etc/hosts', { extraHosts: [{ hostname: 'backend', ipAddress: '10.1.2.3' }] }],
    [
      'name servers',
      'grep -q "nameserver 10.0.0.53" /etc/resolv.conf && grep -q "search.*corp.example" /etc/resolv.conf',
      { dnsServers: ['10.0.0.53'], dnsSearchDomains: ['corp.example'] },
    ],
    ['a terminal', 'test -t 1', { pseudoTerminal: true }],
    ['an input that stays open', 'case "$(readlink /proc/self/fd/0)" in pipe:*) ;; *) exit 1 ;; esac', { interactive: true }],
    ['an input that is empty', 'test -z "$(cat)"', {}],
    // Of CAP_NET_ADMIN, which Docker does not give.
    [
      'a capability more',
      '[ $((0x$(awk "/CapEff/ { print \\$2 }" /proc/self/status) >> 12 & 1)) = 1 ]',
      { linuxParameters: { capabilities: { add: ['NET_ADMIN'] } } },
    ],
    ['labels', 'wget -qO- "$ECS_CONTAINER_METADATA_URI_V4" | grep -q \'"team":"blue"\'', { dockerLabels: { team: 'blue' } }],
    ['a size of its own', 'wget -qO- "$ECS_CONTAINER_METADATA_URI_V4" | grep -q \'"CPU":128,"Memory":48\'', { cpu: 128, memory: 48 }],
    // From the first moment on: no interface but the loopback, and no way out.
    ['no network', 'test "$(ls /sys/class/net)" = lo && ! wget -T 1 -q -O - http://1.1.1.1', {}, { networkMode: 'none' }],
    ['networking disabled', 'test "$(ls /sys/class/net)" = lo', { disableNetworking: true }],
    [
      'a limit of memory',
      // Of version 2 of control groups, or 1.
      'cat /sys/fs/cgroup/memory.max /sys/fs/cgroup/memory/memory.limit_in_bytes 2>/dev/null | grep -q "^67108864$"',
      { memory: 64 },
    ],
    ['shared memory', 'df -m /dev/shm | tail -1 | grep -q " 24 "', { linuxParameters: { sharedMemorySize: 24 } }],
    [
      'a volume of the task, shared',
      'echo x > /data/x && cat /copy/x',
      {
        mountPoints: [
          { sourceVolume: 'data', containerPath: '/data' },
          { sourceVolume: 'data', containerPath: '/copy', readOnly: true },
        ],
      },
      { volumes: [{ name: 'data' }] },
    ],
    [
      'a mount that is read-only',
      '! touch /copy/x',
      { mountPoints: [{ sourceVolume: 'data', containerPath: '/copy', readOnly: true }] },
      { volumes: [{ name: 'data' }] },
    ],
    [
      'a folder of the host',
      'test -f /host/hostname',
      { mountPoints: [{ sourceVolume: 'etc', containerPath: '/host', readOnly: true }] },
      { volumes: [{ name: 'etc', host: { sourcePath: '/etc' } }] },
    ],
    [
      "an access point's own folder",
      'echo x > /files/x && test ! -e /files/.access-points',
      { mountPoints: [{ sourceVolume: 'files', containerPath: '/files' }] },
      {
        volumes: [
          {
            name: 'files',
            efsVolumeConfiguration: {
              fileSystemId: `fs-${Date.now()}`,
              transitEncryption: 'ENABLED',
              authorizationConfig: { accessPointId: 'fsap-1' },
            },
          },
        ],
      },
    ],
  ]
  test(
    'find what their definition asks for',
    async () => {
      const exits = await Promise.all(
        finds.map(async ([what, text, container, definition]) => [what, await on.exitOf(text, container, definition)]),
      )
      expect(exits).toEqual(finds.map(([what]) => [what, 0]))
    },
    seconds(300),
  )

  test(
    'run as the users that they name, in their own image’s numbers',
    async () => {
      const entry = (text: string) => script(`cat /etc/passwd /etc/group; id; ${text}`)
      const daemon = 'grep -q "^daemon:[^:]*:$(id -u):" /etc/passwd'
      const mail = 'grep -q "^mail:[^:]*:$(id -g):" /etc/group'
      // Without a group of its own one has that of its entry, and those that have it as a member: as `id NAME` tells.
      const nobody = 'grep -q "^nobody:[^:]*:$(id -u):$(id -g):" /etc/passwd && [ "$(id -G)" = "$(id -G nobody)" ]'
      const named = [
        { name: 'pair', image: 'nginx:alpine', user: 'daemon:mail', ...entry(`${daemon} && ${mail}`) },
        { name: 'user', image: 'nginx:alpine', user: 'daemon:1000', ...entry(`${daemon} && [ "$(id -g)" = 1000 ]`) },
        { name: 'group', image: 'nginx:alpine', user: '1000:mail', ...entry(`[ "$(id -u)" = 1000 ] && ${mail}`) },
        // Of another C library than the nodes' program, and one that never starts for want of its user.
        { name: 'other', user: 'nobody', ...entry(nobody) },
        { name: 'none', user: 'nope', ...entry('true') },
      ]
      const dependsOn = named.slice(0, -1).map(({ name: containerName }) => ({ containerName, condition: 'SUCCESS' as const }))
      const app = { name: 'app', user: 'nobody', dependsOn, ...entry(nobody) }
      const task = await on.ended(await on.run([...named.map(each => ({ ...each, essential: false })), app]))
      expect(task.containers?.map(({ name: container, exitCode }) => [container, exitCode])).toEqual([
        ...dependsOn.map(({ containerName }) => [containerName, 0]),
        ['none', undefined],
        ['app', 0],
      ])
      expect(containerOf(task, 'none').reason).toBe(
        'CannotStartContainerError: Error response from daemon: unable to find user nope: no matching entries in passwd file',
      )
      expect(task.stopCode).toBe('EssentialContainerExited')
      await until('nothing is left of looking them up', async () => {
        const left = await on.kecs.kubectl('get', 'pods', '-n', `${on.cluster}-us-east-1`, '-l', 'kecs.dev/user-lookup', '-o', 'name')
        return left.trim() === ''
      })
    },
    seconds(300),
  )

  test(
    'in awsvpc mode have the address that the task is told to have',
    async () => {
      // The backend's EC2 is asked whether it is there.
      const { Subnets } = (await on.kecs.aws('ec2', 'describe-subnets')) as { Subnets: { SubnetId: string }[] }
      const subnet = Subnets[0]?.SubnetId ?? ''
      const call = { networkConfiguration: { awsvpcConfiguration: { subnets: [subnet] } } }
      const task = await on.run([{ name: 'app', ...script(forever) }], { networkMode: 'awsvpc' }, call)
      const running = await on.seen(
        task,
        'it is attached',
        ({ attachments, lastStatus }) => lastStatus === 'RUNNING' && attachments?.[0]?.status === 'ATTACHED',
      )
      const details = Object.fromEntries((running.attachments?.[0]?.details ?? []).map(detail => [detail.name, detail.value]))
      const [pod] = await on.objects('pods', task)
      expect(pod).toMatchObject({ status: { podIP: details['privateIPv4Address'] } })
      expect(details['subnetId']).toBe(subnet)
      expect(containerOf(running, 'app').networkInterfaces).toMatchObject([{ privateIpv4Address: details['privateIPv4Address'] }])
      await on.stop(task)
    },
    seconds(300),
  )

  test(
    'in bridge mode are reached at the port that the task is told to have',
    async () => {
      const fixed = { containerPort: 81, hostPort: 32_601 }
      const task = await on.run([{ name: 'web', image: 'nginx:alpine', portMappings: [{ containerPort: 80, hostPort: 0 }, fixed] }])
      const running = await on.seen(task, 'it runs', isRunning)
      const [binding, other] = containerOf(running, 'web').networkBindings ?? []
      expect(binding).toMatchObject({ containerPort: 80, protocol: 'tcp' })
      expect(other).toEqual({ bindIP: '0.0.0.0', ...fixed, protocol: 'tcp' })
      const text = await until('it answers', async () => (await fetch(`http://127.0.0.1:${binding?.hostPort}/`)).text(), { everyMs: 100 })
      expect(text).toMatch(/nginx/i)
      await on.stop(task)
    },
    seconds(300),
  )
})

describe('a task', () => {
  test(
    'in network mode host has the machine’s network, and its ports',
    async () => {
      const port = 32_600
      const serve = `echo of the host > /tmp/index.html; ls /sys/class/net | grep -qv "^lo$" && exec httpd -f -p ${port} -h /tmp`
      const task = await on.run([{ name: 'app', ...script(serve), portMappings: [{ containerPort: port }] }], { networkMode: 'host' })
      const running = await on.seen(task, 'it runs', isRunning)
      const binding = { bindIP: '0.0.0.0', containerPort: port, hostPort: port, protocol: 'tcp' as const }
      expect(containerOf(running, 'app').networkBindings).toEqual([binding])
      const [pod] = await on.objects('pods', task)
      const { status }: { status: { hostIP: string; podIP: string } } = Object(pod)
      expect(status.podIP).toBe(status.hostIP)
      const ask = `wget -q -O - http://${status.hostIP}:${port}/index.html`
      expect(await on.exitOf(`for try in $(seq 50); do [ "$(${ask})" = "of the host" ] && exit 0; sleep 0.2; done; exit 1`)).toBe(0)
      await on.stop(task)
    },
    seconds(300),
  )

  test(
    'on Spot capacity that is taken back, or that retires, is told by SIGTERM, and ends as on AWS',
    async () => {
      const { kecs, cluster } = on
      const { Subnets } = (await kecs.aws('ec2', 'describe-subnets')) as { Subnets: { SubnetId: string }[] }
      const providers = ['--capacity-providers', 'FARGATE_SPOT', '--default-capacity-provider-strategy']
      await kecs.aws('ecs', 'put-cluster-capacity-providers', '--cluster', cluster, ...providers)
      const container = { name: 'app', ...script('trap "exit 7" TERM; while true; do sleep 0.1; done') }
      const definition: Partial<RegisterTaskDefinitionCommandInput> = {
        networkMode: 'awsvpc',
        cpu: '256',
        memory: '512',
        requiresCompatibilities: ['FARGATE'],
      }
      const networkConfiguration = { awsvpcConfiguration: { subnets: [Subnets[0]?.SubnetId ?? ''] } }
      const spot = { capacityProviderStrategy: [{ capacityProvider: 'FARGATE_SPOT', weight: 1 }], networkConfiguration }
      const interrupted = await on.run([container], definition, spot)
      const retired = await on.run([container], definition, { launchType: 'FARGATE', networkConfiguration })
      const removals = { interrupt: interrupted, retire: retired }
      for (const [removal, task] of Object.entries(removals)) {
        await on.seen(task, 'it runs', isRunning)
        await kecs.kecs(['task', removal, task])
      }
      const ends = async (task: string) => {
        const { stopCode, stoppedReason, containers } = await on.ended(task)
        return [stopCode, stoppedReason, containers?.[0]?.exitCode]
      }
      expect(await ends(interrupted)).toEqual(['SpotInterruption', 'Your Spot Task was interrupted.', 7])
      // https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-maintenance.html
      const maintenance = 'ECS is performing maintenance on the underlying infrastructure hosting the task'
      expect(await ends(retired)).toEqual(['TerminationNotice', maintenance, 7])
    },
    seconds(300),
  )
})

test(
  'an EBS volume that is configured at launch is the task’s own folder',
  async () => {
    const definition = { volumes: [{ name: 'data', configuredAtLaunch: true }] }
    const volumeConfigurations = [{ name: 'data', managedEBSVolume: { roleArn: await haveRole(on.kecs.endpoint, 'ebs'), sizeInGiB: 1 } }]
    const mountPoints = [{ sourceVolume: 'data', containerPath: '/data' }]
    const task = await on.run([{ name: 'app', ...script(`touch /data/x && ${forever}`), mountPoints }], definition, {
      volumeConfigurations,
    })
    const running = await on.seen(task, 'it runs', isRunning)
    expect(running.attachments).toMatchObject([{ type: 'AmazonElasticBlockStorage', status: 'ATTACHED' }])
    expect(running.attachments?.[0]?.details).toContainEqual({ name: 'volumeId', value: expect.stringMatching(/^vol-[0-9a-f]{17}$/) })
    await on.stop(task)
    const ended = await on.ended(task)
    expect(ended.attachments?.[0]?.status).toBe('DELETED')
    expect(containerOf(ended, 'app').exitCode).toBe(0)
  },
  seconds(300),
)

test(
  'exit codes and reasons are those of Docker and ECS',
  async () => {
    const refused = 'trap "" TERM; while true; do sleep 0.1; done'
    const ends: readonly (readonly [string, Partial<ContainerDefinition>, TaskStopCode, number | undefined, RegExp?])[] = [
      ['its own', script('exit 7'), 'EssentialContainerExited', 7],
      // The first process of a container takes no signal from within that it did not ask for.
      [
        'a signal',
        { ...script('kill -SEGV $$; sleep 60'), linuxParameters: { initProcessEnabled: true } },
        'EssentialContainerExited',
        139,
      ],
      // Several: container runtimes tell of most alone.
      ...Array.from(
        { length: 5 },
        (_, at) =>
          [
            `memory, ${at}`,
            script('x=a; while true; do x="$x$x"; done'),
            'EssentialContainerExited',
            137,
            /^OutOfMemoryError: Container killed due to memory usage$/,
          ] as const,
      ),
      ['no such command', { entryPoint: ['/no/such'] }, 'TaskFailedToStart', undefined, /^CannotStartContainerError: .*\/no\/such/s],
      ['no such image', { image: 'localhost:1/no/such:image' }, 'TaskFailedToStart', undefined, /^CannotPullContainerError: /],
      [
        'no such image, where its user is looked up',
        { image: 'localhost:1/no/such:image', user: 'app' },
        'TaskFailedToStart',
        undefined,
        /^CannotPullContainerError: /,
      ],
      [
        'no such group',
        { user: 'nobody:nope' },
        'TaskFailedToStart',
        undefined,
        /^CannotStartContainerError: Error response from daemon: unable to find group nope: no matching entries in group file$/,
      ],
      ['a stop that it takes', script('trap "exit 3" TERM; while true; do sleep 0.1; done'), 'UserInitiated', 3],
      ['a stop that it does not take', { ...script(refused), stopTimeout: 2 }, 'UserInitiated', 137],
    ]
    const told = await Promise.all(
      ends.map(async ([what, container, stopCode]) => {
        const task = await on.run([{ name: 'app', ...container }])
        if (stopCode === 'UserInitiated') {
          await on.seen(task, 'it runs', isRunning)
          await on.stop(task)
        }
        const ended = await on.ended(task)
        const { exitCode, reason } = containerOf(ended, 'app')
        return { what, stopCode: ended.stopCode, stoppedReason: ended.stoppedReason, exitCode, reason }
      }),
    )
    const words: Readonly<Record<string, string>> = {
      EssentialContainerExited: 'Essential container in task exited',
      TaskFailedToStart: 'Task failed to start',
      UserInitiated: 'Task stopped by user',
    }
    expect(told.map(({ what, stopCode, stoppedReason, exitCode }) => [what, stopCode, stoppedReason, exitCode])).toEqual(
      ends.map(([what, , stopCode, exitCode]) => [what, stopCode, words[stopCode], exitCode]),
    )
    for (const [at, [, , , , reason]] of ends.entries()) {
      if (reason === undefined) expect([ends[at]?.[0], told[at]?.reason]).toEqual([ends[at]?.[0], undefined])
      else expect(told[at]?.reason).toMatch(reason)
    }
  },
  seconds(300),
)

test(
  'a GPU that no node has fails the task for lack of it',
  async () => {
    const task = await on.ended(await on.run([{ name: 'app', ...script('exit 0'), resourceRequirements: [{ type: 'GPU', value: '1' }] }]))
    expect(task.stopCode).toBe('TaskFailedToStart')
    expect(task.stoppedReason).toStartWith('RESOURCE:GPU')
  },
  seconds(300),
)
