import { describe, expect, test } from 'bun:test'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { parseAllDocuments } from 'yaml'
import type { DaemonSet, Deployment, Manifest, Service } from '../../shared/kube/index.ts'
import { requiredImages } from './images.ts'
import { exampleInstallation, type Installation } from './installation.ts'
import { manifests, toYaml } from './manifests.ts'
import { awsRoute, awsTlsRoute, ownRules } from './routes.ts'
import { exampleInstance } from '../../test/support/example-instance.ts'

const instance = exampleInstance({ udpListeners: 5 })
const standard = exampleInstallation(instance)
const inContext: Installation = {
  instance: { ...instance, driver: 'context' },
  owner: { uid: 65_532, gid: 65_532 },
  data: { is: 'claim', name: 'kecs-data' },
  exposure: 'port-forward',
}
const withBackend = (backend: string): Installation => exampleInstallation({ ...instance, backend })

const isDeployment = (object: Manifest): object is Deployment & Manifest => object.kind === 'Deployment'
const isService = (object: Manifest): object is Service & Manifest => object.kind === 'Service'
const isDaemonSet = (object: Manifest): object is DaemonSet & Manifest => object.kind === 'DaemonSet'
const deployments = (installation: Installation) => manifests(installation).filter(isDeployment)
const podOf = (installation: Installation, name: string) =>
  deployments(installation).find(each => each.metadata.name === name)?.spec?.template.spec
const names = (installation: Installation) => manifests(installation).map(object => `${object.kind} ${object.metadata.name}`)
const variable = (installation: Installation, deployment: string, name: string) =>
  podOf(installation, deployment)?.containers[0]?.env?.find(each => each.name === name)?.value

describe.each([
  ['kind and k3d', standard],
  ['an existing cluster', inContext],
  ['no backend', withBackend('none')],
])('what every installation keeps to: %s', (_, installation) => {
  test('every pod has the least rights that it can do with', () => {
    for (const { metadata, spec } of deployments(installation)) {
      const pod = spec?.template.spec
      expect(pod?.securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } })
      for (const container of pod?.containers ?? []) {
        expect(container.securityContext).toMatchObject({ allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } })
        expect(container.securityContext?.privileged).toBeUndefined()
        if (metadata.name !== 'localstack') expect(container.securityContext?.readOnlyRootFilesystem).toBe(true)
      }
      expect(pod?.hostNetwork).toBeUndefined()
      expect(pod?.hostPID).toBeUndefined()
    }
  })

  test('every container says what it needs, is asked every second whether it is ready, and is never pulled in vain', () => {
    for (const { spec } of deployments(installation))
      for (const container of spec?.template.spec?.containers ?? []) {
        expect(container.resources?.requests).toMatchObject({ cpu: expect.any(String), memory: expect.any(String) })
        expect(container.readinessProbe?.periodSeconds).toBe(1)
        expect(container.livenessProbe).toBeDefined()
        expect(container.imagePullPolicy).toBe('IfNotPresent')
      }
  })

  test('no two pods of a component at a time: one has the state, the other a port of the node', () => {
    for (const { spec } of deployments(installation)) expect(spec?.strategy).toEqual({ type: 'Recreate' })
  })

  test('every Service finds the pods of one Deployment, every port a name that its container opens', () => {
    for (const service of manifests(installation).filter(isService)) {
      const found = deployments(installation).filter(each =>
        Object.entries(service.spec?.selector ?? {}).every(([key, value]) => each.spec?.template.metadata?.labels?.[key] === value),
      )
      expect(found).toHaveLength(1)
      const opened = found[0]?.spec?.template.spec?.containers.flatMap(container => container.ports ?? []).map(port => port.name)
      for (const port of service.spec?.ports ?? []) expect(opened).toContain(`${port.targetPort}`)
    }
  })

  test('all but definitions bears the instance, so that it can be found again', () => {
    for (const { kind, metadata } of manifests(installation))
      if (kind !== 'CustomResourceDefinition')
        expect(metadata.labels).toMatchObject({ 'app.kubernetes.io/managed-by': 'kecs', 'kecs.dev/instance': 'kecs' })
  })

  test('only roles and definitions lie outside of our namespace', () => {
    const outside = manifests(installation).filter(({ metadata }) => metadata.namespace === undefined)
    expect([...new Set(outside.map(({ kind }) => kind))].sort()).toEqual([
      'ClusterRole',
      'ClusterRoleBinding',
      'CustomResourceDefinition',
      'Namespace',
    ])
    for (const { metadata } of manifests(installation)) expect([undefined, 'kecs-system']).toContain(metadata.namespace)
  })

  test('as YAML they are the same', () => {
    const read = parseAllDocuments(toYaml(manifests(installation))).map(document => document.toJS())
    expect(read).toEqual(JSON.parse(JSON.stringify(manifests(installation))))
  })
})

