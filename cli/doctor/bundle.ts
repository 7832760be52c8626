import { createTarGzip } from 'nanotar'
import { messageOf } from '../../shared/errors.ts'
import { type KubeClient, connect, kindOf, kinds } from '../../shared/kube/index.ts'
import { systemNamespace } from '../../shared/names.ts'
import { version } from '../../shared/version.ts'
import type { Instance } from '../cluster/driver.ts'
import { lastLines, logFile, logFileBefore } from '../cluster/control-process.ts'
import { lenientDriverOf } from '../drivers.ts'
import type { Host } from '../host.ts'
import { installedComponents } from '../install/components.ts'
import { componentLogs } from '../install/logs.ts'
import type { Finding } from './finding.ts'
import { redact } from './redact.ts'

/** Lines of each log. */
const tail = 2000

/**
 * All that helps to see what went wrong, as a gzipped tar: what the checks found, the instance's settings, the components'
 * logs, and pods and events as Kubernetes has them. Values that may be secrets are left out; see `redact`. What cannot be
 * had says why in its place.
 */
export const bundle = async (instance: Instance | undefined, findings: readonly Finding[], host: Host): Promise<Uint8Array> => {
  const about = { version, platform: `${process.platform}-${process.arch}`, takenAt: new Date(host.clock.now()).toISOString() }
  const files: { name: string; data: string }[] = [
    { name: 'about.json', data: pretty(about) },
    { name: 'doctor.json', data: pretty(findings.map(({ what, is, says, remedy }) => ({ what, is, says, remedy }))) },
  ]
  if (instance !== undefined) {
    files.push({ name: 'instance.json', data: pretty(redact(instance)) })
    if (instance.driver === 'simulated' || instance.legacy !== undefined) files.push(...(await processLogs(instance)))
    if (instance.driver !== 'simulated') files.push(...(await clusterFiles(instance, host)))
  }
  return createTarGzip(files.map(file => ({ ...file, name: `kecs-doctor/${file.name}` })))
}

const pretty = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`

/** Of a control plane on this machine: of this start, and of the one before. */
const processLogs = async (instance: Instance) => [
  { name: 'logs/control-plane.log', data: `${(await lastLines(logFile(instance), tail)).join('\n')}\n` },
  { name: 'logs/control-plane-before.log', data: `${(await lastLines(logFileBefore(instance), tail)).join('\n')}\n` },
]

const clusterFiles = async (instance: Instance, host: Host): Promise<{ name: string; data: string }[]> => {
  const attempt = async (name: string, read: () => Promise<string>): Promise<{ name: string; data: string }> => ({
    name,
    data: await read().catch((error: unknown) => `could not be had: ${messageOf(error)}\n`),
  })
  let kube: KubeClient
  try {
    const driver = await lenientDriverOf(instance, host)
    kube = await connect({ kubeconfig: await driver.kubeconfig(instance, host.signal) })
  } catch (error) {
    return [{ name: 'kubernetes.txt', data: `could not be reached: ${messageOf(error)}\n` }]
  }
  try {
    const { signal } = host
    return await Promise.all([
      ...installedComponents(instance).map(component =>
        attempt(`logs/${component}.log`, () => logOf(kube, { component, instance }, signal)),
      ),
      attempt('kubernetes/pods.json', async () => pretty(redact((await kube.list(kinds.pod, { signal })).items))),
      attempt('kubernetes/nodes.json', async () => pretty(redact((await kube.list(kinds.node, { signal })).items))),
      attempt('kubernetes/deployments.json', async () =>
        pretty(redact((await kube.list(kinds.deployment, { namespace: systemNamespace, signal })).items)),
      ),
      attempt('kubernetes/events.json', async () => pretty((await kube.list(event, { signal })).items)),
    ])
  } finally {
    kube.close()
  }
}

const event = kindOf('v1', 'Event', 'events', true)

const logOf = async (kube: KubeClient, of: Parameters<typeof componentLogs>[1], signal: AbortSignal): Promise<string> => {
  const lines: string[] = []
  await componentLogs(kube, of, { follow: false, tail, signal, write: line => lines.push(line) })
  return `${lines.join('\n')}\n`
}
