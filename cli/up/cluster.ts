import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { CliError } from '../../shared/errors.ts'
import { type KubeClient, connect } from '../../shared/kube/index.ts'
import { processFile, stopProcess } from '../cluster/control-process.ts'
import type { Docker } from '../cluster/docker.ts'
import type { ClusterDriver, ClusterState, Instance, StepOptions } from '../cluster/driver.ts'
import { clusterName, foreignError } from '../cluster/names.ts'
import { portTakenError, takenPorts } from '../cluster/ports.ts'
import type { ComponentState } from '../install/component-state.ts'
import { doorUrl } from '../install/door.ts'
import { ensureControlPlaneImage } from '../install/image.ts'
import { requiredImages } from '../install/images.ts'
import { install, type InstallOptions } from '../install/install.ts'
import { hostPortsOf } from '../install/installation.ts'
import { notReady } from '../install/not-ready.ts'
import { waitReady } from '../install/wait.ts'
import { OutOfTime } from '../flags.ts'
import { writeAtomically } from '../instance.ts'
import { findHostAddress } from '../legacy/host-address.ts'
import { doorFromHere, endInside, outsideReady, startOutside } from '../legacy/outside.ts'
import type { Steps } from '../output/steps.ts'
import { findSelf } from '../self.ts'
import { awaitApi, explainKube } from './api.ts'
import { checkDisk, leastFree } from './preflight.ts'
import { endpointOf } from './summary.ts'
import { bringImages } from './images.ts'
import { tryNewImages } from './new-images.ts'
import { Milestone, together } from './together.ts'

export interface ClusterUp {
  readonly instance: Instance
  readonly driver: ClusterDriver
  readonly docker: Docker
  /** The checkout that the image is built from; undefined for a released binary, and for an image that was asked for. */
  readonly checkout: string | undefined
  readonly home: string
  /** This program's environment, which a control plane on this machine gets too. */
  readonly env: Readonly<Record<string, string | undefined>>
  readonly steps: Steps
  readonly signal: AbortSignal
  /** Remembers the instance before anything is made. */
  readonly remember: () => Promise<void>
}

/** Where the instance answers, and how to reach its cluster. */
export interface ClusterAnswer {
  readonly endpoint: string
  readonly kubeconfig: string
  /** The command that makes the endpoint answer, where the cluster opens no port. */
  readonly portForward?: string
}

/** Milliseconds; see `awaitApi`. */
const steadyAfterStart = 2000
/** Components that need longer than this hang. */
const readyDeadline = 300_000

/** Brings up an instance on a cluster. What is there already is left as it is; what is missing is made. */
export const upCluster = async (up: ClusterUp): Promise<ClusterAnswer> => {
  const { instance, steps } = up
  const state = await preflight(up)
  await up.remember()

  const containerRuntime = new Milestone()
  const api = new Milestone<string>()
  const image = new Milestone()
  const arrivals = new Map(requiredImages(instance).map(name => [name, new Milestone()]))
  let kubeconfig = ''
  await together(up.signal, [
    async signal => {
      await steps.run('Control plane image', step => prepareImage(up, { ...step, signal }))
      image.reach()
    },
    async signal => {
      await steps.run(`Cluster ${clusterName(instance)}`, step => bringCluster(up, state, { ...step, signal }, { containerRuntime, api }))
      containerRuntime.reach()
      if (!api.isReached) api.reach(await up.driver.kubeconfig(instance, signal))
    },
    async signal => {
      await containerRuntime.wait(signal)
      await steps.run('Images', step => bringImages(up, { ...step, signal }, { built: image, arrivals }))
    },
    async signal => {
      kubeconfig = await api.wait(signal)
      // Kept at once: with it one sees what hinders the rest.
      await keepKubeconfig(up, kubeconfig)
      const kube = await connect({ kubeconfig })
      try {
        const imageLoaded = async (name: string) => arrivals.get(name)?.wait(signal)
        const imageId = async () =>
          (await up.docker.answers(signal)) ? (await up.docker.imageIds([instance.image], signal)).get(instance.image) : undefined
        await putControlPlane({ ...up, signal }, kube, { imageLoaded, imageId })
        await steps.run('Components', step => awaitComponents(kube, instance, { ...step, signal }))
      } catch (error) {
        throw signal.aborted && !(error instanceof CliError) ? signal.reason : explainKube(error, instance)
      } finally {
        kube.close()
      }
    },
  ])
  return { kubeconfig: kubeconfigFile(instance), ...(await findDoor(up, kubeconfig)) }
}

type Putting = Pick<InstallOptions, 'imageLoaded' | 'imageId'>

