import { connect, kinds } from '../../shared/kube/index.ts'
import { poll } from '../wait.ts'
import { runtimeAnswers, waitInNode } from './containerd.ts'
import type { Docker } from './docker.ts'
import type { CreateOptions } from './driver.ts'

/** Long enough for any cluster: the caller's signal ends it when the creation does. */
const deadline = 600_000

/** Tells when images can be loaded into a node that is still being made. Never throws: the creation itself says what failed. */
export const announceRuntime = async (docker: Docker, node: string, options: CreateOptions, done: AbortSignal): Promise<void> => {
  if (!options.onContainerRuntime) return
  const answers = async (signal: AbortSignal) => ((await waitInNode(docker, node, runtimeAnswers, signal)) ? true : undefined)
  if (await watched(answers, 250, AbortSignal.any([options.signal, done]))) options.onContainerRuntime()
}

export interface ApiWatch {
  /** Path of the kubeconfig that the cluster's tool reads in the node: there once the API server may be asked. */
  readonly file: string
  readonly kubeconfig: (signal: AbortSignal) => Promise<string>
}

/** Tells when the API server lets kecs in, which is some seconds before the cluster's tool is done. Never throws. */
export const announceApi = async (
  docker: Docker,
  node: string,
  { file, kubeconfig }: ApiWatch,
  options: CreateOptions,
  done: AbortSignal,
): Promise<void> => {
  if (!options.onApi) return
  const signal = AbortSignal.any([options.signal, done])
  // The cluster's tool starts several programs for an answer, which the node's own start would miss.
  const isWritten = async (signalOfTry: AbortSignal) =>
    (await waitInNode(docker, node, `test -s ${file}`, signalOfTry)) ? true : undefined
  if (!(await watched(isWritten, 250, signal))) return
  const text = await watched(kubeconfig, 500, signal)
  if (text === undefined) return
  const client = await connect({ kubeconfig: text })
  // Answered once the roles are there, unlike the version, which is given to anyone.
  const admits = () => client.find(kinds.namespace, { name: 'kube-system' }, { signal, timeoutMs: 2000 })
  if (await watched(admits, 300, signal)) options.onApi(text)
  client.close()
}

/** The first answer that is none of undefined and an error; undefined when the signal comes before. */
const watched = async <T>(
  ask: (signal: AbortSignal) => Promise<T | undefined>,
  every: number,
  signal: AbortSignal,
): Promise<T | undefined> => {
  try {
    return await poll(() => ask(signal).catch(() => undefined), { every, deadline, signal })
  } catch {
    return undefined
  }
}
