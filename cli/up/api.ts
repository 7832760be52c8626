import { CliError, messageOf } from '../../shared/errors.ts'
import { KubeError, connect, isForbidden, isUnreachable, kinds } from '../../shared/kube/index.ts'
import type { Instance } from '../cluster/driver.ts'
import { upCommand, withName } from '../instance.ts'
import { pause } from '../wait.ts'

const every = 250
const deadline = 120_000

/**
 * Waits until the API server of a cluster that was started lets us in, for `steady` milliseconds on end: its old process
 * may answer once more before it is replaced, and its roles come some moments after its first answers.
 */
export const awaitApi = async (
  { name }: Pick<Instance, 'name'>,
  { kubeconfig, steady, signal }: { kubeconfig: string; steady: number; signal: AbortSignal },
): Promise<void> => {
  const end = performance.now() + deadline
  let since: number | undefined
  let last: unknown
  for (;;) {
    try {
      const client = await connect({ kubeconfig })
      await client.find(kinds.namespace, { name: 'kube-system' }, { signal, timeoutMs: 2000 }).finally(() => client.close())
      since ??= performance.now()
      if (performance.now() - since >= steady) return
    } catch (error) {
      signal.throwIfAborted()
      since = undefined
      last = error
    }
    if (performance.now() > end) {
      throw new CliError(
        `The cluster's Kubernetes API does not answer: ${messageOf(last)}`,
        `Its container may be broken: ${withName('kecs down', name)} && ${upCommand(name)} makes it anew; the state is kept.`,
        { cause: last },
      )
    }
    await pause(every, signal)
  }
}

/** What a Kubernetes error in the middle of an installation means to a person. */
export const explainKube = (error: unknown, { driver, context }: Instance): unknown => {
  if (!(error instanceof KubeError)) return error
  if (isUnreachable(error)) {
    return new CliError(
      `The cluster's Kubernetes API stopped answering: ${error.message}`,
      'Run the same command again: it goes on where this one ended.',
      { cause: error },
    )
  }
  if (isForbidden(error) && driver === 'context') {
    return new CliError(
      `The context ${context ?? ''} may not do what kecs needs: ${error.message}`,
      'Use one with the role cluster-admin.',
      { cause: error },
    )
  }
  return new CliError(
    `Kubernetes refused ${error.request}: ${error.message}`,
    'Run the same command again; if it stays so, it is a fault of kecs: please report it.',
    { cause: error },
  )
}
