// Images that are pushed from the host: to addresses of ECR, and to a private registry that asks for credentials.
import { beforeAll, expect, test } from 'bun:test'
import { until } from '../support/until.ts'
import { containerOf, features, forever, isRunning, script, type Features } from './features-harness.ts'

let on: Features
const seconds = (count: number): number => count * 1_000
const registryImage = 'registry:2'

const docker = async (args: readonly string[], input = ''): Promise<string> =>
  (await on.kecs.run(['docker', ...args], { input, timeoutMs: 240_000 })).stdout

/** An image that says what it is told to, built from busybox. */
const build = (tag: string, text: string) => docker(['build', '-q', '-t', tag, '-'], `FROM busybox:latest\nRUN echo ${text} > /text\n`)

beforeAll(async () => {
  on = await features('images')
  const { code } = await on.kecs.run(['docker', 'image', 'inspect', registryImage], { check: false })
  if (code !== 0) await docker(['pull', registryImage])
  await on.kecs.kecs(['image', 'load', registryImage], { timeoutMs: 300_000 })
}, seconds(600))

test(
  'what is pushed to a repository of ECR runs by its address on AWS',
  async () => {
    const { kecs } = on
    const repository = `team/app-${Date.now()}`
    const { repository: made } = (await kecs.aws('ecr', 'create-repository', '--repository-name', repository)) as {
      repository: { repositoryUri: string }
    }
    const uri = made.repositoryUri
    const host = uri.split('/')[0] ?? ''
    const { stdout: password } = await kecs.run(['aws', 'ecr', 'get-login-password'], { timeoutMs: 240_000 })
    expect(await docker(['login', '--username', 'AWS', '--password-stdin', host], password)).toContain('Login Succeeded')
    try {
      await build(`${uri}:1`, 'first')
      await docker(['push', `${uri}:1`])
      const image = `000000000000.dkr.ecr.us-east-1.amazonaws.com/${repository}:1`
      // By name, so that it is looked up in the registry's image first.
      const says = (text: string) =>
        on.exitOf(`[ "$(cat /text)" = ${text} ] && [ "$(id -u)" = "$(id -u nobody)" ]`, { image, user: 'nobody' })
      expect(await says('first')).toBe(0)

      // A tag that is pushed again is what the next task runs.
      await build(`${uri}:1`, 'second')
      await docker(['push', `${uri}:1`])
      expect(await says('second')).toBe(0)

      await docker(['tag', `${uri}:1`, `${uri}:stable`])
      await docker(['push', `${uri}:stable`])
      const { imageDetails } = (await kecs.aws('ecr', 'describe-images', '--repository-name', repository)) as {
        imageDetails: { imageDigest: string; imageTags: string[] }[]
      }
      expect(imageDetails).toMatchObject([{ imageTags: ['1', 'stable'], imageSizeInBytes: expect.any(Number) }])

      const task = await on.run([
        { name: 'tag', image, ...script(forever) },
        { name: 'digest', image: `${uri}@${imageDetails[0]?.imageDigest}`, ...script(forever) },
      ])
      const running = await on.seen(task, 'it runs', isRunning)
      expect(containerOf(running, 'tag')).toMatchObject({ image, imageDigest: imageDetails[0]?.imageDigest })
      expect(containerOf(running, 'digest').imageDigest).toBe(imageDetails[0]?.imageDigest)
      await on.stop(task)

      await kecs.aws('ecr', 'batch-delete-image', '--repository-name', repository, '--image-ids', 'imageTag=1')
      for (const user of [{}, { user: 'nobody' }]) {
        const gone = await on.ended(await on.run([{ name: 'app', image, ...script('exit 0'), ...user }]))
        expect(gone.stopCode).toBe('TaskFailedToStart')
        expect(containerOf(gone, 'app').reason).toBe(
          `CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to resolve ref ${image}: ${image}: not found`,
        )
      }
      expect(await on.exitOf('exit 0', { image: `${uri}:stable` })).toBe(0)
      await kecs.aws('ecr', 'delete-repository', '--repository-name', repository, '--force')
    } finally {
      await docker(['logout', host])
    }
  },
  seconds(400),
)

test(
  'an image with an address of ECR that was never pushed is the one that was brought in',
  async () => {
    const image = `000000000000.dkr.ecr.us-east-1.amazonaws.com/loaded-${Date.now()}:1`
    await build(image, 'loaded')
    await on.kecs.kecs(['image', 'load', image], { timeoutMs: 300_000 })
    expect(await on.exitOf('[ "$(cat /text)" = loaded ]', { image })).toBe(0)
  },
  seconds(300),
)

test(
  'a private registry is asked with the credentials of a secret',
  async () => {
    const { kecs } = on
    const users = `user:${await Bun.password.hash('hidden-password', { algorithm: 'bcrypt', cost: 4 })}`
    const serve =
      'printenv USERS > /tmp/users; exec "$(command -v registry || command -v docker-registry)" serve /etc/docker/registry/config.yml'
    const environment = Object.entries({
      USERS: users,
      REGISTRY_AUTH: 'htpasswd',
      REGISTRY_AUTH_HTPASSWD_REALM: 'private',
      REGISTRY_AUTH_HTPASSWD_PATH: '/tmp/users',
    }).map(([name, value]) => ({ name, value }))
    const registry = await on.run([
      {
        name: 'registry',
        image: registryImage,
        memory: 128,
        ...script(serve),
        environment,
        portMappings: [{ containerPort: 5000, hostPort: 0 }],
      },
    ])
    const running = await on.seen(registry, 'the registry runs', isRunning)
    // A published port is the same on the node and on the host: both reach it on their own loopback.
    const host = `localhost:${containerOf(running, 'registry').networkBindings?.[0]?.hostPort}`
    await until('the registry asks who is there', async () => (await fetch(`http://${host}/v2/`)).status === 401)

    const image = `${host}/private/app-${Date.now()}:1`
    // Another name of the same, for a user that is looked up: nodes pull each name anew.
    const named = { image: `${image}-named`, user: 'nobody' }
    await docker(['login', '--username', 'user', '--password-stdin', host], 'hidden-password')
    await build(image, 'private')
    await docker(['tag', image, named.image])
    await docker(['push', image])
    await docker(['push', named.image])
    await docker(['logout', host])

    for (const container of [{ image }, named]) {
      const refused = await on.ended(await on.run([{ name: 'app', ...script('exit 0'), ...container }]))
      expect(containerOf(refused, 'app').reason).toMatch(
        /^CannotPullContainerError: .*(no basic auth credentials|401 Unauthorized|authorization failed)/,
      )
    }

    const text = JSON.stringify({ username: 'user', password: 'hidden-password' })
    const secret = await kecs.aws('secretsmanager', 'create-secret', '--name', `registry-${Date.now()}`, '--secret-string', text)
    const repositoryCredentials = { credentialsParameter: String(secret['ARN']) }
    const isPrivate = '[ "$(cat /text)" = private ]'
    expect(await on.exitOf(isPrivate, { image, repositoryCredentials })).toBe(0)
    expect(await on.exitOf(`${isPrivate} && [ "$(id -u)" = "$(id -u nobody)" ]`, { ...named, repositoryCredentials })).toBe(0)
    await on.stop(registry)
  },
  seconds(400),
)
