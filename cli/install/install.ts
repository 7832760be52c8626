import {
  isNotFound,
  kinds,
  type CustomResourceDefinition,
  type DaemonSet,
  type Deployment,
  type KubeClient,
  type Manifest,
} from '../../shared/kube/index.ts'
import { poll } from '../wait.ts'
import type { Instance, StepOptions } from '../cluster/driver.ts'
import { installDns } from './dns.ts'
import { fieldManager } from './field-manager.ts'
import { type ControlPlaneHost, type Installation, installationOf } from './installation.ts'
import { manifestFiles, manifests } from './manifests.ts'
import { prune } from './prune.ts'
import { withReplicasKept } from './registry.ts'
import { traefikCrds } from './traefik-crds.ts'

export interface InstallOptions extends StepOptions {
  /**
   * Resolves once an image that comes from the local Docker is in the nodes. Its pod is made only then: the kubelet
   * would try to pull what is not there yet, and after a failure not look again for ten seconds and more.
   */
  readonly imageLoaded?: (image: string) => Promise<unknown>
  /** Asked after that: the id of the control plane's image in the local Docker. A pod of another id is replaced. */
  readonly imageId?: () => Promise<string | undefined>
  /** Where the control plane is, when it is outside of the cluster. */
  readonly host?: ControlPlaneHost
}

/**
 * Puts kecs into the cluster, or mends and updates what is there: server-side apply, so that a second run changes
 * nothing. Waits for no pod: see `waitReady`. May begin as soon as the API server lets us in.
 * @throws KubeError, CliError, and what `imageLoaded` rejects with
 */
export const install = async (kube: KubeClient, instance: Instance, options: InstallOptions): Promise<Installation> => {
  const { signal, progress, imageLoaded, host } = options
  const installation = { ...(await installationOf(instance, kube, signal)), ...(host === undefined ? {} : { host }) }
  const { namespace = [], 'traefik-crds': _definitions, ...rest } = manifestFiles(installation)
  progress('Namespace and resource definitions')
  await Promise.all([applyAll(kube, namespace, signal), ...traefikCrds.map(crd => establish(kube, crd, signal))])
  progress('Accounts, services and routes')
  const wanted = Object.values(rest).flat()
  await applyAll(
    kube,
    wanted.filter(object => !isWorkload(object)),
    signal,
  )
  const components = wanted.filter(isWorkload).map(async ({ metadata, spec }) => {
    const images = spec?.template.spec?.containers.flatMap(({ image }) => image ?? []) ?? []
    if (imageLoaded) await Promise.all(images.map(imageLoaded))
    const imageId = images.includes(instance.image) ? await options.imageId?.() : undefined
    progress(`Component ${metadata.name}`)
    const made = manifests(imageId === undefined ? installation : { ...installation, imageId }).filter(isWorkload)
    const these = made.filter(each => each.metadata.name === metadata.name)
    await applyAll(kube, await Promise.all(these.map(each => withReplicasKept(kube, each, signal))), signal)
  })
  await Promise.all([...components, installDns(kube, instance, signal)])
  await prune(kube, [...namespace, ...wanted], signal)
  return installation
}

/** What has pods. */
const isWorkload = (object: Manifest): object is (Deployment | DaemonSet) & Manifest =>
  object.kind === 'Deployment' || object.kind === 'DaemonSet'

const applyAll = async (kube: KubeClient, objects: readonly Manifest[], signal: AbortSignal): Promise<void> => {
  await Promise.all(objects.map(object => applyPatiently(kube, object, signal)))
}

/** How long a new definition may take to be served, and a new namespace to be seen by all. */
const patience = 20_000

/** A custom object is refused until its definition is served. */
const applyPatiently = async (kube: KubeClient, object: Manifest, signal: AbortSignal): Promise<void> => {
  let refused: unknown
  const done = await poll(
    async () => {
      try {
        await kube.apply(object, { fieldManager, force: true, signal })
        return true
      } catch (error) {
        if (!isNotFound(error)) throw error
        refused = error
        return undefined
      }
    },
    { every: 100, deadline: patience, signal },
  )
  if (!done) throw refused
}

/** A definition that the cluster has from elsewhere stays as it is: it serves Traefik's objects too. */
const establish = async (kube: KubeClient, crd: CustomResourceDefinition & Manifest, signal: AbortSignal): Promise<void> => {
  const found = await kube.find(kinds.customResourceDefinition, { name: crd.metadata.name }, { signal })
  const isOurs = found?.metadata?.labels?.['app.kubernetes.io/managed-by'] === 'kecs'
  if (found && !isOurs) return
  await kube.apply(crd, { fieldManager, force: true, signal })
}
