import { CliError } from '../../shared/errors.ts'
import { withName } from '../instance.ts'
import { shortPath } from '../short-path.ts'
import type { Foreign, Instance } from './driver.ts'

/** A cluster tool's name for the instance's cluster: `kecs`, `kecs-staging`. */
export const clusterName = (instance: Pick<Instance, 'name'>): string => (instance.name === 'kecs' ? 'kecs' : `kecs-${instance.name}`)

/** A cluster of the instance's name that is not the instance's. */
export const foreignError = (instance: Instance, { why, home }: Foreign): CliError => {
  if (instance.driver === 'context')
    return new CliError(
      `The context ${instance.context ?? ''} is not this instance's: ${why}.`,
      'Name the instance that it belongs to with --name, or another context with --context.',
    )
  const cluster = clusterName(instance)
  if (home !== undefined)
    return new CliError(
      `The cluster ${cluster} belongs to another KECS_HOME, ${shortPath(home)}.`,
      `Choose another name with --name, or remove it: KECS_HOME=${shortPath(home)} ${withName('kecs down', instance.name)}`,
    )
  return new CliError(
    `There is a cluster named ${cluster} that kecs did not make: ${why}.`,
    `Choose another name with --name, or remove that cluster yourself.`,
  )
}
