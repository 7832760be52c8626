import { doorPort } from '../../../shared/names.ts'
import { ecrImage, repositoryPath } from '../../domain/ecr.ts'
import type { TaskSpec } from '../runtime.ts'

/** What nodes call the registry: the door is a port of theirs, and their own loopback needs neither TLS nor settings. */
const nodeHost = `localhost:${doorPort}`

/** Whether an image is pulled from the registry that runs beside, as nodes name it. */
export const isOwnImage = (image: string): boolean => image.startsWith(`${nodeHost}/`)

/** Whether an image of the task comes from the registry that runs beside. */
export const fromRegistry = ({ containers }: TaskSpec, registryHost: string | undefined): boolean =>
  registryHost !== undefined && containers.some(({ image = '' }) => ecrImage(image, registryHost) !== undefined)

/** The task with images of ECR by the names that nodes pull them under. */
export const withNodeImages = (spec: TaskSpec, registryHost: string | undefined): TaskSpec => {
  if (registryHost === undefined) return spec
  return {
    ...spec,
    containers: spec.containers.map(container => {
      const found = ecrImage(container.image ?? '', registryHost)
      return found === undefined ? container : { ...container, image: `${nodeHost}/${repositoryPath(found, found.image)}` }
    }),
  }
}

/** A message of the kubelet's with the names of ECR in it again. */
export const withEcrNames = (message: string): string =>
  message.replaceAll(new RegExp(`${nodeHost}/(?:v2/)?(\\d{12})/([a-z0-9-]+)/`, 'g'), '$1.dkr.ecr.$2.amazonaws.com/')
