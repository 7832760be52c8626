import { images } from '../../shared/names.ts'
import type { Instance } from '../cluster/driver.ts'
import { backendOf } from './backend.ts'

/** Images of all that is installed, those first that take longest to start. */
export const requiredImages = (instance: Instance): readonly string[] => {
  const backend = backendOf(instance.backend)
  return [...(backend.kind === 'image' ? [backend.image] : []), instance.image, images.traefik]
}
