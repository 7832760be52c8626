import { createTarGzip } from 'nanotar'
import { messageOf } from '../../shared/errors.ts'
import { type Kind, type KubeClient, type KubeObject, connect, kindOf, kinds } from '../../shared/kube/index.ts'
import { systemNamespace } from '../../shared/names.ts'
import { version } from '../../shared/version.ts'
import type { Instance } from '../cluster/driver.ts'
import { lastLines, logFile, logFileBefore } from '../cluster/control-process.ts'
import { lenientDriverOf } from '../drivers.ts'
import type { Host } from '../host.ts'
import { installedComponents } from '../install/components.ts'
import { componentLogs } from '../install/logs.ts'
import type { Finding } from './finding.ts'
import { redact, redactText } from './redact.ts'

/** Lines of each log. */
const tail = 2000

/**
 * All that helps to see what went wrong, as a gzipped tar: what the checks found, the instance's settings, the components'
 * logs, and pods and events as Kubernetes has them. Values that may be secrets are left out of every file; see `redact`.
 * What cannot be had says why in its place.
 */
export const bundle = async (instance: Instance | undefined, findings: readonly Finding[], host: Host): Promise<Uint8Array> => {
  const known = knownSecrets(instance, host)
  const about = { version, platform: `${process.platform}-${process.arch}`, takenAt: new Date(host.clock.now()).toISOString() }
  const files: File[] = [
    { name: 'about.json', data: about },
    { name: 'doctor.json', data: findings.map(({ what, is, says, remedy }) => ({ what, is, says, remedy })) },
  ]
  if (instance !== undefined) {
    files.push({ name: 'instance.json', data: instance })
    if (instance.driver === 'simulated' || instance.legacy !== undefined) files.push(...(await processFiles(instance)))
    if (instance.driver !== 'simulated') files.push(...(await clusterFiles(instance, host)))
  }
  return createTarGzip(
    files.map(({ name, data }) => ({
      name: `kecs-doctor/${name}`,
      data: typeof data === 'string' ? redactText(data, known) : `${JSON.stringify(redact(data, known), null, 2)}\n`,
    })),
  )
}

interface File {
  readonly name: string
  /** A text, or what is written as JSON. */
  readonly data: unknown
}

/** Secrets that this machine knows: they go wherever they stand. */
const knownSecrets = (instance: Instance | undefined, { env }: Pick<Host, 'env'>): readonly string[] => [
  ...(instance?.keys ?? []).map(({ secretAccessKey }) => secretAccessKey),
  ...['AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN'].flatMap(name => env[name] ?? []),
]

/** Of a control plane on this machine: of this start, and of the one before. */
const processFiles = async (instance: Instance): Promise<readonly File[]> => [
  { name: 'logs/control-plane.log', data: `${(await lastLines(logFile(instance), tail)).join('\n')}\n` },
  { name: 'logs/control-plane-before.log', data: `${(await lastLines(logFileBefore(instance), tail)).join('\n')}\n` },
]

const clusterFiles = async (instance: Instance, host: Host): Promise<readonly File[]> => {
  const attempt = async (name: string, read: () => Promise<unknown>): Promise<File> => ({
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
    const items = async (kind: Kind<KubeObject>, options = {}): Promise<unknown> => (await kube.list(kind, { ...options, signal })).items
    return await Promise.all([
      ...installedComponents(instance).map(component =>
        attempt(`logs/${component}.log`, () => logOf(kube, { component, instance }, signal)),
      ),
      attempt('kubernetes/pods.json', () => items(kinds.pod)),
      attempt('kubernetes/nodes.json', () => items(kinds.node)),
      attempt('kubernetes/deployments.json', () => items(kinds.deployment, { namespace: systemNamespace })),
      attempt('kubernetes/events.json', () => items(event)),
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
