import { CliError } from '../shared/errors.ts'
import { type DriverChoice, type Surroundings } from './cluster/choose.ts'
import type { ClusterDriver, Instance } from './cluster/driver.ts'
import { simulatedDriver } from './cluster/simulated.ts'
import { fetchTool, findTool, tools } from './cluster/tools.ts'
import type { Host } from './host.ts'
import type { Steps } from './output/steps.ts'
import { findSelf } from './self.ts'

/** The driver of an instance that exists. Throws `CliError` when its tool is missing. */
export const driverOf = async (instance: Instance, host: Host): Promise<ClusterDriver> => {
  const { driver } = instance
  if (driver === 'simulated') return simulatedDriver(findSelf(), host.env)
  const program = driver === 'context' ? '' : await findTool(driver, host.env, host.home)
  if (program === undefined) {
    throw new CliError(
      `Instance ${instance.name} lies on ${driver}, which is not on PATH.`,
      `Install ${driver} ${tools[driver === 'kind' ? 'kind' : 'k3d'].version} or newer.`,
    )
  }
  return realDriver(driver, program, host)
}

/** The driver of an instance, for asking its state alone: that needs Docker but not the tool. */
export const lenientDriverOf = async (instance: Instance, host: Host): Promise<ClusterDriver> => {
  const { driver } = instance
  if (driver === 'simulated') return simulatedDriver(findSelf(), host.env)
  return realDriver(driver, driver === 'context' ? '' : ((await findTool(driver, host.env, host.home)) ?? driver), host)
}

/** The driver that was chosen for `up`, with its tool fetched where it is missing and may be. */
export const driverFor = async (
  choice: DriverChoice,
  options: { host: Host; steps: Steps; download: boolean; signal: AbortSignal },
): Promise<ClusterDriver> => {
  const { host, steps, signal } = options
  if (choice.driver === 'simulated') return simulatedDriver(findSelf(), host.env)
  const name = choice.fetch
  if (name === undefined) return realDriver(choice.driver, choice.program ?? '', host)
  const { version } = tools[name]
  if (!options.download)
    throw new CliError(`${name} is not on PATH.`, `Install ${name} ${version} or newer, or let kecs fetch it: leave out --no-download.`)
  const program = await steps.run(`Fetching ${name} ${version}, which is not on PATH`, step =>
    fetchTool(name, { home: host.home, env: host.env, signal, progress: step.progress }),
  )
  return realDriver(choice.driver, program, host)
}

const realDriver = async (name: 'k3d' | 'kind' | 'context', program: string, host: Host): Promise<ClusterDriver> => {
  const [{ makeDriver }, { localDocker }] = await Promise.all([import('./cluster/drivers.ts'), import('./cluster/docker.ts')])
  return makeDriver(name, { docker: localDocker(), program, env: host.env })
}

/** What `chooseDriver` asks of this machine. */
export const surroundings = (host: Host, signal: AbortSignal): Surroundings => ({
  docker: async () => (await import('./cluster/docker.ts')).localDocker().answers(signal),
  tool: name => findTool(name, host.env, host.home),
})
