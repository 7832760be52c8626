import { describe, expect, test } from 'bun:test'
import type { ContainerDefinition } from '../../aws/generated/ecs.ts'
import { taskId, taskSpec } from '../../../test/support/task-spec.ts'
import type { TaskSpec } from '../runtime.ts'
import { podOf } from './pod.ts'

const pod = (containers: readonly ContainerDefinition[], more: Partial<TaskSpec> = {}) =>
  podOf(taskSpec(containers, more), { instance: 'kecs', podLevelResources: true, containerRestarts: true, nodeDataDir: '/data' })
const app = (container: ContainerDefinition): ContainerDefinition => ({ name: 'app', image: 'nginx', ...container })
const only = (container: ContainerDefinition, more: Partial<TaskSpec> = {}) => pod([app(container)], more).spec!.containers[0]!
const refusal = (container: ContainerDefinition, more: Partial<TaskSpec> = {}): string => {
  try {
    pod([app(container)], more)
  } catch (error) {
    return error instanceof Error ? `${error.name}: ${error.message}` : ''
  }
  return 'not refused'
}

test('a small task, whole', () => {
  expect(pod([{ name: 'Web_1', image: 'nginx', cpu: 256, memory: 128, portMappings: [{ containerPort: 80, hostPort: 9000 }] }])).toEqual({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: `web-${taskId}`,
      namespace: 'default-us-east-1',
      labels: {
        'kecs.dev/instance': 'kecs',
        'kecs.dev/task-id': taskId,
        'kecs.dev/family': 'web',
        'kecs.dev/revision': '3',
        'kecs.dev/cluster': 'default',
      },
      annotations: {
        'kecs.dev/task-arn': `arn:aws:ecs:us-east-1:000000000000:task/default/${taskId}`,
        'kecs.dev/cluster-arn': 'arn:aws:ecs:us-east-1:000000000000:cluster/default',
        'kecs.dev/containers': '{"web-1-93f4c8d0":"Web_1"}',
      },
      finalizers: ['kecs.dev/record-exit'],
    },
    spec: {
      restartPolicy: 'Never',
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      terminationGracePeriodSeconds: 30,
      containers: [
        {
          name: 'web-1-93f4c8d0',
          image: 'nginx',
          imagePullPolicy: 'IfNotPresent',
          // The kubelet's own, emptied: https://kubernetes.io/docs/concepts/services-networking/service/#environment-variables
          env: [
            'KUBERNETES_SERVICE_HOST',
            'KUBERNETES_SERVICE_PORT',
            'KUBERNETES_SERVICE_PORT_HTTPS',
            'KUBERNETES_PORT',
            'KUBERNETES_PORT_443_TCP',
            'KUBERNETES_PORT_443_TCP_PROTO',
            'KUBERNETES_PORT_443_TCP_PORT',
            'KUBERNETES_PORT_443_TCP_ADDR',
          ].map(name => ({ name, value: '' })),
          ports: [{ containerPort: 80, hostPort: 9000, protocol: 'TCP' }],
          resources: { requests: { cpu: '250m', memory: '128Mi' }, limits: { memory: '128Mi' } },
        },
      ],
      dnsPolicy: 'ClusterFirst',
      dnsConfig: { options: [{ name: 'ndots', value: '1' }] },
      // Docker's profile: https://docs.docker.com/engine/security/seccomp/
      securityContext: { seccompProfile: { type: 'RuntimeDefault' } },
      tolerations: [
        { key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute' },
        { key: 'node.kubernetes.io/unreachable', operator: 'Exists', effect: 'NoExecute' },
      ],
    },
  })
})

describe('command', () => {
  test('nothing in it is replaced by Kubernetes', () => {
    const { command, args, env } = only({
      entryPoint: ['sh', '-c'],
      command: ['echo $(A) $$ $B'],
      environment: [{ name: 'A', value: '$(B)' }],
    })
    expect(command).toEqual(['sh', '-c'])
    expect(args).toEqual(['echo $$(A) $$$$ $$B'])
    expect(env?.[0]).toEqual({ name: 'A', value: '$$(B)' })
  })

  test('empty lists leave the image its own', () => {
    expect(only({ entryPoint: [], command: [] })).not.toHaveProperty('command')
    expect(only({ entryPoint: [], command: [] })).not.toHaveProperty('args')
  })
})

