import { rm } from 'node:fs/promises'
import { CliError } from '../shared/errors.ts'
import { type DriverChoice, type Surroundings } from './cluster/choose.ts'
import type { ClusterDriver, Instance } from './cluster/driver.ts'
import { processFile, stopProcess } from './cluster/control-process.ts'
import { simulatedDriver } from './cluster/simulated.ts'
import { fetchTool, findTool, isRunnable, type ToolName, tools } from './cluster/tools.ts'
import type { Host } from './host.ts'
import { upCommand } from './instance.ts'
import type { Steps } from './output/steps.ts'
import { findSelf } from './self.ts'

/** The driver of an instance that exists. Throws `CliError` when its tool is missing. */
export const driverOf = async (instance: Instance, host: Host): Promise<ClusterDriver> => {
  const { driver } = instance
  if (driver === 'simulated') return simulatedDriver(findSelf(), host.env)
  if (driver === 'context') return realDriver(driver, '', host)
  const program = await toolOf(driver, instance, host)
  if (program === undefined) {
    throw new CliError(
      `Instance ${instance.name} lies on ${driver}, which is not on PATH.`,
      `Install ${driver} ${tools[driver].version} or newer, or let kecs fetch it: ${upCommand(instance.name)}`,
    )
  }
  return realDriver(driver, program, host)
}

/** The driver of an instance, for asking its state alone: that needs Docker but not the tool. */
export const lenientDriverOf = async (instance: Instance, host: Host): Promise<ClusterDriver> => {
  const { driver } = instance
  if (driver === 'simulated') return simulatedDriver(findSelf(), host.env)
  return realDriver(driver, driver === 'context' ? '' : ((await toolOf(driver, instance, host)) ?? driver), host)
}

/** A tool's path: as `findTool` finds it, else where it was when the instance was last brought up. */
const toolOf = async (name: ToolName, { program }: Pick<Instance, 'program'>, host: Host): Promise<string | undefined> =>
  (await findTool(name, host.env, host.home)) ?? (program !== undefined && (await isRunnable(program)) ? program : undefined)

/** The driver that was chosen for `up`, with its tool fetched where it is missing and may be. */
export const driverFor = async (
  choice: DriverChoice,
  options: { host: Host; steps: Steps; download: boolean; signal: AbortSignal },
): Promise<{ readonly driver: ClusterDriver; readonly program?: string }> => {
  const { host, steps, signal } = options
  if (choice.driver === 'simulated') return { driver: simulatedDriver(findSelf(), host.env) }
  if (choice.driver === 'context') return { driver: await realDriver('context', '', host) }
  const { fetch: name, program: found = '' } = choice
  if (name === undefined) return { driver: await realDriver(choice.driver, found, host), program: found }
  const { version } = tools[name]
  if (!options.download)
    throw new CliError(`${name} is not on PATH.`, `Install ${name} ${version} or newer, or let kecs fetch it: leave out --no-download.`)
  // Nobody wants to wait for a tool that has nothing to run on.
  await (await import('./cluster/docker.ts')).localDocker().require(signal)
  const program = await steps.run(`Fetching ${name} ${version}, which is not on PATH`, step =>
    fetchTool(name, { home: host.home, env: host.env, signal, progress: step.progress }),
  )
  return { driver: await realDriver(choice.driver, program, host), program }
}

const realDriver = async (name: 'k3d' | 'kind' | 'context', program: string, host: Host): Promise<ClusterDriver> => {
  const [{ makeDriver }, { localDocker }] = await Promise.all([import('./cluster/drivers.ts'), import('./cluster/docker.ts')])
  return withProcess(makeDriver(name, { docker: localDocker(), program, env: host.env }))
}

/** A driver that ends a control plane outside of the cluster too, which may be there after a migration that was cut off. */
const withProcess = (driver: ClusterDriver): ClusterDriver => ({
  ...driver,
  stop: async (instance, options) => {
    await stopProcess(instance, options.signal)
    await driver.stop(instance, options)
  },
  remove: async (instance, options) => {
    await stopProcess(instance, options.signal)
    await driver.remove(instance, options)
    await rm(processFile(instance), { force: true })
  },
})

/** What `chooseDriver` asks of this machine; what an instance was brought up with before counts as there. */
export const surroundings = (host: Host, remembered: Instance | undefined, signal: AbortSignal): Surroundings => ({
  docker: async () => (await import('./cluster/docker.ts')).localDocker().answers(signal),
  tool: name => (remembered?.driver === name ? toolOf(name, remembered, host) : findTool(name, host.env, host.home)),
})
