import { createHash } from 'node:crypto'
import { clusterDomain, corednsName, customName, dnsNamespace as namespace, importsCustom, zonesKey } from '../../shared/cluster-dns.ts'
import { CliError } from '../../shared/errors.ts'
import { isNotFound, kinds, waitFor, type ConfigMap, type KubeClient } from '../../shared/kube/index.ts'
import { dnsRules } from '../../shared/kube/rbac.ts'
import { controlPlaneName, labelPrefix, labels, systemNamespace } from '../../shared/names.ts'
import type { Instance } from '../cluster/driver.ts'
import { doorBlock, withDoorBlock, withoutOurs } from './corefile.ts'
import { fieldManager } from './field-manager.ts'
import { doorService } from './traefik.ts'

const coredns = { name: corednsName, namespace }
const custom = { name: customName, namespace }
const role = { name: controlPlaneName, namespace }
/** Our file among those that k3s' CoreDNS imports. */
const customKey = 'kecs.server'
/** On CoreDNS's pods: which configuration they were started for, and which writing of it, as it may have been taken out meanwhile. */
const stamp = `${labelPrefix}/door`
const writing = `${labelPrefix}/door-written`

/** Makes the cluster's DNS answer the door's address for its names. Nothing is touched where it does already. */
export const installDns = async (kube: KubeClient, instance: Pick<Instance, 'driver' | 'name'>, signal: AbortSignal): Promise<void> => {
  const [corefile, address] = await Promise.all([
    corefileOf(kube, signal),
    doorAddress(kube, signal),
    letControlPlane(kube, instance, signal),
  ])
  const block = doorBlock(address, clusterDomain(corefile))
  const changed = importsCustom(corefile) ? await applyCustom(kube, block, signal) : await writeDoor(kube, block, signal)
  // CoreDNS notices by itself, but up to two minutes later.
  await restart(kube, digest(block), changed, instance.driver === 'context' ? undefined : 1, signal)
}

/** Lets the control plane tell of the zones that come and go: the role lies where the cluster's DNS does. */
const letControlPlane = async (kube: KubeClient, { name: instance }: Pick<Instance, 'name'>, signal: AbortSignal): Promise<void> => {
  const apiVersion = 'rbac.authorization.k8s.io/v1'
  const metadata = { ...role, labels: { 'app.kubernetes.io/managed-by': 'kecs', [labels.instance]: instance } }
  const subjects = [{ kind: 'ServiceAccount', name: controlPlaneName, namespace: systemNamespace }]
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: role.name }
  const options = { fieldManager, force: true, signal }
  await kube.apply({ apiVersion, kind: 'Role', metadata, rules: [...dnsRules] }, options)
  await kube.apply({ apiVersion, kind: 'RoleBinding', metadata, roleRef, subjects }, options)
}

/** The control plane may write its zones at the same moment: then what it wrote is read and kept. */
const writeDoor = async (kube: KubeClient, block: string, signal: AbortSignal): Promise<boolean> => {
  for (let left = 5; ; left -= 1) {
    const corefile = await corefileOf(kube, signal)
    try {
      return await patchCorefile(kube, withDoorBlock(corefile, block), corefile, signal)
    } catch (error) {
      if (left === 0 || (await corefileOf(kube, signal)) === corefile) throw error
    }
  }
}

/** Takes our names out of the cluster's DNS again. */
export const uninstallDns = async (kube: KubeClient, signal: AbortSignal): Promise<void> => {
  await kube.remove(kinds.roleBinding, role, { signal })
  await kube.remove(kinds.role, role, { signal })
  const map = await kube.find(kinds.configMap, coredns, { signal })
  const corefile = map?.data?.['Corefile']
  if (corefile !== undefined && withoutOurs(corefile) !== corefile) await patchCorefile(kube, withoutOurs(corefile), corefile, signal)
  const added = await kube.find(kinds.configMap, custom, { signal })
  const keys = Object.keys(added?.data ?? {})
  const others = keys.filter(key => key !== customKey && key !== zonesKey)
  if (others.length === keys.length) return
  // The map is the cluster's owner's where it has more than ours.
  if (others.length === 0) await kube.remove(kinds.configMap, custom, { signal })
  else await kube.patch(kinds.configMap, custom, { merge: { data: { [customKey]: null, [zonesKey]: null } } }, { signal, fieldManager })
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
    const marks = { [stamp]: version, ...(changed ? { [writing]: await writingOf(kube, signal) } : {}) }
    await kube.patch(
      kinds.deployment,
      coredns,
      {
        strategic: {
          spec: { ...(replicas === undefined ? {} : { replicas }), template: { metadata: { annotations: marks } } },
        },
      },
      { signal, fieldManager },
    )
  } catch (error) {
    // Not made yet: it will read what is there when it is.
    if (!isNotFound(error)) throw error
  }
}

/** Another text after each change of the configuration. */
const writingOf = async (kube: KubeClient, signal: AbortSignal): Promise<string> => {
  const maps = await Promise.all([coredns, custom].map(name => kube.find(kinds.configMap, name, { signal })))
  return maps.map(map => map?.metadata?.resourceVersion ?? '').join(' ')
}

const digest = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 12)
