import { CliError, messageOf } from '../../shared/errors.ts'
import { howToGetReal } from '../cluster/choose.ts'
import type { Docker } from '../cluster/docker.ts'
import type { DriverName } from '../cluster/driver.ts'
import { type ToolName, findTool, tools } from '../cluster/tools.ts'
import type { Host } from '../host.ts'
import { type Finding, failing, ok, skipped, warning } from './finding.ts'

// What a cluster lies on: Docker and the tool that makes clusters.

const gigabyte = 1024 ** 3

/** @param isNeeded whether the instance cannot be without it */
export const checkDocker = async (docker: Docker, isNeeded: boolean, signal: AbortSignal): Promise<readonly Finding[]> => {
  const what = 'Docker'
  const info = await docker.info(signal)
  if (info === undefined) {
    const why = await docker.require(signal).then(
      () => new CliError('Docker does not answer.', howToGetReal.join('\n')),
      (error: unknown) => (error instanceof CliError ? error : new CliError(messageOf(error), howToGetReal.join('\n'))),
    )
    return [isNeeded ? failing(what, why.message, why.remedy) : warning(what, `${why.message} Tasks can only be simulated`, why.remedy)]
  }
  const { version, cpus, memory, cgroupVersion, system } = info
  const size = `${cpus} processors, ${(memory / gigabyte).toFixed(1)} GB`
  const isSmall = memory < 3 * gigabyte || cpus < 2
  return [
    isSmall
      ? warning(what, `${version} on ${system}: ${size}`, 'Give Docker two processors and 4 GB: LocalStack alone takes about one.')
      : ok(what, `${version} on ${system}: ${size}`),
    cgroupVersion === '1'
      ? warning('cgroups', 'version 1', 'Kubernetes 1.34 is the last that runs on it without more ado: move to a system with version 2.')
      : ok('cgroups', `version ${cgroupVersion}`),
  ]
}

/** The tool of the instance's driver, or those that `up` would choose from. */
export const checkTools = async (driver: DriverName | undefined, { env, home }: Pick<Host, 'env' | 'home'>): Promise<Finding> => {
  const what = 'Cluster tool'
  if (driver === 'simulated' || driver === 'context') return skipped(what, `${driver} needs none`)
  const names: readonly ToolName[] = driver === undefined ? ['k3d', 'kind'] : [driver]
  for (const name of names) {
    const program = await findTool(name, env, home)
    if (program !== undefined) return ok(what, `${name} is ${program}`)
  }
  const [name = 'k3d'] = names
  const says = `${names.join(' and ')} ${names.length > 1 ? 'are' : 'is'} not on PATH`
  return warning(what, says, `kecs up fetches ${name} ${tools[name].version} by itself, unless --no-download forbids it.`)
}
