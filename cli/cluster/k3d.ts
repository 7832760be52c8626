import { mkdir } from 'node:fs/promises'
import { CliError } from '../../shared/errors.ts'
import { labels } from '../../shared/names.ts'
import { importInto, missingIn } from './containerd.ts'
import { dataOf, forgetCreated, noteCreated, stateOf } from './created.ts'
import type { Container } from './docker.ts'
import { knownFailure, lastLines } from './docker-errors.ts'
import type { ClusterDriver, ClusterState, Instance } from './driver.ts'
import type { DriverParts } from './drivers.ts'
import { createArguments } from './k3d-arguments.ts'
import { clusterName, foreignError } from './names.ts'
import { portTakenError, takenPorts } from './ports.ts'
import { run, type Finished } from './process.ts'
import { type ApiWatch, announceApi, announceRuntime } from './stages.ts'

/** k3s in Docker, by the program `k3d`. https://k3d.io; how it behaves: its source at v5.8.3. */
export const k3dDriver = ({ docker, program, env }: DriverParts): ClusterDriver => {
  const k3d = (args: readonly string[], signal: AbortSignal, onLine?: (line: string) => void): Promise<Finished> =>
    run(program, args, { signal, env: { LOG_COLORS: 'false' }, ...(onLine ? { onLine } : {}) })

  const must = async (what: string, args: readonly string[], signal: AbortSignal, onLine?: (line: string) => void): Promise<string> => {
    const done = await k3d(args, signal, onLine)
    if (done.code !== 0) throw failure(what, `${done.stdout}\n${done.stderr}`)
    return done.stdout
  }

  const kubeconfig = async (instance: Instance, signal: AbortSignal): Promise<string> =>
    must('k3d could not tell how to reach the cluster.', ['kubeconfig', 'get', clusterName(instance)], signal)

  const apiOf = (instance: Instance): ApiWatch => ({ file: '/output/kubeconfig.yaml', kubeconfig: signal => kubeconfig(instance, signal) })

  const state = async (instance: Instance, signal: AbortSignal): Promise<ClusterState> =>
    k3dState(instance, await docker.container(nodeOf(instance), signal))

  const clear = async (instance: Instance, signal: AbortSignal): Promise<void> => {
    // Ends with 0 whether there was a cluster or not, and also when Docker is down: what is left is looked for below.
    await must('k3d could not delete the cluster.', ['cluster', 'delete', clusterName(instance)], signal)
    const rest = await docker.containersWith(`k3d.cluster=${clusterName(instance)}`, signal)
    await docker.remove(rest, signal)
    await forgetCreated(instance)
    // A create that fails before its first container leaves these, and the next one would never delete them.
    await docker.removeLeftovers({ network: `k3d-${clusterName(instance)}`, volume: `k3d-${clusterName(instance)}-images` }, signal)
  }

  return {
    name: 'k3d',
    state,
    async create(instance, options) {
      const { signal } = options
      const found = await state(instance, signal)
      if (found.is === 'foreign') throw foreignError(instance, found)
      await clear(instance, signal)
      // k3d itself finds a taken port only when all else is up.
      const taken = await takenPorts(docker, instance, signal)
      if (taken.length > 0) throw portTakenError(taken, instance.name)
      await mkdir(instance.dataDir, { recursive: true })
      const done = new AbortController()
      const watching = Promise.all([
        announceRuntime(docker, nodeOf(instance), options, done.signal),
        announceApi(docker, nodeOf(instance), apiOf(instance), options, done.signal),
      ])
      try {
        await must('k3d could not make the cluster.', createArguments(instance, env), signal, line => {
          const step = /^INFO\[\d+\] (.+)$/.exec(line)?.[1]
          if (step) options.progress(step.trim())
        })
        const node = await docker.container(nodeOf(instance), signal)
        if (!node) throw new CliError('The cluster vanished while it was made.', 'Run the command again.')
        await noteCreated(instance, node.id)
      } catch (error) {
        await clear(instance, AbortSignal.timeout(30_000)).catch(() => undefined)
        throw error
      } finally {
        done.abort()
        await watching
      }
    },
    async start(instance, { signal }) {
      await must('k3d could not start the cluster.', ['cluster', 'start', clusterName(instance)], signal)
    },
    async stop(instance, { signal }) {
      await must('k3d could not stop the cluster.', ['cluster', 'stop', clusterName(instance)], signal)
    },
    async remove(instance, { signal }) {
      const found = await state(instance, signal)
      if (found.is === 'foreign') throw foreignError(instance, found)
      await clear(instance, signal)
    },
    kubeconfig,
    missingImages: (instance, images, signal) => missingIn(docker, nodeOf(instance), images, signal),
    loadImages: (instance, images, options) => importInto(docker, [nodeOf(instance)], images, { ...options, shared: dataOf(instance) }),
  }
}

const nodeOf = (instance: Instance): string => `k3d-${clusterName(instance)}-server-0`

/** Ours is what carries our label for this instance, and its data folder. */
export const k3dState = async (instance: Instance, node: Container | undefined): Promise<ClusterState> => {
  const owner = node?.labels[labels.instance]
  if (node && owner !== instance.name)
    return { is: 'foreign', why: owner ? `it belongs to the instance ${owner}` : 'its node has no label of kecs' }
  return stateOf(instance, node)
}

const failure = (what: string, text: string): CliError =>
  knownFailure(text) ??
  new CliError(what, 'Its last lines are below. Run the command again, or try `--driver kind`.', {
    details: lastLines(withoutNoise(text), 12),
  })

/** k3d repeats that it rolls back; why comes before. */
const withoutNoise = (text: string): string =>
  text
    .split('\n')
    .filter(line => !/Rolling Back|have been rolled back|^INFO/.test(line))
    .join('\n')
