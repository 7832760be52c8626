import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { CliError } from '../../shared/errors.ts'
import { importInto, missingIn } from './containerd.ts'
import { dataOf, forgetCreated, noteCreated, stateOf } from './created.ts'
import type { Docker } from './docker.ts'
import { knownFailure, lastLines } from './docker-errors.ts'
import type { ClusterDriver, CreateOptions, Instance } from './driver.ts'
import type { DriverParts } from './drivers.ts'
import { kindConfig } from './kind-config.ts'
import { clusterName, foreignError } from './names.ts'
import { portTakenError, takenPorts } from './ports.ts'
import { run } from './process.ts'
import { poll } from '../wait.ts'
import { type ApiWatch, announceApi, announceRuntime } from './stages.ts'

/** How long after the end of `docker run` Docker may still make its container: 3 s were seen on a busy machine. Milliseconds. */
const lateContainer = 6000

/** Kubernetes in Docker, by the program `kind`: what CI runners ship. https://kind.sigs.k8s.io */
export const kindDriver = ({ docker, program, env }: DriverParts): ClusterDriver => {
  const kubeconfig = async (instance: Instance, signal: AbortSignal): Promise<string> => {
    const done = await run(program, ['get', 'kubeconfig', '--name', clusterName(instance)], { signal })
    if (done.code !== 0) throw failure('kind could not tell how to reach the cluster.', done.stderr)
    return done.stdout
  }

  const apiOf = (instance: Instance): ApiWatch => ({
    file: '/etc/kubernetes/admin.conf',
    kubeconfig: signal => kubeconfig(instance, signal),
  })

  /** By Docker alone: `kind delete` would also edit the user's kubeconfig, where the cluster never was. */
  const clear = async (instance: Instance, signal: AbortSignal): Promise<void> => {
    await docker.remove([nodeOf(instance)], signal)
    await forgetCreated(instance)
  }

  /** Docker goes on with what it was asked for: the container of a creation that was cut off early turns up a moment later. */
  const clearAway = async (instance: Instance, isCutOff: boolean): Promise<void> => {
    const patience = AbortSignal.timeout(30_000)
    const find = () => docker.container(nodeOf(instance), patience)
    const isLate = isCutOff && (await find()) === undefined
    await clear(instance, patience)
    if (isLate && (await poll(find, { every: 200, deadline: lateContainer, signal: patience }))) await clear(instance, patience)
  }

  const create = async (instance: Instance, image: string | undefined, options: CreateOptions): Promise<void> => {
    // kind insists on writing a kubeconfig, and the user's own is not the place.
    const scratch = join(instance.folder, '.kind-kubeconfig')
    const args = ['create', 'cluster', '--config', '-', '--kubeconfig', scratch, '--wait', '0s', ...(image ? ['--image', image] : [])]
    try {
      const done = await run(program, args, {
        signal: options.signal,
        input: kindConfig(instance, image),
        onLine: line => {
          const step = / • (.+?)\s+\.\.\./.exec(line)?.[1]
          if (step) options.progress(step.replace(/[^\x20-\x7e]+/g, '').trim())
        },
      })
      if (done.code !== 0) throw failure('kind could not make the cluster.', done.stderr || done.stdout)
    } finally {
      await rm(scratch, { force: true })
      await rm(`${scratch}.lock`, { force: true })
    }
  }

  return {
    name: 'kind',
    async state(instance, signal) {
      return stateOf(instance, await docker.container(nodeOf(instance), signal))
    },
    async create(instance, options) {
      const { signal } = options
      const found = await stateOf(instance, await docker.container(nodeOf(instance), signal))
      if (found.is === 'foreign') throw foreignError(instance, found)
      await clear(instance, signal)
      const [taken, image] = await Promise.all([takenPorts(docker, instance, signal), nodeImage(docker, env, signal)])
      if (taken.length > 0) throw portTakenError(taken, instance.name)
      await mkdir(instance.dataDir, { recursive: true })
      const done = new AbortController()
      const watching = Promise.all([
        announceRuntime(docker, nodeOf(instance), options, done.signal),
        announceApi(docker, nodeOf(instance), apiOf(instance), options, done.signal),
      ])
      try {
        await create(instance, image, options)
        const node = await docker.container(nodeOf(instance), signal)
        if (!node) throw new CliError('The cluster vanished while it was made.', 'Run the command again.')
        await noteCreated(instance, node.id)
      } catch (error) {
        await clearAway(instance, signal.aborted)
        throw error
      } finally {
        done.abort()
        await watching
      }
    },
    async start(instance, { signal }) {
      await docker.start([nodeOf(instance)], signal)
    },
    async stop(instance, { signal }) {
      await docker.stop([nodeOf(instance)], 10, signal)
    },
    async remove(instance, { signal }) {
      const found = await stateOf(instance, await docker.container(nodeOf(instance), signal))
      if (found.is === 'foreign') throw foreignError(instance, found)
      await clear(instance, signal)
    },
    kubeconfig,
    missingImages: (instance, images, signal) => missingIn(docker, nodeOf(instance), images, signal),
    loadImages: (instance, images, options) => importInto(docker, [nodeOf(instance)], images, { ...options, shared: dataOf(instance) }),
  }
}

const nodeOf = (instance: Instance): string => `${clusterName(instance)}-control-plane`

/**
 * kind's own default is the best tested with its version, and kind pulls it. Docker lists that by its digest alone; a
 * machine that has none but another node image is likely offline, and takes that one.
 */
const nodeImage = async (docker: Docker, env: DriverParts['env'], signal: AbortSignal): Promise<string | undefined> => {
  const chosen = env['KECS_KIND_NODE_IMAGE']
  if (chosen) return chosen
  const tags = await docker.tags('kindest/node', signal)
  const tagged = tags.find(tag => tag !== '<none>')
  return tags.includes('<none>') || tagged === undefined ? undefined : `kindest/node:${tagged}`
}

const failure = (what: string, text: string): CliError =>
  knownFailure(text) ??
  new CliError(what, 'Its last lines are below; `kind create cluster -v 1` says more. Run the command again, or try `--driver k3d`.', {
    details: lastLines(text, 12),
  })