test('the node gives away the door and the ports of listeners', () => {
  const hostPorts = deployments(standard)
    .flatMap(({ spec }) => spec?.template.spec?.containers.flatMap(each => each.ports ?? []) ?? [])
    .filter(port => port.hostPort)
  expect(hostPorts).toHaveLength(1 + 20 + 5)
  expect(hostPorts).toContainEqual({ name: 'aws', containerPort: 4566, hostPort: 4566, protocol: 'TCP' })
  expect(hostPorts).toContainEqual({ name: 'tcp-9020', containerPort: 9020, hostPort: 9020, protocol: 'TCP' })
  expect(hostPorts).toContainEqual({ name: 'udp-9039', containerPort: 9039, hostPort: 9039, protocol: 'UDP' })
  expect(hostPorts).not.toContainEqual(expect.objectContaining({ name: 'udp-9034' }))
  const inOther = deployments(inContext).flatMap(({ spec }) => spec?.template.spec?.containers.flatMap(each => each.ports ?? []) ?? [])
  expect(inOther.some(port => port.hostPort)).toBe(false)
})

test('no component waits long for an answer of a DNS that is not there yet', () => {
  const workloads = manifests(standard).filter(each => isDeployment(each) || isDaemonSet(each))
  expect(workloads).toHaveLength(5)
  for (const { spec } of workloads) {
    expect(spec?.template.spec?.dnsConfig?.options).toEqual([
      { name: 'timeout', value: '1' },
      { name: 'attempts', value: '5' },
    ])
  }
})

test('the state is the folder of the host, by the user that it belongs to', () => {
  const installation: Installation = { ...standard, owner: { uid: 501, gid: 20 } }
  const pod = podOf(installation, 'kecs-control-plane')
  expect(pod?.securityContext).toMatchObject({ runAsUser: 501, runAsGroup: 20 })
  expect(pod?.volumes).toContainEqual({ name: 'data', hostPath: { path: '/data', type: 'Directory' } })
  expect(podOf(installation, 'localstack')?.volumes).toContainEqual({
    name: 'data',
    hostPath: { path: '/data/localstack', type: 'DirectoryOrCreate' },
  })
  expect(podOf(installation, 'localstack')?.securityContext).toMatchObject({ runAsUser: 501 })
  expect(podOf({ ...standard, owner: { uid: 0, gid: 0 } }, 'kecs-control-plane')?.securityContext?.runAsNonRoot).toBe(false)
})

test('in an existing cluster the state is a claim, and the nodes’ folders are left alone', () => {
  expect(names(inContext)).toContain('PersistentVolumeClaim kecs-data')
  const others = manifests(inContext).filter(each => each.kind !== 'DaemonSet')
  expect(JSON.stringify(others)).not.toContain('hostPath')
})

describe('the agent of each node', () => {
  const daemonSet = manifests(standard).find(isDaemonSet)
  const pod = daemonSet?.spec?.template.spec

  test('runs on every node, beside the tasks of whatever taint', () => {
    expect(daemonSet?.metadata.name).toBe('kecs-agent')
    expect(pod?.tolerations).toEqual([{ operator: 'Exists' }])
    expect(pod?.nodeSelector).toBeUndefined()
  })

  test('may put its address on the node and open port 80 there, and nothing else', () => {
    expect(pod?.hostNetwork).toBe(true)
    expect([pod?.hostPID, pod?.hostIPC]).toEqual([undefined, undefined])
    expect(pod?.containers.map(({ securityContext }) => securityContext)).toEqual([
      {
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'], add: ['NET_ADMIN', 'NET_BIND_SERVICE', 'DAC_OVERRIDE', 'SYSLOG'] },
      },
    ])
  })

  test('writes one folder of the node, reads logs and control groups, sees devices and is asked by the container runtime', () => {
    const mounts = new Map(pod?.containers[0]?.volumeMounts?.map(({ name, readOnly }) => [name, readOnly === true ? 'reads' : 'writes']))
    const folders = pod?.volumes?.flatMap(({ name, hostPath }) => (hostPath === undefined ? [] : [[hostPath.path, mounts.get(name)]]))
    expect(folders).toEqual([
      ['/var/log/pods', 'reads'],
      ['/var/log/containers', 'reads'],
      ['/sys/fs/cgroup', 'reads'],
      ['/var/lib/kecs-agent/kecs', 'writes'],
      ['/var/run/nri', 'reads'],
      ['/dev', 'reads'],
    ])
  })

  test('has a token for the control plane alone: none for Kubernetes', () => {
    expect(pod?.automountServiceAccountToken).toBe(false)
    expect(pod?.volumes?.flatMap(({ projected }) => projected?.sources ?? [])).toEqual([
      { serviceAccountToken: { audience: 'kecs-control-plane', path: 'token', expirationSeconds: 3600 } },
    ])
    const roles = manifests(standard).filter(({ kind }) => kind.endsWith('Binding'))
    expect(JSON.stringify(roles)).not.toContain('kecs-agent')
  })
})

