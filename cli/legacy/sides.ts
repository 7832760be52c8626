import { CliError } from '../../shared/errors.ts'
import { type KubeClient, kindOf, kinds, type Manifest } from '../../shared/kube/index.ts'
import { controlPlaneName, systemNamespace } from '../../shared/names.ts'
import { notUnderstood, withChannel } from '../admin-channel.ts'
import { runningProcess, stopProcess } from '../cluster/control-process.ts'
import type { Docker } from '../cluster/docker.ts'
import type { ClusterDriver, Instance, Legacy } from '../cluster/driver.ts'
import { doorAnswers } from '../install/door.ts'
import { fieldManager } from '../install/field-manager.ts'
import { hostEndpoints, hostEndpointsName } from '../install/host-endpoints.ts'
import { hostPortsOf, installationOf } from '../install/installation.ts'
import { manifestFiles } from '../install/manifests.ts'
import { waitReady } from '../install/wait.ts'
import { withName, writeInstance } from '../instance.ts'
import type { Self } from '../self.ts'
import { poll } from '../wait.ts'
import { findHostAddress } from './host-address.ts'
import type { Side, Sides, Tables } from './migration.ts'
import { doorFromHere, endInside, outsideReady, startOutside } from './outside.ts'

export interface SidesParts {
  /** As it was remembered when the migration began. */
  readonly instance: Instance
  readonly legacy: Legacy
  readonly driver: ClusterDriver
  readonly kube: KubeClient
  readonly docker: Docker
  readonly self: Self
  readonly env: Readonly<Record<string, string | undefined>>
}

/** How long the other side may take until it is ready, and the endpoint until it answers. Milliseconds. */
const readyDeadline = 180_000
const doorDeadline = 60_000

/** The instance as each of both sides has it. */
export const instanceOn = (side: Side, { instance, legacy }: Pick<SidesParts, 'instance' | 'legacy'>): Instance => {
  const { legacy: _, ...rest } = instance
  return side === 'legacy' ? { ...rest, legacy } : rest
}

const endpointSlice = kindOf('discovery.k8s.io/v1', 'EndpointSlice', 'endpointslices')
const endpoints = { name: hostEndpointsName, namespace: systemNamespace }

/** Both sides of an instance whose cluster runs. */
export const sidesOf = (parts: SidesParts): Sides => {
  const { legacy, driver, kube, docker, self, env } = parts
  const on = (side: Side): Instance => instanceOn(side, parts)
  const ask = <T>(side: Side, signal: AbortSignal, path: string, read: (answer: unknown) => T, body?: object): Promise<T> =>
    withChannel({ instance: on(side), driver, signal }, async channel =>
      read(await channel.json({ method: body === undefined ? 'GET' : 'POST', path, ...(body === undefined ? {} : { body }) })),
    )

  const applyAll = async (objects: readonly Manifest[], signal: AbortSignal): Promise<void> => {
    for (const object of objects) await kube.apply(object, { fieldManager, force: true, signal })
  }

  const startInside = async (signal: AbortSignal): Promise<void> => {
    const found = await kube.find(kinds.deployment, { name: controlPlaneName, namespace: systemNamespace }, { signal })
    // What is left of one that was removed holds the state until it is gone.
    if (found === undefined) await endInside(kube, signal)
    const inside = on('in-cluster')
    const imageId = (await docker.answers(signal)) ? (await docker.imageIds([inside.image], signal)).get(inside.image) : undefined
    const installation = { ...(await installationOf(inside, kube, signal)), ...(imageId === undefined ? {} : { imageId }) }
    await applyAll(manifestFiles(installation)['control-plane'] ?? [], signal)
    await waitReady(kube, inside, { signal, timeoutMs: readyDeadline })
  }

  const startHere = async (signal: AbortSignal): Promise<void> => {
    const here = on('legacy')
    const at = await findHostAddress(here, { kube, docker, signal })
    const installation = await installationOf(here, kube, signal)
    const door = await doorFromHere(kube, here, signal)
    await startOutside({ instance: here, installation, at, door, self, env }, { signal, progress: () => undefined })
    await outsideReady(here, signal)
  }

  const leadHere = async (signal: AbortSignal): Promise<void> => {
    const here = on('legacy')
    const at = await findHostAddress(here, { kube, docker, signal })
    const host = { address: at.reached, ports: hostPortsOf(legacy.ports) }
    await applyAll(hostEndpoints(await installationOf(here, kube, signal), host), signal)
  }

  return {
    isRunning: async (side, signal) => {
      if (side === 'legacy') return (await runningProcess(on(side), signal)) !== undefined
      const found = await kube.find(kinds.deployment, { name: controlPlaneName, namespace: systemNamespace }, { signal })
      return found !== undefined
    },
    hold: (side, id, signal) => ask(side, signal, '/handover/begin', readLeft, { id }),
    release: (side, signal) => ask(side, signal, '/handover/end', () => undefined, {}),
    end: async (side, signal) => {
      if (side === 'in-cluster') return endInside(kube, signal)
      // First nobody is sent to it any more: who calls meanwhile is told to try again.
      await kube.remove(endpointSlice, endpoints, { signal })
      await stopProcess(on(side), signal)
    },
    remember: side => writeInstance(on(side)),
    start: (side, signal) => (side === 'legacy' ? startHere(signal) : startInside(signal)),
    taken: async (side, signal) => ask(side, signal, '/handover', readTaken),
    lead: async (side, signal) => {
      if (side === 'legacy') await leadHere(signal)
      else await kube.remove(endpointSlice, endpoints, { signal })
      const answers = await poll(async () => ((await doorAnswers(kube, on(side), signal)) ? true : undefined), {
        every: 100,
        deadline: doorDeadline,
        signal,
      })
      if (answers !== true) throw doorSilent(side, on(side))
    },
  }
}

const doorSilent = (side: Side, { name }: Instance): CliError =>
  new CliError(
    'The AWS endpoint does not lead to the control plane.',
    side === 'legacy'
      ? `Does a firewall of this machine keep what comes from Docker's networks from it? See: ${withName('kecs logs traefik', name)}`
      : `See: ${withName('kecs status', name)}, ${withName('kecs logs traefik', name)}`,
  )

const fieldsOf = (value: unknown): ReadonlyMap<string, unknown> =>
  new Map<string, unknown>(typeof value === 'object' && value !== null ? Object.entries(value) : [])

const readTables = (value: unknown): Tables =>
  Object.fromEntries(
    [...fieldsOf(value)].map(([name, digest]) => {
      const fields = fieldsOf(digest)
      const [rows, sha256] = [fields.get('rows'), fields.get('sha256')]
      if (typeof rows !== 'number' || typeof sha256 !== 'string') throw notUnderstood()
      return [name, { rows, sha256 }]
    }),
  )

const readLeft = (answer: unknown): { readonly tables: Tables; readonly snapshot: string } => {
  const fields = fieldsOf(answer)
  const snapshot = fields.get('snapshot')
  if (typeof snapshot !== 'string') throw notUnderstood()
  return { tables: readTables(fields.get('tables')), snapshot }
}

const readTaken = (answer: unknown): { readonly id: string; readonly tables: Tables } | undefined => {
  const taken = fieldsOf(answer).get('taken')
  const id = fieldsOf(taken).get('id')
  return typeof id === 'string' ? { id, tables: readTables(fieldsOf(taken).get('tables')) } : undefined
}
