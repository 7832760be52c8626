import type { Instance } from './driver.ts'
import { clusterName } from './names.ts'

/** What an instance lies on, as a person reads it. */
export const clusterTitle = (instance: Instance): string => {
  if (instance.driver === 'simulated') return 'Control plane, with simulated tasks'
  return instance.driver === 'context' ? `Context ${instance.context ?? ''}` : `Cluster ${clusterName(instance)} (${instance.driver})`
}
