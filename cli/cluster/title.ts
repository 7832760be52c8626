import type { Instance } from './driver.ts'
import { clusterName } from './names.ts'

/** What machines are told that an instance lies on: each document about one says whether its tasks are simulated. */
export const kindOf = ({ driver }: Pick<Instance, 'driver'>) => ({ driver, simulated: driver === 'simulated' })

/** What an instance lies on, as a person reads it. */
export const clusterTitle = (instance: Instance): string => {
  if (instance.driver === 'simulated') return 'Control plane, with simulated tasks'
  return instance.driver === 'context' ? `Context ${instance.context ?? ''}` : `Cluster ${clusterName(instance)} (${instance.driver})`
}