test('the control plane is told where it is', () => {
  const of = (name: string) => variable(standard, 'kecs-control-plane', name)
  expect(of('KECS_DATA_DIR')).toBe('/data')
  expect(of('KECS_CONTAINER_MODE')).toBe('true')
  expect(of('KECS_PUBLISHED_PORTS')).toBe('9000-9019')
  expect(of('KECS_BACKEND_URL')).toBe('http://localstack.kecs-system:4566')
  expect(of('KECS_ENDPOINT_FOR_TASKS')).toBe('http://localhost.localstack.cloud:4566')
})

test('keys are in a Secret, and other keys make another pod', () => {
  const withSecret = (secretAccessKey: string): Installation =>
    exampleInstallation({ ...instance, keys: [{ accessKeyId: 'AKIDEXAMPLE', secretAccessKey, account: '123456789012' }], allowReset: true })
  const strict = withSecret('a secret')
  expect(manifests(strict).find(({ kind }) => kind === 'Secret')).toMatchObject({
    metadata: { name: 'kecs-keys', namespace: 'kecs-system' },
    stringData: { keys: 'AKIDEXAMPLE a secret 123456789012' },
  })
  expect(variable(strict, 'kecs-control-plane', 'KECS_AUTH')).toBe('strict')
  expect(variable(strict, 'kecs-control-plane', 'KECS_ALLOW_RESET')).toBe('true')
  const pod = (installation: Installation) =>
    deployments(installation).find(({ metadata }) => metadata.name === 'kecs-control-plane')?.spec?.template
  expect(JSON.stringify(pod(strict))).not.toContain('a secret')
  expect(JSON.stringify(pod(strict))).not.toBe(JSON.stringify(pod(withSecret('another'))))
  expect(manifests(standard).some(({ kind }) => kind === 'Secret')).toBe(false)
  expect(variable(standard, 'kecs-control-plane', 'KECS_AUTH')).toBeUndefined()
})

test('with a port of its own on the host, LocalStack’s addresses are right on both sides', () => {
  const second = exampleInstallation({ ...instance, name: 'second', port: 4600 })
  expect(variable(second, 'localstack', 'LOCALSTACK_HOST')).toBe('localhost.localstack.cloud:4600')
  const door = manifests(second)
    .filter(isService)
    .find(({ metadata }) => metadata.name === 'aws')
  expect(door?.spec?.ports?.map(port => port.port)).toEqual([4566, 4600])
})

describe('backends', () => {
  const lastService = (backend: string) => awsRoute(withBackend(backend)).spec.routes.at(-1)?.services[0]

  test('an image runs in the cluster', () => {
    expect(lastService('localstack/localstack:4.14.0')).toEqual({ name: 'localstack', port: 4566 })
    expect(requiredImages(instance)).toEqual(['localstack/localstack:4.14.0', instance.image, 'traefik:v3.6.12'])
  })

  test('none: the control plane answers that there is none', () => {
    expect(lastService('none')).toEqual({ name: 'kecs-control-plane', port: 8080 })
    expect(names(withBackend('none')).join()).not.toContain('localstack')
    expect(variable(withBackend('none'), 'kecs-control-plane', 'KECS_BACKEND_URL')).toBe('')
    expect(requiredImages({ ...instance, backend: 'none' })).toEqual([instance.image, 'traefik:v3.6.12'])
  })

  test('an address by name', () => {
    expect(lastService('https://aws.example.test')).toEqual({ name: 'backend', port: 443, scheme: 'https' })
    const service = manifests(withBackend('https://aws.example.test'))
      .filter(isService)
      .find(({ metadata }) => metadata.name === 'backend')
    expect(service?.spec).toMatchObject({ type: 'ExternalName', externalName: 'aws.example.test' })
  })

  test('an address by number', () => {
    expect(lastService('http://172.17.0.1:4510')).toEqual({ name: 'backend', port: 4510, scheme: 'http' })
    expect(manifests(withBackend('http://172.17.0.1:4510'))).toContainEqual(
      expect.objectContaining({
        kind: 'EndpointSlice',
        addressType: 'IPv4',
        endpoints: [{ addresses: ['172.17.0.1'], conditions: { ready: true } }],
      }),
    )
  })

  test.each(['http://localhost:4566', 'http://127.0.0.1:4566', 'http://host:80/path', 'http://', 'ftp://host', 'local stack'])(
    '%s is refused',
    backend => {
      expect(() => manifests(withBackend(backend))).toThrow(expect.objectContaining({ name: 'CliError', exitCode: 2 }))
    },
  )
})

