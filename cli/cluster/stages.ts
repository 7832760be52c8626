import { connect, kinds } from '../../shared/kube/index.ts'
import { poll } from '../wait.ts'
import { runtimeAnswers } from './containerd.ts'
import type { Docker } from './docker.ts'
import type { CreateOptions } from './driver.ts'

/** Long enough for any cluster: the caller's signal ends it when the creation does. */
const deadline = 600_000

/** Tells when images can be loaded into a node that is still being made. Never throws: the creation itself says what failed. */
export const announceRuntime = async (docker: Docker, node: string, options: CreateOptions, done: AbortSignal): Promise<void> => {
  if (!options.onContainerRuntime) return
  const answers = async (signal: AbortSignal) => ((await runtimeAnswers(docker, node, signal)) ? true : undefined)
  if (await watched(answers, 250, AbortSignal.any([options.signal, done]))) options.onContainerRuntime()
}

/** Tells when the API server lets kecs in, which is some seconds before the cluster's tool is done. Never throws. */
export const announceApi = async (
  kubeconfig: (signal: AbortSignal) => Promise<string>,
  options: CreateOptions,
  done: AbortSignal,
): Promise<void> => {
  if (!options.onApi) return
  const admits = async (signal: AbortSignal) => {
    const client = await connect({ kubeconfig: await kubeconfig(signal) })
    try {
      // Answered once the roles are there: a version is given to anyone.
      return await client.find(kinds.namespace, { name: 'kube-system' }, { signal, timeoutMs: 2000 })
    } finally {
      client.close()
    }
  }
  if (await watched(admits, 500, AbortSignal.any([options.signal, done]))) options.onApi()
}

const watched = async (ask: (signal: AbortSignal) => Promise<unknown>, every: number, signal: AbortSignal): Promise<boolean> => {
  try {
    return (await poll(() => ask(signal).catch(() => undefined), { every, deadline, signal })) !== undefined
  } catch {
    return false
  }
}
