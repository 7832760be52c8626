import { readFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { delimiter, dirname, isAbsolute, join } from 'node:path'
import { parse, stringify } from 'yaml'
import { CliError } from '../../shared/errors.ts'

/**
 * One context of the user's kubeconfig as a file of its own, files that it names read in: what
 * `kubectl config view --minify --flatten --raw` prints. https://kubernetes.io/docs/concepts/configuration/organize-cluster-access-kubeconfig/
 * @param context the current one when undefined
 */
export const minifiedKubeconfig = async (
  env: Readonly<Record<string, string | undefined>>,
  context: string | undefined,
): Promise<string> => {
  const paths = env['KUBECONFIG'] ? env['KUBECONFIG'].split(delimiter).filter(path => path !== '') : [join(homedir(), '.kube', 'config')]
  const files = (await Promise.all(paths.map(readConfig))).filter(file => file !== undefined)
  if (files.length === 0)
    throw new CliError(`There is no kubeconfig: ${paths.join(', ')}.`, 'Set KUBECONFIG, or choose a driver that makes a cluster.')
  const wanted = context ?? files.map(file => file['current-context']).find(name => name !== undefined && name !== '')
  const names = files.flatMap(file => (file.contexts ?? []).map(each => each.name))
  const found = first(files, file => file.contexts, wanted)
  if (wanted === undefined || !found)
    throw new CliError(
      wanted === undefined ? 'No kube context is current.' : `There is no kube context ${wanted}.`,
      `There are: ${names.join(', ') || 'none'} (--context).`,
    )
  const cluster = first(files, file => file.clusters, found.entry.context.cluster)
  const user = first(files, file => file.users, found.entry.context.user)
  if (!cluster) throw new CliError(`The kube context ${wanted} names a cluster that is not there.`, 'Mend the kubeconfig.')
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': wanted,
    contexts: [found.entry],
    clusters: [{ name: cluster.entry.name, cluster: await flat(cluster.entry.cluster, cluster.file.folder, ['certificate-authority']) }],
    users: user
      ? [{ name: user.entry.name, user: await flat(user.entry.user, user.file.folder, ['client-certificate', 'client-key']) }]
      : [],
  })
}

interface Config {
  readonly folder: string
  readonly 'current-context'?: string
  readonly contexts?: readonly { name: string; context: { cluster: string; user: string } }[] | null
  readonly clusters?: readonly { name: string; cluster: Fields }[] | null
  readonly users?: readonly { name: string; user: Fields }[] | null
}
type Fields = Readonly<Record<string, unknown>>

const readConfig = async (path: string): Promise<Config | undefined> => {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch {
    return undefined
  }
  const value: unknown = parse(text)
  return typeof value === 'object' && value !== null ? { ...value, folder: dirname(path) } : undefined
}

/** As kubectl merges: of several files, the first that has the name. */
const first = <T extends { readonly name: string }>(
  files: readonly Config[],
  entries: (file: Config) => readonly T[] | null | undefined,
  name: string | undefined,
): { readonly file: Config; readonly entry: T } | undefined => {
  for (const file of files) {
    const entry = entries(file)?.find(each => each.name === name)
    if (entry) return { file, entry }
  }
  return undefined
}

const flat = async (fields: Fields, folder: string, keys: readonly string[]): Promise<Fields> => {
  const result: Record<string, unknown> = { ...fields }
  for (const key of keys) {
    const path = result[key]
    if (typeof path !== 'string' || result[`${key}-data`] !== undefined) continue
    result[`${key}-data`] = (await readFile(isAbsolute(path) ? path : join(folder, path))).toString('base64')
    delete result[key]
  }
  return result
}
