import { connect } from '../../shared/kube/index.ts'
import type { StepOptions } from '../cluster/driver.ts'
import { requiredImages } from '../install/images.ts'
import { runningImages, tryImages } from '../install/try-images.ts'
import { awaitApi, explainKube } from './api.ts'
import type { ClusterUp } from './cluster.ts'

/** Sees to it that what runs is replaced by nothing that the cluster cannot pull. @throws CliError */
export const tryNewImages = async ({ instance, driver, docker, checkout }: ClusterUp, { signal, progress }: StepOptions): Promise<void> => {
  const kubeconfig = await driver.kubeconfig(instance, signal)
  await awaitApi(instance, { kubeconfig, steady: 0, signal })
  const kube = await connect({ kubeconfig })
  try {
    const running = await runningImages(kube, signal)
    const other = requiredImages(instance).filter(image => !running.has(image) && !(checkout !== undefined && image === instance.image))
    if (running.size === 0 || other.length === 0) return
    const here =
      driver.name !== 'context' || (await docker.answers(signal)) ? await docker.imageIds(other, signal) : new Map<string, string>()
    // Nodes on other machines are brought nothing: then Docker's having it says nothing either.
    const brought = driver.name === 'context' ? await driver.missingImages(instance, [...here.keys()], signal) : [...here.keys()]
    const pulled = other.filter(image => !brought.includes(image))
    if (pulled.length > 0) await tryImages(kube, instance, pulled, { signal, progress })
  } catch (error) {
    throw explainKube(error, instance)
  } finally {
    kube.close()
  }
}