describe('network', () => {
  const ports = [
    { containerPort: 80, hostPort: 8080 },
    { containerPort: 53, protocol: 'udp' as const },
  ]

  test('awsvpc has its own address', () => {
    expect(only({ portMappings: ports }, { networkMode: 'awsvpc' }).ports).toEqual([
      { containerPort: 80, protocol: 'TCP' },
      { containerPort: 53, protocol: 'UDP' },
    ])
  })

  test('host shares the node', () => {
    const { spec: made } = pod([app({ portMappings: [{ containerPort: 80 }] })], { networkMode: 'host' })
    expect(made).toMatchObject({ hostNetwork: true, dnsPolicy: 'ClusterFirstWithHostNet' })
    expect(made?.containers[0]?.ports).toEqual([{ containerPort: 80, hostPort: 80, protocol: 'TCP' }])
  })

  test('DNS, hosts, links and host name are the pod’s', () => {
    const { spec: made } = pod([
      app({ hostname: 'front', dnsServers: ['10.0.0.2'], dnsSearchDomains: ['corp'], links: ['db:database'] }),
      {
        name: 'db',
        image: 'db',
        extraHosts: [
          { hostname: 'a', ipAddress: '10.0.0.1' },
          { hostname: 'b', ipAddress: '10.0.0.1' },
        ],
      },
    ])
    expect(made).toMatchObject({
      hostname: 'front',
      dnsPolicy: 'None',
      dnsConfig: { nameservers: ['10.0.0.2'], searches: ['corp'] },
      hostAliases: [
        { ip: '127.0.0.1', hostnames: ['db', 'database'] },
        { ip: '10.0.0.1', hostnames: ['a', 'b'] },
      ],
    })
  })

  test('containers that disagree are refused', () => {
    expect(() => pod([app({ hostname: 'a' }), { name: 'b', image: 'b', hostname: 'b' }])).toThrow(
      'kecs runs a task as one pod, so its containers cannot have different hostname.',
    )
  })
})

describe('security', () => {
  test('what ECS and Kubernetes both know', () => {
    expect(
      only({
        user: '1000:2000',
        readonlyRootFilesystem: true,
        dockerSecurityOptions: ['no-new-privileges'],
        linuxParameters: { capabilities: { add: ['SYS_PTRACE'], drop: ['ALL'] } },
      }).securityContext,
    ).toEqual({
      runAsUser: 1000,
      runAsGroup: 2000,
      readOnlyRootFilesystem: true,
      allowPrivilegeEscalation: false,
      capabilities: { add: ['SYS_PTRACE'], drop: ['ALL'] },
    })
    expect(only({ privileged: true }).securityContext).toEqual({ privileged: true })
  })

  test('users by number, or root', () => {
    expect(only({ user: 'root' }).securityContext).toEqual({ runAsUser: 0 })
    expect(only({ user: '5:root' }).securityContext).toEqual({ runAsUser: 5, runAsGroup: 0 })
    expect(refusal({ user: 'nginx' })).toStartWith(
      "TaskRefused: kecs cannot run container 'app' as user 'nginx' where no agent runs on the nodes",
    )
  })

  test('an init process, system controls', () => {
    const { spec: made } = pod([
      app({ linuxParameters: { initProcessEnabled: true }, systemControls: [{ namespace: 'net.core.somaxconn', value: '1024' }] }),
    ])
    expect(made).toMatchObject({
      shareProcessNamespace: true,
      securityContext: { sysctls: [{ name: 'net.core.somaxconn', value: '1024' }] },
    })
  })
})

describe('volumes', () => {
  const mounted = app({ mountPoints: [{ sourceVolume: 'Data_1', containerPath: '/data', readOnly: true }] })

  test('of the task and of the host', () => {
    const own = pod([mounted], { volumes: [{ name: 'Data_1' }] }).spec!
    expect(own.volumes).toEqual([{ name: own.containers[0]!.volumeMounts![0]!.name, emptyDir: {} }])
    expect(own.containers[0]!.volumeMounts).toMatchObject([{ mountPath: '/data', readOnly: true }])
    const host = pod([mounted], { volumes: [{ name: 'Data_1', host: { sourcePath: '/srv' } }] }).spec!
    expect(host.volumes).toMatchObject([{ hostPath: { path: '/srv' } }])
  })

  test('in memory', () => {
    const { volumes, containers } = pod([
      app({ linuxParameters: { tmpfs: [{ containerPath: '/run', size: 16 }], sharedMemorySize: 64 } }),
    ]).spec!
    expect(volumes?.map(({ emptyDir }) => emptyDir)).toEqual([
      { medium: 'Memory', sizeLimit: '16Mi' },
      { medium: 'Memory', sizeLimit: '64Mi' },
    ])
    expect(containers[0]!.volumeMounts?.map(({ mountPath }) => mountPath)).toEqual(['/run', '/dev/shm'])
  })

  test('others are refused', () => {
    const volumes = [
      {
        name: 'Data_1',
        fsxWindowsFileServerVolumeConfiguration: {
          fileSystemId: 'fs-1',
          rootDirectory: '/',
          authorizationConfig: { credentialsParameter: 'arn', domain: 'd' },
        },
      },
    ]
    expect(() => pod([mounted], { volumes })).toThrow(
      "kecs does not support fsxWindowsFileServerVolumeConfiguration yet (volume 'Data_1').",
    )
    expect(() => pod([mounted])).toThrow("Unknown volume 'Data_1' (container 'app').")
  })
})

