import { CliError, messageOf } from '../shared/errors.ts'
import { KubeError, connect } from '../shared/kube/index.ts'
import { adminName, adminTokenHeader, controlPlaneName, systemNamespace } from '../shared/names.ts'
import { runningProcess, type ServeProcess } from './cluster/control-process.ts'
import type { Instance } from './cluster/driver.ts'
import { upCommand, withName } from './instance.ts'
import type { Target } from './target.ts'

/** A request to the control plane's administration port, which is published nowhere. */
export interface AdminRequest {
  readonly method: 'GET' | 'POST'
  /** With its query, such as `/snapshots?limit=3`. */
  readonly path: string
  /** Sent as JSON. */
  readonly body?: unknown
}

export interface AdminChannel {
  /** The answer's text. Throws `CliError` with the control plane's own message for a status of 400 and above. */
  text(request: AdminRequest): Promise<string>
  /** The answer as JSON; the caller reads it as what came from outside. */
  json(request: AdminRequest): Promise<unknown>
  /** The lines of an answer to GET as they come, until the signal of the target. */
  lines(path: string): AsyncIterable<string>
  close(): void
}

/** How long a single answer may take: a snapshot of a large state is written before it is answered. */
const timeoutMs = 120_000

/**
 * The way to a running instance's administration port: straight to a process of this machine, which a simulated instance
 * has and one with --legacy, else through the Kubernetes API server; where there is a cluster with a token of an account that no pod has: whoever has the cluster's kubeconfig is let in. Throws `CliError` when nobody answers.
 */
export const openAdminChannel = async ({
  instance,
  driver,
  signal,
}: Pick<Target, 'instance' | 'driver' | 'signal'>): Promise<AdminChannel> => {
  if (instance.driver === 'simulated') return directChannel((await requireProcess(instance, signal)).adminUrl, instance, signal)
  const process = instance.legacy === undefined ? undefined : await requireProcess(instance, signal)
  const kube = await connect({ kubeconfig: await driver.kubeconfig(instance, signal) })
  const service = { namespace: systemNamespace, name: controlPlaneName, port: 'admin' }
  const token = await kube.serviceAccountToken({ namespace: systemNamespace, name: adminName }, adminName, { signal })
  const headers = { [adminTokenHeader]: token }
  if (process !== undefined) return directChannel(process.adminUrl, instance, signal, headers, () => kube.close())
  const text = ({ method, path, body }: AdminRequest): Promise<string> =>
    kube
      .callService(service, { method, path, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) }, { signal, timeoutMs })
      .catch((error: unknown) => {
        if (error instanceof KubeError && error.status >= 400 && error.status < 500) throw refused(error.message)
        if (error instanceof KubeError && error.status === 503) throw notThere(instance.name, error)
        throw error
      })
  return {
    text,
    json: async request => JSON.parse(await text(request)),
    lines: path => kube.streamService(service, path, { signal, headers }),
    close: () => kube.close(),
  }
}

/** Does some work with the way to the administration port, and closes it. */
export const withChannel = async <Of extends Pick<Target, 'instance' | 'driver' | 'signal'>, Result>(
  target: Of,
  work: (channel: AdminChannel, target: Of) => Promise<Result>,
): Promise<Result> => {
  const channel = await openAdminChannel(target)
  try {
    return await work(channel, target)
  } catch (error) {
    throw error instanceof NotUnderstood ? new NotUnderstood(target.instance.name) : error
  } finally {
    channel.close()
  }
}

const requireProcess = async (instance: Instance, signal: AbortSignal): Promise<ServeProcess> => {
  const found = await runningProcess(instance, signal)
  if (found !== undefined) return found
  throw new CliError(`Instance ${instance.name} does not run.`, `Start it with: ${withName('kecs up', instance.name)}`)
}

const directChannel = (
  adminUrl: string,
  { name }: Pick<Instance, 'name'>,
  signal: AbortSignal,
  own: Readonly<Record<string, string>> = {},
  close: () => void = () => undefined,
): AdminChannel => {
  const send = async ({ method, path, body }: AdminRequest, limit: AbortSignal): Promise<Response> => {
    const response = await fetch(adminUrl + path, {
      method,
      headers: { ...own, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: limit,
    }).catch((cause: unknown) => {
      signal.throwIfAborted()
      throw new CliError(`The control plane does not answer: ${messageOf(cause)}`, `See: ${withName('kecs status', name)}`, { cause })
    })
    if (response.status >= 400) throw refused((await response.text()).trim() || `HTTP ${response.status}`)
    return response
  }
  const text = async (request: AdminRequest): Promise<string> =>
    (await send(request, AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]))).text()
  return {
    text,
    json: async request => JSON.parse(await text(request)),
    async *lines(path) {
      const { body } = await send({ method: 'GET', path }, signal)
      if (body === null) return
      let rest = ''
      for await (const chunk of body.pipeThrough(new TextDecoderStream())) {
        const parts = (rest + chunk).split('\n')
        rest = parts.pop() ?? ''
        yield* parts
      }
      if (rest !== '') yield rest
    },
    close,
  }
}

class NotUnderstood extends CliError {
  constructor(name: string) {
    super('The control plane answered what this kecs does not understand.', `Bring both to one version: ${upCommand(name)}`)
  }
}

/** What came from outside has not the shape that this version expects. `withChannel` says which instance's it is. */
export const notUnderstood = (): CliError => new NotUnderstood('kecs')

/** Its Service has no pod that is ready. */
const notThere = (name: string, cause: unknown): CliError =>
  new CliError(
    'The control plane does not answer yet.',
    `It is starting, or it fails: ${withName('kecs status', name)}, ${withName('kecs logs', name)}`,
    { cause },
  )

/** The control plane says what happened and, behind a line break, what to do. */
const refused = (message: string): CliError => {
  const [what = message, ...remedy] = message.split('\n')
  return new CliError(what, remedy.join('\n'))
}
