import { CliError } from '../../shared/errors.ts'
import { kinds, type KubeClient } from '../../shared/kube/index.ts'
import type { Instance } from '../cluster/driver.ts'
import { upCommand, withName } from '../instance.ts'
import { labels, systemNamespace, type Component } from '../../shared/names.ts'

export interface ComponentLogOptions {
  readonly follow: boolean
  readonly tail?: number
  readonly sinceSeconds?: number
  readonly signal: AbortSignal
  readonly write: (line: string) => void
}

/** Writes a component's log by lines; with `follow` until the signal, which then ends it without an error. */
export const componentLogs = async (
  kube: KubeClient,
  { component, instance }: { readonly component: Component; readonly instance: Pick<Instance, 'name'> },
  { follow, tail, sinceSeconds, signal, write }: ComponentLogOptions,
): Promise<void> => {
  const { items } = await kube.list(kinds.pod, { namespace: systemNamespace, labelSelector: `${labels.component}=${component}`, signal })
  const pod = [...items].sort((a, b) => (a.metadata?.creationTimestamp ?? '').localeCompare(b.metadata?.creationTimestamp ?? '')).at(-1)
  const name = pod?.metadata?.name
  if (name === undefined) {
    throw new CliError(
      `There is no pod of ${component}.`,
      `${withName('kecs status', instance.name)} shows what is there; ${upCommand(instance.name)} mends it.`,
    )
  }
  const lines = kube.logs(
    { name, namespace: systemNamespace },
    { follow, signal, ...(tail === undefined ? {} : { tail }), ...(sinceSeconds === undefined ? {} : { sinceSeconds }) },
  )
  try {
    for await (const line of lines) write(line)
  } catch (error) {
    if (!(follow && signal.aborted)) throw error
  }
}