describe('health checks', () => {
  const probe = (healthCheck: ContainerDefinition['healthCheck']) => only({ healthCheck }).readinessProbe

  test('are readiness probes, which Kubernetes does nothing about', () => {
    expect(probe({ command: ['CMD', 'curl', '$(A)'], interval: 10, timeout: 3, retries: 2, startPeriod: 20 })).toEqual({
      exec: { command: ['curl', '$$(A)'] },
      periodSeconds: 10,
      timeoutSeconds: 3,
      failureThreshold: 2,
    })
    expect(probe({ command: ['CMD-SHELL', 'curl localhost || exit 1'] })).toEqual({
      exec: { command: ['/bin/sh', '-c', 'curl localhost || exit 1'] },
      periodSeconds: 30,
      timeoutSeconds: 5,
      failureThreshold: 3,
    })
  })

  test('are none, or refused, by their first word', () => {
    expect(probe({ command: ['NONE'] })).toBeUndefined()
    expect(refusal({ healthCheck: { command: ['curl', 'localhost'] } })).toBe(
      "TaskRefused: Unknown Type 'curl' in Healthcheck (try 'CMD') (container 'app').",
    )
  })
})

test('the longest stop timeout is the pod’s', () => {
  expect(pod([app({ stopTimeout: 5 }), { name: 'b', image: 'b', stopTimeout: 90 }]).spec!.terminationGracePeriodSeconds).toBe(90)
  expect(pod([app({ stopTimeout: 5 }), { name: 'b', image: 'b' }]).spec!.terminationGracePeriodSeconds).toBe(30)
})

test.each([
  ['dockerSecurityOptions with a credentialspec', { dockerSecurityOptions: ['credentialspec:file://web.json'] }],
  ['resourceRequirements other than GPUs', { resourceRequirements: [{ type: 'InferenceAccelerator' as const, value: 'eia1.medium' }] }],
  [
    'linuxParameters.devices without privileged where the container runtime of the nodes has no NRI',
    { linuxParameters: { devices: [{ hostPath: '/dev/fuse' }] } },
  ],
])('%s is refused', (name, container) => {
  expect(refusal(container)).toBe(`TaskRefused: kecs does not support ${name} yet (container 'app').`)
})

test('what a task runs without is written on its pod', () => {
  const { metadata } = pod([app({ ulimits: [{ name: 'nofile', softLimit: 1, hardLimit: 1 }], dockerLabels: { a: 'b' } })])
  expect(metadata.annotations?.['kecs.dev/not-applied']).toBe('app: ulimits, app: dockerLabels')
})

describe('a log router', () => {
  const router: ContainerDefinition = { name: 'log_router', image: 'fluent-bit', firelensConfiguration: { type: 'fluentbit' } }
  const routed = app({ logConfiguration: { logDriver: 'awsfirelens', options: { Name: 'stdout' } } })

  test('has its configuration as a file and a folder for its socket that the agent finds', () => {
    const secrets = { log_router: { environment: {}, logOptions: {}, configFile: 'text' } }
    const { metadata, spec: made } = pod([router, routed], { areLogsDelivered: true, secrets })
    expect(metadata.annotations?.['kecs.dev/firelens']).toContain('unix_path /var/run/fluent.sock')
    expect(metadata.annotations?.['kecs.dev/not-applied']).toBeUndefined()
    expect(made?.volumes).toEqual([
      {
        name: 'kecs-router',
        projected: {
          sources: [
            { downwardAPI: { items: [{ path: 'fluent.conf', fieldRef: { fieldPath: "metadata.annotations['kecs.dev/firelens']" } }] } },
            { secret: { name: `task-${taskId}`, items: [{ key: 'router-config', path: 'external.conf' }] } },
          ],
        },
      },
      { name: 'kecs-router-socket', hostPath: { path: '/var/lib/kecs-agent/kecs/routers', type: 'Directory' } },
    ])
    expect(made?.containers.map(({ volumeMounts }) => volumeMounts)).toEqual([
      [
        { name: 'kecs-router', mountPath: '/fluent-bit/etc/fluent-bit.conf', subPath: 'fluent.conf', readOnly: true },
        { name: 'kecs-router', mountPath: '/fluent-bit/etc/external.conf', subPath: 'external.conf', readOnly: true },
        { name: 'kecs-router-socket', mountPath: '/var/run', subPath: taskId },
      ],
      undefined,
    ])
  })

  test('is refused where it cannot be configured, and where no agent delivers to it', () => {
    const bad = app({ logConfiguration: { logDriver: 'awsfirelens', options: { region: 'x' } } })
    expect(() => pod([router, bad], { areLogsDelivered: true })).toThrow(
      'ResourceInitializationError: unable to generate firelens config: unable to apply log options of container app to firelens config: missing output key Name which is required for firelens configuration of type fluentbit',
    )
    expect(() => pod([router, routed])).toThrow('kecs does not support firelensConfiguration where no agent runs on the nodes')
  })
})

