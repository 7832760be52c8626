import { CliError } from '../../shared/errors.ts'
import type { Instance } from './driver.ts'

/** A cluster tool's name for the instance's cluster: `kecs`, `kecs-staging`. */
export const clusterName = (instance: Pick<Instance, 'name'>): string => (instance.name === 'kecs' ? 'kecs' : `kecs-${instance.name}`)

/** A cluster of the instance's name that something else made. */
export const foreignError = (instance: Instance, why: string): CliError =>
  new CliError(
    `There is a cluster named ${clusterName(instance)} that kecs did not make: ${why}.`,
    `Choose another name with --name, or remove that cluster yourself.`,
  )
