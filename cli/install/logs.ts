import { CliError } from '../../shared/errors.ts'
import { kinds, type KubeClient } from '../../shared/kube/index.ts'
import { labels, systemNamespace, type Component } from '../../shared/names.ts'

export interface ComponentLogOptions {
  readonly follow: boolean
  readonly tail?: number
  readonly sinceSeconds?: number
  readonly signal: AbortSignal
  readonly write: (line: string) => void
}

/** Writes a component's log by lines; with `follow` until the signal, which then ends it without an error. */
export const componentLogs = async (kube: KubeClient, component: Component, options: ComponentLogOptions): Promise<void> => {
  const { follow, tail, sinceSeconds, signal, write } = options
  const { items } = await kube.list(kinds.pod, { namespace: systemNamespace, labelSelector: `${labels.component}=${component}`, signal })
  const pod = [...items].sort((a, b) => (a.metadata?.creationTimestamp ?? '').localeCompare(b.metadata?.creationTimestamp ?? '')).at(-1)
  const name = pod?.metadata?.name
  if (name === undefined) throw new CliError(`There is no pod of ${component}.`, '`kecs status` shows what is there; `kecs up` mends it.')
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
