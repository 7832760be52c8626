import { createHash } from 'node:crypto'
import { CliError } from '../../shared/errors.ts'
import { isNotFound, kinds, waitFor, type ConfigMap, type KubeClient } from '../../shared/kube/index.ts'
import { labelPrefix, systemNamespace } from '../../shared/names.ts'
import type { Instance } from '../cluster/driver.ts'
import { clusterDomain, doorBlock, importsCustom, withDoorBlock, withoutDoorBlock } from './corefile.ts'
import { fieldManager } from './field-manager.ts'
import { doorService } from './traefik.ts'

const namespace = 'kube-system'
const coredns = { name: 'coredns', namespace }
const custom = { name: 'coredns-custom', namespace }
/** Our file among those that k3s' CoreDNS imports. */
const customKey = 'kecs.server'
/** On CoreDNS's pods: which configuration they were started for. */
const stamp = `${labelPrefix}/door`

/** Makes the cluster's DNS answer the door's address for its names. Nothing is touched where it does already. */
export const installDns = async (kube: KubeClient, instance: Pick<Instance, 'driver'>, signal: AbortSignal): Promise<void> => {
  const [corefile, address] = await Promise.all([corefileOf(kube, signal), doorAddress(kube, signal)])
  const block = doorBlock(address, clusterDomain(corefile))
  const changed = importsCustom(corefile)
    ? await applyCustom(kube, block, signal)
    : await patchCorefile(kube, withDoorBlock(corefile, block), corefile, signal)
  // CoreDNS notices by itself, but up to two minutes later.
  await restart(kube, digest(block), changed, instance.driver === 'context' ? undefined : 1, signal)
}

/** Takes our names out of the cluster's DNS again. */
export const uninstallDns = async (kube: KubeClient, signal: AbortSignal): Promise<void> => {
  const map = await kube.find(kinds.configMap, coredns, { signal })
  const corefile = map?.data?.['Corefile']
  if (corefile !== undefined && withoutDoorBlock(corefile) !== corefile)
    await patchCorefile(kube, withoutDoorBlock(corefile), corefile, signal)
  const added = await kube.find(kinds.configMap, custom, { signal })
  if (added?.data?.[customKey] === undefined) return
  // The map is the cluster's owner's where it has more than ours.
  if (Object.keys(added.data).length === 1) await kube.remove(kinds.configMap, custom, { signal })
  else await kube.patch(kinds.configMap, custom, { merge: { data: { [customKey]: null } } }, { signal, fieldManager })
}

/** A new cluster makes it some moments after its API answers. */
const corefileOf = async (kube: KubeClient, signal: AbortSignal): Promise<string> => {
  const limit = AbortSignal.timeout(60_000)
  const read = (map: ConfigMap | undefined) => map?.data?.['Corefile']
  try {
    const map = await waitFor(kube, kinds.configMap, coredns, found => read(found) !== undefined, {
      signal: AbortSignal.any([signal, limit]),
    })
    const text = read(map)
    if (text !== undefined) return text
  } catch (error) {
    signal.throwIfAborted()
    if (!limit.aborted) throw error
  }
  throw new CliError(
    `The cluster's DNS is not CoreDNS with a Corefile in ${namespace}/coredns, so tasks could not reach the AWS endpoint by its name.`,
    'Use a cluster with CoreDNS, or let kecs make one: `kecs up --driver kind`.',
  )
}

const doorAddress = async (kube: KubeClient, signal: AbortSignal): Promise<string> => {
  const service = await kube.get(kinds.service, { name: doorService, namespace: systemNamespace }, { signal })
  const address = service.spec?.clusterIPs?.find(each => !each.includes(':')) ?? service.spec?.clusterIP
  if (!address)
    throw new CliError(`The Service ${doorService} in ${systemNamespace} has no address.`, 'Remove it and run the command again.')
  return address
}

const applyCustom = async (kube: KubeClient, block: string, signal: AbortSignal): Promise<boolean> => {
  const before = await kube.find(kinds.configMap, custom, { signal })
  if (before?.data?.[customKey] === block) return false
  await kube.apply(
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: custom, data: { [customKey]: block } },
    { fieldManager, force: true, signal },
  )
  return true
}

/** Changes the Corefile unless someone else did since it was read; then the caller's next run does. */
const patchCorefile = async (kube: KubeClient, corefile: string, before: string, signal: AbortSignal): Promise<boolean> => {
  if (corefile === before) return false
  await kube.patch(
    kinds.configMap,
    coredns,
    {
      json: [
        { op: 'test', path: '/data/Corefile', value: before },
        { op: 'replace', path: '/data/Corefile', value: corefile },
      ],
    },
    { signal, fieldManager },
  )
  return true
}

/**
 * New pods read the new configuration at once. Pods of a cluster that is new itself may not be there yet: the stamp
 * then only marks the template that they are made of.
 * @param replicas kubeadm makes two, which one node of ours has no use for
 */
const restart = async (
  kube: KubeClient,
  version: string,
  changed: boolean,
  replicas: number | undefined,
  signal: AbortSignal,
): Promise<void> => {
  try {
    const deployment = await kube.get(kinds.deployment, coredns, { signal })
    const template = deployment.spec?.template.metadata?.annotations?.[stamp]
    if (template === version && !changed) return
    await kube.patch(
      kinds.deployment,
      coredns,
      {
        strategic: {
          spec: { ...(replicas === undefined ? {} : { replicas }), template: { metadata: { annotations: { [stamp]: version } } } },
        },
      },
      { signal, fieldManager },
    )
  } catch (error) {
    // Not made yet: it will read what is there when it is.
    if (!isNotFound(error)) throw error
  }
}

const digest = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 12)