/** Installs what is in the cluster; with `--legacy` the control plane is not, and its process is started. Only one of both ever runs. */
const putControlPlane = async (up: ClusterUp, kube: KubeClient, loading: Putting): Promise<void> => {
  const { instance, steps, docker, signal } = up
  const { legacy } = instance
  if (legacy === undefined) {
    await stopProcess(instance, signal)
    await rm(processFile(instance), { force: true })
    return steps.run('Manifests', async ({ progress, done }) => {
      await install(kube, instance, { signal, progress, ...loading })
      done('Manifests: applied')
    })
  }
  const at = await findHostAddress(instance, { kube, docker, signal })
  const host = { address: at.reached, ports: hostPortsOf(legacy.ports) }
  const installation = await steps.run('Manifests', async ({ progress, done }) => {
    const installed = await install(kube, instance, { signal, progress, host, ...loading })
    done('Manifests: applied')
    return installed
  })
  await steps.run('Control plane on this machine (legacy)', async ({ progress, done }) => {
    await endInside(kube, signal)
    const door = await doorFromHere(kube, instance, signal)
    const outcome = await startOutside({ instance, installation, at, door, self: findSelf(), env: up.env }, { signal, progress })
    progress('waiting until it has seen the cluster')
    await outsideReady(instance, signal)
    done(`Control plane on this machine (legacy): ${outcome}, at ${at.listen}:${host.ports.api}`)
  })
}

export type Step = StepOptions & { readonly done: (title: string) => void }

/** What can be known to fail before anything is made. */
const preflight = (up: ClusterUp): Promise<ClusterState> => {
  const { instance, driver, docker, steps, signal } = up
  return steps.run('Preflight', async ({ progress, done }) => {
    progress('Docker')
    const { version } = driver.name === 'context' ? { version: undefined } : await docker.require(signal)
    progress('disk space')
    await checkDisk(up.home, leastFree.cluster)
    progress('cluster')
    const state = await driver.state(instance, signal)
    if (state.is === 'foreign') throw foreignError(instance, state)
    if (state.is === 'absent' && driver.name !== 'context') {
      progress('ports')
      const taken = await takenPorts(docker, instance, signal)
      if (taken.length > 0) throw portTakenError(taken, instance.name)
    }
    if (state.is === 'running') await tryNewImages(up, { signal, progress })
    done(
      version === undefined ? `Preflight: context ${instance.context ?? ''} answers` : `Preflight: Docker ${version}, ports and disk space`,
    )
    return state
  })
}

const prepareImage = async (up: ClusterUp, step: Step): Promise<void> => {
  const { instance, docker, checkout, driver } = up
  const { signal, progress, done } = step
  if (driver.name === 'context' && !(await docker.answers(signal))) return done(`Control plane image: ${instance.image}`)
  const outcome = await ensureControlPlaneImage(docker, {
    ...(checkout === undefined ? {} : { checkout }),
    image: instance.image,
    signal,
    progress,
  })
  done(`Control plane image: ${{ built: 'built from this checkout', unchanged: 'as it was', published: instance.image }[outcome]}`)
}

const bringCluster = async (
  up: ClusterUp,
  state: ClusterState,
  step: Step,
  reached: { containerRuntime: Milestone; api: Milestone<string> },
): Promise<void> => {
  const { instance, driver } = up
  const name = `Cluster ${clusterName(instance)} (${driver.name})`
  if (state.is === 'absent') {
    await driver.create(instance, { ...step, onContainerRuntime: reached.containerRuntime.reach, onApi: reached.api.reach })
    return step.done(`${name}: created`)
  }
  if (state.is === 'stopped') await driver.start(instance, step)
  reached.containerRuntime.reach()
  step.progress('waiting for the Kubernetes API')
  await awaitApi(instance, {
    kubeconfig: await driver.kubeconfig(instance, step.signal),
    steady: state.is === 'stopped' ? steadyAfterStart : 0,
    signal: step.signal,
  })
  step.done(`${name}: ${state.is === 'stopped' ? 'started again' : 'already running'}`)
}

/** How long a component's last words are waited for when there is no time left. Milliseconds. */
const lastWordsMs = 5000

const awaitComponents = async (kube: KubeClient, instance: Instance, { signal, progress, done }: Step): Promise<void> => {
  const begun = performance.now()
  const states = new Map<string, ComponentState>()
  const late = () => [...states.values()].filter(({ is }) => is !== 'ready')
  const onState = (state: ComponentState) => {
    states.set(state.component, state)
    const waiting = late().map(({ component, is }) => `${component} ${is}`)
    progress(waiting.length === 0 ? 'waiting for the AWS endpoint' : waiting.join(', '))
  }
  try {
    await waitReady(kube, instance, { signal, timeoutMs: readyDeadline, onState })
  } catch (error) {
    if (signal.reason instanceof OutOfTime && states.size > 0)
      throw await notReady(kube, instance, late()[0], AbortSignal.timeout(lastWordsMs), performance.now() - begun)
    throw error
  }
  done(`Components: ${states.size} ready`)
}

const kubeconfigFile = ({ folder }: Instance): string => join(folder, 'kubeconfig')

/** Leaves the cluster's kubeconfig in the instance's folder, for kubectl. */
const keepKubeconfig = ({ instance }: ClusterUp, kubeconfig: string): Promise<void> => writeAtomically(kubeconfigFile(instance), kubeconfig)

const findDoor = async ({ instance, signal }: ClusterUp, kubeconfig: string): Promise<Omit<ClusterAnswer, 'kubeconfig'>> => {
  const kube = await connect({ kubeconfig })
  try {
    const door = await doorUrl(kube, instance, signal)
    return 'url' in door ? { endpoint: door.url } : { endpoint: endpointOf(instance), portForward: door.portForward }
  } finally {
    kube.close()
  }
}
