import { CliError } from '../../shared/errors.ts'
import { kinds, type KubeClient } from '../../shared/kube/index.ts'
import { systemNamespace } from '../../shared/names.ts'
import type { Instance } from '../cluster/driver.ts'
import { withName } from '../instance.ts'
import type { ComponentState, Trouble } from './component-state.ts'

/** @param kecs a command as it is typed for this instance */
const remedyOf = (trouble: Trouble, kecs: (command: string) => string): string => {
  const up = kecs('up')
  const remedies: Readonly<Record<Trouble, string>> = {
    image: `Check the name and the network; with the image in the local Docker (\`docker pull\`), \`${up}\` brings it into the cluster.`,
    crash: `See what it said last; \`${kecs('logs')}\` shows all of a component's log. \`${up}\` tries again.`,
    config: `See what Kubernetes says below. \`${kecs('down')}\`, then \`${up}\`, makes the cluster anew and keeps the data.`,
    disk: `The disk that Docker keeps its data on is full: free space, for example with \`docker system prune\`, and run \`${up}\` again.`,
    memory: `Give Docker more memory, or end what uses it (\`${kecs('up --backend none')}\` leaves out LocalStack), and run \`${up}\` again.`,
    unschedulable: 'The node has no room for it, or a port is taken in it: see what Kubernetes says below.',
  }
  return remedies[trouble]
}

/** What to tell of a component that does not become ready; of the door where all of them are. Never throws what it meets itself. */
export const notReady = async (
  kube: KubeClient,
  instance: Pick<Instance, 'name'>,
  state: ComponentState | undefined,
  signal: AbortSignal,
  afterMs?: number,
): Promise<CliError> => {
  const kecs = (command: string): string => withName(`kecs ${command}`, instance.name)
  const after = afterMs === undefined ? '' : ` within ${Math.round(afterMs / 1000)} s`
  if (!state)
    return new CliError(
      `All components run, but the AWS endpoint did not answer${after}.`,
      `See \`${kecs('logs traefik')}\` and \`${kecs('logs control-plane')}\`; \`${kecs('up')}\` tries again.`,
      { details: await lastWords(kube, undefined, signal) },
    )
  const why = state.why ? `: ${state.why}` : ''
  return new CliError(
    `The component ${state.component} did not become ready${after}${why}.`.replace(/\.\.$/, '.'),
    state.trouble
      ? remedyOf(state.trouble, kecs)
      : `See \`${kecs(`logs ${state.component}`)}\`; \`${kecs('up')}\` tries again, with --timeout for longer.`,
    { details: await lastWords(kube, state.pod, signal) },
  )
}

/** A pod's last log lines and warnings. */
const lastWords = async (kube: KubeClient, pod: string | undefined, signal: AbortSignal): Promise<readonly string[]> => {
  const limit = AbortSignal.any([signal, AbortSignal.timeout(5000)])
  const [events, now, before] = await Promise.all([
    warnings(kube, pod, limit),
    pod ? logLines(kube, pod, false, limit) : [],
    pod ? logLines(kube, pod, true, limit) : [],
  ])
  return [...events, ...(now.length > 0 ? now : before)]
}

const warnings = async (kube: KubeClient, pod: string | undefined, signal: AbortSignal): Promise<readonly string[]> => {
  try {
    const { items } = await kube.list(kinds.event, { namespace: systemNamespace, fieldSelector: 'type=Warning', signal })
    return items
      .filter(event => pod === undefined || event.involvedObject.name === pod)
      .slice(-5)
      .map(event => `${event.reason}: ${event.message}`)
  } catch {
    return []
  }
}

const logLines = async (kube: KubeClient, name: string, previous: boolean, signal: AbortSignal): Promise<readonly string[]> => {
  const lines: string[] = []
  try {
    for await (const line of kube.logs({ name, namespace: systemNamespace }, { tail: 15, previous, signal })) lines.push(line)
  } catch {
    // A container that never ran has no log.
  }
  return lines
}
