import { deploymentReady, kinds, type KubeClient } from '../../shared/kube/index.ts'
import type { Instance } from '../cluster/driver.ts'
import { pause } from '../wait.ts'
import type { ComponentState, Trouble } from './component-state.ts'
import { componentStates } from './components.ts'
import { doorAnswers } from './door.ts'
import { notReady } from './not-ready.ts'

export interface WaitOptions {
  readonly signal: AbortSignal
  /** Milliseconds until waiting is given up. */
  readonly timeoutMs: number
  /** Each change of a component's state. */
  readonly onState?: (state: ComponentState) => void
}

/** How long trouble may last before it is believed: much of it mends itself while a cluster comes up. Milliseconds. */
export const believed: Readonly<Record<Trouble, number>> = {
  image: 15_000,
  crash: 15_000,
  config: 15_000,
  disk: 10_000,
  memory: 60_000,
  unschedulable: 60_000,
}

const interval = 200
/** How long an existing cluster's door is tried: this machine may be unable to reach it, and then the pods' word has to do. Milliseconds. */
const unseenDoor = 10_000

/**
 * Waits until every component is ready, the cluster's DNS knows the door, and the door answers.
 * @throws CliError with the component's last log lines and events when one does not become ready
 */
export const waitReady = async (kube: KubeClient, instance: Instance, options: WaitOptions): Promise<void> => {
  const { signal, timeoutMs, onState } = options
  const end = performance.now() + timeoutMs
  const shown = new Map<string, string>()
  const troubled = new Map<string, number>()
  let readySince: number | undefined
  for (;;) {
    const states = await componentStates(kube, instance, signal)
    for (const state of states) {
      const text = `${state.is} ${state.why ?? ''}`
      if (shown.get(state.component) !== text) onState?.(state)
      shown.set(state.component, text)
      const since = state.trouble ? (troubled.get(state.component) ?? performance.now()) : undefined
      if (since === undefined) troubled.delete(state.component)
      else troubled.set(state.component, since)
      if (since !== undefined && state.trouble && performance.now() - since > believed[state.trouble])
        throw await notReady(kube, instance, state, signal)
    }
    const allReady = states.every(state => state.is === 'ready') && (await dnsReady(kube, signal))
    readySince = allReady ? (readySince ?? performance.now()) : undefined
    if (readySince !== undefined) {
      if (await doorAnswers(kube, instance, signal)) return
      if (instance.driver === 'context' && performance.now() - readySince > unseenDoor) return
    }
    if (performance.now() > end) {
      const late = states.find(state => state.is !== 'ready')
      throw await notReady(kube, instance, late, signal, timeoutMs)
    }
    await pause(interval, signal)
  }
}

/** A cluster whose DNS is no Deployment has been refused by `install`. */
const dnsReady = async (kube: KubeClient, signal: AbortSignal): Promise<boolean> =>
  deploymentReady(await kube.find(kinds.deployment, { name: 'coredns', namespace: 'kube-system' }, { signal }))