describe('routing', () => {
  const [target, authorization, query] = ownRules.slice(0, 3).map(rule => new RegExp(/, `(.+)`\)$/.exec(rule)?.[1] ?? 'no rule'))
  const signed = (service: string) =>
    `AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20260301/us-east-1/${service}/aws4_request, SignedHeaders=host;x-amz-date, Signature=00`

  test.each([
    'AmazonEC2ContainerServiceV20141113.RunTask',
    'Route53AutoNaming_v20170314.CreateService',
    'AnyScaleFrontendService.RegisterScalableTarget',
    'AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken',
  ])('the target %s is ours', value => expect(target?.test(value)).toBe(true))
  test.each(['DynamoDB_20120810.PutItem', 'AmazonSQS.SendMessage'])('the target %s is not', value =>
    expect(target?.test(value)).toBe(false),
  )
  test.each(['ecs', 'elasticloadbalancing', 'servicediscovery', 'application-autoscaling', 'ecr'])(
    'what is signed for %s is ours',
    service => {
      expect(authorization?.test(signed(service))).toBe(true)
      expect(query?.test(`AKID/20260301/eu-west-1/${service}/aws4_request`)).toBe(true)
    },
  )
  test.each(['s3', 'sqs', 'autoscaling', 'ec2', 'ecr-public', 'ecs-tasks'])('what is signed for %s is not', service => {
    expect(authorization?.test(signed(service))).toBe(false)
    expect(query?.test(`AKID/20260301/eu-west-1/${service}/aws4_request`)).toBe(false)
  })
  test('what a browser asks before a call to / is ours to answer', () => {
    expect(ownRules).toContain('Method(`OPTIONS`) && Path(`/`) && HeaderRegexp(`Access-Control-Request-Method`, `.`)')
  })
  test('with TLS the same requests go to the same places, by rules that name a host, which Traefik warns of where they do not', () => {
    const match = (rule: string) => `(${rule}) && (PathPrefix(\`/\`) || Host(\`*\`))`
    expect(awsTlsRoute(standard).spec.routes).toEqual(
      awsRoute(standard).spec.routes.map(route => ({ ...route, match: match(route.match) })),
    )
  })
  test('a service’s name elsewhere in the header says nothing', () => {
    expect(
      authorization?.test('AWS4-HMAC-SHA256 Credential=a/20260301/us-east-1/s3/aws4_request, SignedHeaders=/ecs/aws4_request, Signature=0'),
    ).toBe(false)
  })
})

test("the gateway shows the control plane a secret that neither's pod has in its specification", () => {
  const installation = { ...standard, gatewaySecret: 'hidden' }
  const objects = manifests(installation)
  expect(objects.find(({ kind, metadata }) => kind === 'Secret' && metadata.name === 'kecs-gateway')).toMatchObject({
    stringData: { secret: 'hidden' },
  })
  const reference = { secretKeyRef: { name: 'kecs-gateway', key: 'secret' } }
  for (const name of ['traefik', 'kecs-control-plane']) {
    const [container] = podOf(installation, name)?.containers ?? []
    expect(container?.env?.find(each => each.name === 'KECS_GATEWAY_SECRET')?.valueFrom).toEqual(reference)
  }
  expect(podOf(installation, 'traefik')?.containers[0]?.args).toContain(
    '--providers.http.headers.x-kecs-gateway-secret=$(KECS_GATEWAY_SECRET)',
  )
  expect(JSON.stringify(deployments(installation))).not.toContain('hidden')
  expect(names(standard)).not.toContain('Secret kecs-gateway')
})

test('the gateway has all files of its plugin', async () => {
  const folder = join(import.meta.dir, 'gateway-plugin')
  const files = (await readdir(folder)).filter(name => name.endsWith('.go')).toSorted()
  const mounted = podOf(standard, 'traefik')?.volumes?.find(({ name }) => name === 'plugin')?.configMap?.items ?? []
  expect(mounted.map(({ path }) => path).toSorted()).toEqual(['.traefik.yml', ...files])
  const source = manifests(standard).find(({ metadata }) => metadata.name === 'traefik-plugin')
  for (const name of files) expect(source).toMatchObject({ data: { [name]: await Bun.file(join(folder, name)).text() } })
})
