import { readFile } from 'node:fs/promises'
import type { RequestOptions } from 'node:https'
import { isAbsolute, join } from 'node:path'

import { ExecAuth } from '@kubernetes/client-node/dist/exec_auth.js'
import { newClusters, newContexts, newUsers, type Cluster, type User } from '@kubernetes/client-node/dist/config_types.js'

import { messageOf } from '../errors.ts'
import { KubeConfigError } from './errors.ts'

/** Where an API server is and how to prove who we are: what transport.ts needs. */
export interface Endpoint {
  /** Without a slash at its end. */
  readonly server: string
  /** PEM; the system's authorities where there is none. */
  readonly ca: string | undefined
  /** The name in the server's certificate, where it is not the address. */
  readonly serverName: string | undefined
  /** Only when the kubeconfig says insecure-skip-tls-verify. */
  readonly skipVerify: boolean
  /** What to send now. `renew`: the server refused what it was given before. */
  credentials(renew: boolean): Promise<Credentials>
}

export interface Credentials {
  readonly headers: Readonly<Record<string, string>>
  /** PEM, client certificate. */
  readonly cert?: string
  readonly key?: string
}

/** A kubeconfig's text, or the service account of the pod that this runs in. */
export type KubeSource =
  | {
      readonly kubeconfig: string
      /** The current context unless told. */
      readonly context?: string
      /** What the kubeconfig's relative paths start from. */
      readonly folder?: string
    }
  | 'in-cluster'

/** Throws `KubeConfigError` when the source cannot be used. https://kubernetes.io/docs/reference/config-api/kubeconfig.v1/ */
export const endpointOf = async (source: KubeSource): Promise<Endpoint> =>
  source === 'in-cluster' ? inCluster() : fromKubeconfig(source.kubeconfig, source.context, source.folder)

const accountFolder = '/var/run/secrets/kubernetes.io/serviceaccount'
/** The kubelet rotates the token's file well before the token ends; client-go reads it again as often. */
const tokenMilliseconds = 60_000

async function inCluster(): Promise<Endpoint> {
  const host = process.env['KUBERNETES_SERVICE_HOST']
  const port = process.env['KUBERNETES_SERVICE_PORT']
  if (!host || !port)
    throw new KubeConfigError('This is not running in a Kubernetes pod: KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not set.')
  const ca = await fileOf(join(accountFolder, 'ca.crt'))
  let token: { readonly text: string; readonly until: number } | undefined
  return {
    server: `https://${host.includes(':') ? `[${host}]` : host}:${port}`,
    ca,
    serverName: undefined,
    skipVerify: false,
    credentials: async renew => {
      if (renew || token === undefined || performance.now() > token.until)
        token = { text: (await fileOf(join(accountFolder, 'token'))).trim(), until: performance.now() + tokenMilliseconds }
      return { headers: { authorization: `Bearer ${token.text}` } }
    },
  }
}

async function fromKubeconfig(text: string, context: string | undefined, folder: string | undefined): Promise<Endpoint> {
  const { contexts, clusters, users, currentContext } = await parseKubeconfig(text)
  const name = context ?? currentContext
  if (!name) throw new KubeConfigError('The kubeconfig has no current context.')
  const chosen = contexts.find(item => item.name === name)
  if (!chosen)
    throw new KubeConfigError(`The kubeconfig has no context "${name}"; it has ${contexts.map(item => item.name).join(', ') || 'none'}.`)
  const cluster = clusters.find(item => item.name === chosen.cluster)
  if (!cluster)
    throw new KubeConfigError(`The kubeconfig's context "${name}" names the cluster "${chosen.cluster}", which it does not have.`)
  const user = users.find(item => item.name === chosen.user)
  if (!user) throw new KubeConfigError(`The kubeconfig's context "${name}" names the user "${chosen.user}", which it does not have.`)
  refuseUnsupported(cluster, user)
  return {
    server: cluster.server,
    ca: await pem(cluster.caData, cluster.caFile, folder),
    serverName: cluster.tlsServerName,
    skipVerify: cluster.skipTLSVerify,
    credentials: await credentialsOf(cluster, user, folder),
  }
}

