// The drivers and the installation on real clusters, step by step: what `kecs up` puts together.
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { localDocker } from '../../cli/cluster/docker.ts'
import type { ClusterDriver, Instance } from '../../cli/cluster/driver.ts'
import { makeDriver } from '../../cli/cluster/drivers.ts'
import { componentStates } from '../../cli/install/components.ts'
import { doorUrl } from '../../cli/install/door.ts'
import { ensureControlPlaneImage } from '../../cli/install/image.ts'
import { requiredImages } from '../../cli/install/images.ts'
import { install } from '../../cli/install/install.ts'
import { waitReady } from '../../cli/install/wait.ts'
import { freePort, freeRange } from '../../cli/ports.ts'
import { connect, kinds, type KubeClient } from '../../shared/kube/index.ts'
import { images } from '../../shared/names.ts'
import { execute, keepServiceAddressesInside } from '../support/instance.ts'
import { until } from '../support/until.ts'

const checkout = join(import.meta.dir, '../..')
const docker = localDocker()
const progress = () => undefined
const minutes = (count: number) => count * 60_000
const limited = (count = 5) => AbortSignal.timeout(minutes(count))
const controlPlaneImage = 'kecs-test/install-control-plane:latest'
const credentials = { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test', AWS_DEFAULT_REGION: 'us-east-1' }

const home = mkdtempSync(join(tmpdir(), 'kecs-test-install-'))
afterAll(() => rmSync(home, { recursive: true, force: true }))
const copies = join(home, '.images')

const instanceOf = async (driver: 'kind' | 'k3d'): Promise<Instance> => {
  const name = `test-install-${driver}`
  const avoid = new Set<number>()
  const port = await freePort('127.0.0.1', 24_566, avoid)
  return {
    name,
    driver,
    folder: join(home, name),
    dataDir: join(home, name, 'data'),
    bind: '127.0.0.1',
    port,
    apiPort: await freePort('127.0.0.1', 26_550, new Set([port])),
    publishedPorts: await freeRange('127.0.0.1', 29_000, 3, new Set([port])),
    listenerPorts: await freeRange('127.0.0.1', 29_100, 3, new Set([port])),
    backend: images.localstack,
    image: controlPlaneImage,
    version: '0.1.0',
  }
}

const clientOf = async (driver: ClusterDriver, instance: Instance): Promise<KubeClient> =>
  connect({ kubeconfig: await driver.kubeconfig(instance, limited()) })

const programs = { kind: Bun.which('kind'), k3d: Bun.which('k3d') }
const hasDocker = await docker.answers(limited())

for (const tool of ['kind', 'k3d'] as const) {
  const program = programs[tool]
  describe.skipIf(!program || !hasDocker)(`on ${tool}`, () => {
    const driver = makeDriver(tool, { docker, program: program ?? '', env: process.env })
    let instance: Instance
    let kube: KubeClient

    beforeAll(async () => {
      instance = await instanceOf(tool)
      await ensureControlPlaneImage(docker, { checkout, image: controlPlaneImage, signal: limited(), progress })
    }, minutes(5))

    afterAll(async () => {
      kube?.close()
      await driver.remove(instance, { signal: limited(), progress })
    }, minutes(5))

    const aws = (...args: string[]) =>
      execute(['aws', '--endpoint-url', `http://127.0.0.1:${instance.port}`, '--output', 'json', ...args], {
        env: credentials,
        timeoutMs: 240_000,
      })
    const putUp = async (changed: Instance = instance) => {
      await install(kube, changed, { signal: limited(), progress })
      await waitReady(kube, changed, { signal: limited(), timeoutMs: minutes(4) })
    }
    const podNames = async () =>
      (await kube.list(kinds.pod, { namespace: 'kecs-system' })).items.flatMap(pod => pod.metadata?.name ?? []).sort()

    test(
      'a port that is taken is told before anything is made, with who has it',
      async () => {
        const server = createServer().listen(instance.port, '127.0.0.1')
        await until('the test listens', () => server.listening)
        try {
          const error = await driver.create(instance, { signal: limited(), progress }).catch((each: unknown) => each)
          expect(String(error)).toMatch(new RegExp(`CliError: Port ${instance.port} \\(the AWS endpoint\\) is taken by .*${process.pid}`))
          expect(await driver.state(instance, limited())).toEqual({ is: 'absent' })
        } finally {
          server.close()
        }
      },
      minutes(5),
    )

    test(
      'made; images come in while it still starts; its API answers before it is done',
      async () => {
        const happened: string[] = []
        let loading: Promise<void> | undefined
        await driver.create(instance, {
          signal: limited(),
          progress,
          onContainerRuntime: () => {
            happened.push('container runtime')
            loading = driver.loadImages(instance, requiredImages(instance), { signal: limited(), progress, copies })
          },
          onApi: text => happened.push(text.includes('clusters:') ? 'api' : text),
        })
        expect(happened.toSorted()).toEqual(['api', 'container runtime'])
        await loading
        expect(await driver.state(instance, limited())).toEqual({ is: 'running' })
        if (tool === 'kind') await keepServiceAddressesInside(`kecs-${instance.name}-control-plane`)
        kube = await clientOf(driver, instance)
      },
      minutes(8),
    )

    test(
      'what is there is known, by what it is and not by its name alone',
      async () => {
        const lacking = ['busybox:latest', 'kecs-test/curl:latest', 'kecs-test/awscli:latest']
        // Kubernetes' plugin of the runtime learns of an import a moment later.
        await until('all are known', async () => (await driver.missingImages(instance, requiredImages(instance), limited())).length === 0)
        expect(await driver.missingImages(instance, lacking, limited())).toEqual(lacking)
        await driver.loadImages(instance, lacking, { signal: limited(), progress })
        await until('they are known too', async () => (await driver.missingImages(instance, lacking, limited())).length === 0)
      },
      minutes(5),
    )

    test(
      'copies of images are kept, and one that went bad is no obstacle',
      async () => {
        const kept = () => readdirSync(copies).filter(name => name.endsWith('.tar'))
        const load = () => driver.loadImages(instance, ['busybox:latest'], { signal: limited(), progress, copies })
        const before = kept()
        expect(before.length).toBeGreaterThanOrEqual(requiredImages(instance).length)
        await load()
        const [added = ''] = kept().filter(name => !before.includes(name))
        writeFileSync(join(copies, added), 'no archive')
        await load()
        expect(kept()).not.toContain(added)
      },
      minutes(5),
    )

    test(
      'a cluster of the name that has another data folder is not ours',
      async () => {
        const other = { ...instance, dataDir: join(home, 'other'), folder: join(home, 'other') }
        expect(await driver.state(other, limited())).toMatchObject({ is: 'foreign', why: expect.stringContaining(instance.dataDir) })
        const refused = await driver.remove(other, { signal: limited(), progress }).catch((each: unknown) => each)
        expect(String(refused)).toContain('that kecs did not make')
        expect(await driver.state(instance, limited())).toEqual({ is: 'running' })
      },
      minutes(5),
    )

    test(
      'kecs in it: the door answers, ECS by the control plane, S3 by LocalStack',
      async () => {
        await putUp()
        // A busy machine may have one of them look unready for a moment.
        await until('all are ready', async () => {
          const states = (await componentStates(kube, instance, limited())).map(({ component, is }) => `${component} ${is}`)
          return states.join() === 'control-plane ready,agent ready,traefik ready,localstack ready'
        })
        const made = await aws('ecs', 'create-cluster', '--cluster-name', 'install')
        expect(JSON.parse(made.stdout)).toMatchObject({ cluster: { clusterName: 'install', status: 'ACTIVE' } })
        // ELBv2 has no target header: only the signature's scope says that it is ours.
        const balancers = await aws('elbv2', 'describe-load-balancers')
        expect(`${balancers.stdout}${balancers.stderr}`).not.toContain('localstack')
        const file = join(home, 'object')
        writeFileSync(file, 'from the host')
        expect(await aws('s3api', 'create-bucket', '--bucket', 'install')).toMatchObject({ code: 0 })
        expect(await aws('s3api', 'put-object', '--bucket', 'install', '--key', 'a', '--body', file)).toMatchObject({ code: 0 })
      },
      minutes(6),
    )

    test(
      'from a pod the same names lead to the same door',
      async () => {
        const endpoint = 'http://localhost.localstack.cloud:4566'
        const environment = Object.entries({ ...credentials, AWS_ENDPOINT_URL: endpoint }).map(([name, value]) => ({ name, value }))
        const logOf = async (name: string, image: string, args: string[]): Promise<string> => {
          await kube.create({
            apiVersion: 'v1',
            kind: 'Pod',
            metadata: { name, namespace: 'default' },
            spec: {
              restartPolicy: 'Never',
              containers: [{ name: 'main', image, imagePullPolicy: 'IfNotPresent', args, env: environment }],
            },
          })
          await until(`pod ${name} ends`, async () =>
            /Succeeded|Failed/.test((await kube.get(kinds.pod, { name, namespace: 'default' })).status?.phase ?? ''),
          )
          const lines: string[] = []
          for await (const line of kube.logs({ name, namespace: 'default' })) lines.push(line)
          return lines.join('\n')
        }
        const [clusters, objects, below] = await Promise.all([
          logOf('ecs', 'kecs-test/awscli:latest', ['ecs', 'list-clusters']),
          logOf('s3', 'kecs-test/awscli:latest', ['s3', 'ls', 's3://install']),
          logOf('below', 'kecs-test/curl:latest', [
            '-sS',
            '--retry',
            '5',
            '--retry-connrefused',
            'http://sqs.us-east-1.localhost.localstack.cloud:4566/_localstack/health',
          ]),
        ])
        expect(clusters).toContain(':cluster/install')
        expect(objects).toMatch(/13 a$/m)
        expect(below).toContain('"sqs"')
      },
      minutes(5),
    )

    test(
      'a second time changes nothing',
      async () => {
        const before = await podNames()
        await putUp()
        expect(await podNames()).toEqual(before)
      },
      minutes(5),
    )

    test(
      'without a backend LocalStack goes, and other services get an AWS error of our own',
      async () => {
        await putUp({ ...instance, backend: 'none' })
        await until('LocalStack is gone', async () => !(await podNames()).some(name => name.startsWith('localstack')))
        const { code, stderr } = await aws('sqs', 'list-queues')
        expect(code).not.toBe(0)
        expect(stderr).toMatch(/An error occurred \(\w+\)/)
        expect(JSON.parse((await aws('ecs', 'list-clusters')).stdout).clusterArns).toHaveLength(1)
      },
      minutes(5),
    )

    test(
      'stopped and started again, with what was in it',
      async () => {
        kube.close()
        await driver.stop(instance, { signal: limited(), progress })
        expect(await driver.state(instance, limited())).toEqual({ is: 'stopped' })
        await driver.start(instance, { signal: limited(), progress })
        expect(await driver.state(instance, limited())).toEqual({ is: 'running' })
        kube = await clientOf(driver, instance)
        await until('the API answers', () => kube.version({ timeoutMs: 2000 }), { withinMs: minutes(2) })
        await waitReady(kube, { ...instance, backend: 'none' }, { signal: limited(), timeoutMs: minutes(4) })
        const clusters = await until('the door answers', async () => JSON.parse((await aws('ecs', 'list-clusters')).stdout).clusterArns)
        expect(clusters).toHaveLength(1)
      },
      minutes(6),
    )

    test(
      'as an existing context: removed from it, installed into it, removed again, and the cluster is as it was',
      async () => {
        const kubeconfig = join(home, `${tool}-kubeconfig`)
        writeFileSync(kubeconfig, await driver.kubeconfig(instance, limited()))
        const existing = makeDriver('context', { docker, program: '', env: { KUBECONFIG: kubeconfig } })
        const inContext: Instance = {
          ...instance,
          driver: 'context',
          backend: 'none',
          folder: join(home, 'context'),
          dataDir: join(home, 'context', 'data'),
        }
        const options = { signal: limited(8), progress }
        expect(await existing.state(inContext, limited())).toEqual({ is: 'running' })
        await existing.remove(inContext, options)
        expect(await existing.state(inContext, limited())).toEqual({ is: 'absent' })
        const corefile = async () => (await kube.get(kinds.configMap, { name: 'coredns', namespace: 'kube-system' })).data?.['Corefile']
        expect(await corefile()).not.toContain('localstack')

        await existing.create(inContext, options)
        await putUp(inContext)
        const door = await doorUrl(kube, inContext, limited())
        const url = 'url' in door ? door.url : 'no address'
        const answer = await until('the door answers at the node', async () => (await fetch(`${url}/_kecs/health`)).ok)
        expect(answer).toBe(true)
        await existing.remove(inContext, options)
        await until('what Traefik brought is gone', async () => {
          const { items } = await kube.list(kinds.customResourceDefinition)
          return !items.some(crd => crd.metadata?.name?.endsWith('traefik.io'))
        })
      },
      minutes(10),
    )

    test(
      'removed, and once more',
      async () => {
        await driver.remove(instance, { signal: limited(), progress })
        expect(await driver.state(instance, limited())).toEqual({ is: 'absent' })
        await driver.remove(instance, { signal: limited(), progress })
      },
      minutes(5),
    )
  })
}