describe('a task without a network', () => {
  test.each<[string, ContainerDefinition, Partial<TaskSpec>]>([
    ['network mode none', {}, { networkMode: 'none' }],
    ['networking disabled in all of its containers', { disableNetworking: true }, {}],
  ])('is held back until the agent took it away: %s', (_, container, more) => {
    const { metadata, spec: made } = pod([app(container)], { areLogsDelivered: true, ...more })
    expect(made?.containers[0]?.image).toBe('HELD BACK until the task has no network')
    expect(metadata.annotations).toMatchObject({ 'kecs.dev/held-images': '{"app":"nginx"}' })
    expect(metadata.annotations).not.toHaveProperty('kecs.dev/not-applied')
  })

  test('has one where no agent is, and is refused where its containers do not agree', () => {
    expect(pod([app({})], { networkMode: 'none' }).metadata.annotations?.['kecs.dev/not-applied']).toBe('app: networkMode none')
    const disagreeing = () => pod([app({ disableNetworking: true }), { name: 'side', image: 'nginx' }], { areLogsDelivered: true })
    expect(disagreeing).toThrow('disableNetworking of some containers of a task alone')
  })
})

describe('what the node’s agent gives', () => {
  const ulimits = [{ name: 'nofile' as const, softLimit: 1, hardLimit: 1 }]
  const tmpfs = [{ containerPath: '/run', size: 8, mountOptions: ['noexec', 'mode=700'] }]
  const linuxParameters = { devices: [{ hostPath: '/dev/fuse' }], tmpfs, maxSwap: 8 }
  const adjusted = { adjustedOn: ['one', 'two'], areLogsDelivered: true as const }

  test('is left out of the pod, which cannot run without it and runs where it gets it', () => {
    const { metadata, spec: made } = pod([app({ ulimits, linuxParameters }), { name: 'side', image: 'nginx' }], adjusted)
    expect(metadata.annotations).toMatchObject({ 'kecs.dev/adjusted': 'required' })
    expect(metadata.annotations?.['kecs.dev/not-applied']).toBeUndefined()
    expect(made?.volumes).toEqual([{ name: 'kecs-unadjusted', emptyDir: {} }])
    expect(made?.containers.map(({ volumeMounts }) => volumeMounts)).toEqual([
      [{ name: 'kecs-unadjusted', mountPath: '/proc/kecs-agent-is-away' }],
      undefined,
    ])
    const terms = made?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms
    expect(terms).toEqual(['one', 'two'].map(node => ({ matchFields: [{ key: 'metadata.name', operator: 'In', values: [node] }] })))
  })

  test('is asked for on Fargate, where a container may run without it', () => {
    const { metadata, spec: made } = pod([app({})], { launchType: 'FARGATE', networkMode: 'awsvpc', areLogsDelivered: true })
    expect(metadata.annotations?.['kecs.dev/adjusted']).toBe('default')
    expect([made?.volumes, made?.affinity]).toEqual([undefined, undefined])
    expect(pod([app({})], { launchType: 'FARGATE', networkMode: 'awsvpc' }).metadata.annotations?.['kecs.dev/adjusted']).toBeUndefined()
  })
})

// https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RegisterTaskDefinition.html
test('processes and what ipcMode is about are the node’s, the task’s, or each container’s own', () => {
  const of = (more: Partial<TaskSpec>, container: ContainerDefinition = {}) => {
    const { shareProcessNamespace, hostPID, hostIPC } = pod([app(container)], more).spec!
    return { shareProcessNamespace, hostPID, hostIPC }
  }
  const none = { shareProcessNamespace: undefined, hostPID: undefined, hostIPC: undefined }
  expect(of({})).toEqual(none)
  expect(of({ pidMode: 'task', ipcMode: 'task' })).toEqual({ ...none, shareProcessNamespace: true })
  // Kubernetes refuses both at once.
  expect(of({ pidMode: 'host' }, { linuxParameters: { initProcessEnabled: true } })).toEqual({ ...none, hostPID: true })
  expect(of({ ipcMode: 'host' })).toEqual({ ...none, hostIPC: true })
  expect(pod([app({})], { ipcMode: 'none' }).metadata.annotations?.['kecs.dev/not-applied']).toBe('app: ipcMode none')
})