async function parseKubeconfig(text: string) {
  const { parse } = await import('yaml')
  try {
    const document: unknown = parse(text)
    if (typeof document !== 'object' || document === null) throw new Error('it is not a mapping')
    const {
      contexts,
      clusters,
      users,
      'current-context': current,
    } = { contexts: [], clusters: [], users: [], 'current-context': '', ...document }
    return { contexts: newContexts(contexts), clusters: newClusters(clusters), users: newUsers(users), currentContext: current }
  } catch (error) {
    throw new KubeConfigError(`The kubeconfig cannot be read: ${messageOf(error)}`, { cause: error })
  }
}

const refuse = (what: string, remedy: string): never => {
  throw new KubeConfigError(`The kubeconfig's ${what}, which kecs does not support. ${remedy}`)
}

function refuseUnsupported(cluster: Cluster, user: User): void {
  if (!/^https?:\/\//.test(cluster.server)) refuse(`server is "${cluster.server}"`, 'Give an http or https address.')
  if (cluster.proxyUrl) refuse(`cluster "${cluster.name}" has a proxy-url`, 'Give an address that needs no proxy.')
  if (user.authProvider) refuse(`user "${user.name}" has an auth-provider`, 'Kubernetes dropped these: use an exec plugin or a token.')
  if (user.impersonateUser) refuse(`user "${user.name}" impersonates another`, 'Use a user with rights of its own.')
}

async function credentialsOf(cluster: Cluster, user: User, folder: string | undefined): Promise<Endpoint['credentials']> {
  if (user.exec) return execCredentials(cluster, user)
  const cert = await pem(user.certData, user.certFile, folder)
  const key = await pem(user.keyData, user.keyFile, folder)
  const headers: Record<string, string> = {}
  if (user.token) headers['authorization'] = `Bearer ${user.token.trim()}`
  else if (user.username) headers['authorization'] = `Basic ${Buffer.from(`${user.username}:${user.password ?? ''}`).toString('base64')}`
  const credentials: Credentials = cert === undefined || key === undefined ? { headers } : { headers, cert, key }
  return async () => credentials
}

/** Runs the plugin that gives credentials, as kubectl does. https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins */
function execCredentials(cluster: Cluster, user: User): Endpoint['credentials'] {
  const exec: {
    command?: string
    apiVersion?: string
    env?: readonly { name: string; value: string }[] | null
    provideClusterInfo?: boolean
  } = user.exec
  const info = {
    apiVersion: exec.apiVersion,
    kind: 'ExecCredential',
    spec: {
      interactive: false,
      ...(exec.provideClusterInfo && { cluster: { server: cluster.server, 'certificate-authority-data': cluster.caData } }),
    },
  }
  const withInfo: User = {
    ...user,
    exec: { ...exec, env: [...(exec.env ?? []), { name: 'KUBERNETES_EXEC_INFO', value: JSON.stringify(info) }] },
  }
  let plugin = new ExecAuth()
  return async renew => {
    if (renew) plugin = new ExecAuth()
    const headers: Record<string, string> = {}
    const options: RequestOptions = { headers }
    try {
      await plugin.applyAuthentication(withInfo, options)
    } catch (error) {
      throw new KubeConfigError(`The kubeconfig's credential plugin "${exec.command}" failed: ${messageOf(error).trim()}`, { cause: error })
    }
    return {
      headers,
      ...(typeof options.cert === 'string' && typeof options.key === 'string' && { cert: options.cert, key: options.key }),
    }
  }
}

async function pem(data: string | undefined, file: string | undefined, folder: string | undefined): Promise<string | undefined> {
  if (data) return Buffer.from(data, 'base64').toString()
  if (!file) return undefined
  if (!isAbsolute(file) && folder === undefined)
    throw new KubeConfigError(`The kubeconfig names the file "${file}" relative to its own folder, which is not known.`)
  return fileOf(isAbsolute(file) ? file : join(folder ?? '', file))
}

async function fileOf(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    throw new KubeConfigError(`A file that the Kubernetes API needs cannot be read: ${messageOf(error)}`, { cause: error })
  }
}
