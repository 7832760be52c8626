import { CliError, messageOf } from '../../shared/errors.ts'
import { connect, isForbidden, KubeConfigError, kinds, type KubeClient } from '../../shared/kube/index.ts'
import { labels, systemNamespace } from '../../shared/names.ts'
import { uninstall } from '../install/uninstall.ts'
import { importInto, missingIn } from './containerd.ts'
import type { ClusterDriver, Instance } from './driver.ts'
import type { DriverParts } from './drivers.ts'
import { minifiedKubeconfig } from './kubeconfig.ts'
import { upCommand, withName } from '../instance.ts'

/** A Kubernetes cluster that is there already, by its kube context: kecs only installs into it, and removes what it installed. */
export const contextDriver = ({ docker, env }: DriverParts): ClusterDriver => {
  const kubeconfig = (instance: Instance): Promise<string> => minifiedKubeconfig(env, instance.context)

  const withClient = async <T>(instance: Instance, work: (client: KubeClient) => Promise<T>): Promise<T> => {
    const client = await connect({ kubeconfig: await kubeconfig(instance) })
    try {
      return await work(client)
    } catch (error) {
      throw explained(error, instance)
    } finally {
      client.close()
    }
  }

  /** Nodes of clusters on this machine are containers of its Docker, named as the nodes are. */
  const localNodes = (instance: Instance, signal: AbortSignal): Promise<readonly string[]> =>
    withClient(instance, async client => {
      const { items } = await client.list(kinds.node, { signal })
      const names = items.flatMap(node => node.metadata?.name ?? [])
      if (!(await docker.answers(signal))) return []
      const containers = await Promise.all(names.map(name => docker.container(name, signal)))
      return names.filter((_, at) => containers[at]?.running === true)
    })

  return {
    name: 'context',
    state: (instance, signal) =>
      withClient(instance, async client => {
        const namespace = await client.find(kinds.namespace, { name: systemNamespace }, { signal })
        if (!namespace) return { is: 'absent' }
        const owner = namespace.metadata?.labels?.[labels.instance]
        if (owner === instance.name) return { is: 'running' }
        return {
          is: 'foreign',
          why: owner ? `its ${systemNamespace} belongs to the instance ${owner}` : `its namespace ${systemNamespace} is not kecs'`,
        }
      }),
    create: (instance, { signal, progress, onContainerRuntime, onApi }) =>
      withClient(instance, async client => {
        progress(`Kubernetes ${await client.version({ signal })} at ${client.server}`)
        onContainerRuntime?.()
        onApi?.(await kubeconfig(instance))
      }),
    start: instance => Promise.reject(notOurs('starts', instance)),
    stop: instance => Promise.reject(notOurs('stops', instance)),
    remove: (instance, options) => withClient(instance, client => uninstall(client, instance, { ...options, deleteData: false })),
    kubeconfig,
    async missingImages(instance, images, signal) {
      const nodes = await localNodes(instance, signal)
      const missing = await Promise.all(nodes.map(node => missingIn(docker, node, images, signal)))
      return images.filter(image => missing.some(names => names.includes(image)))
    },
    async loadImages(instance, images, options) {
      if (images.length === 0) return
      const nodes = await localNodes(instance, options.signal)
      if (nodes.length === 0)
        throw new CliError(
          `The nodes of ${instance.context ?? 'the current context'} are not on this machine, so images cannot be loaded into them.`,
          'Push the images to a registry that the cluster can pull from, and name them with it.',
        )
      await importInto(docker, nodes, images, options)
    },
  }
}

const notOurs = (does: string, { name }: Instance): CliError =>
  new CliError(
    `kecs never ${does} a cluster that it did not make.`,
    `${withName('kecs down', name)} removes kecs from it and keeps the data; ${upCommand(name)} installs it again.`,
  )

const explained = (error: unknown, instance: Instance): unknown => {
  const context = instance.context ?? 'the current context'
  if (error instanceof KubeConfigError)
    return new CliError(`The kube context ${context} cannot be used: ${error.message}`, 'See `kubectl config get-contexts`.')
  if (isForbidden(error))
    return new CliError(
      `Your user may not do what kecs needs in ${context}: ${messageOf(error)}`,
      'Use a context with cluster-admin rights.',
    )
  return error
}
