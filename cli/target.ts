import { CliError } from '../shared/errors.ts'
import type { ClusterDriver, Instance } from './cluster/driver.ts'
import { driverOf } from './drivers.ts'
import { instanceName, withTimeout } from './flags.ts'
import type { Host } from './host.ts'
import { requireInstance, upCommand, withName } from './instance.ts'
import type { Output } from './output.ts'

/** The flags that say which instance, how long and how loud. */
export interface CommonValues {
  text(name: 'name' | 'timeout'): string | undefined
  flag(name: 'quiet' | 'json'): boolean | undefined
}

/** What a command on an existing instance works with. */
export interface Target {
  readonly instance: Instance
  readonly driver: ClusterDriver
  readonly output: Output
  readonly signal: AbortSignal
  readonly asJson: boolean
}

/** Throws `CliError` when there is no such instance, or its tool is missing. */
export const targetOf = async (given: CommonValues, host: Host, timeout?: string): Promise<Target> => {
  const name = instanceName(given.text('name'), host.env)
  const instance = await requireInstance(host.home, name)
  return {
    instance,
    driver: await driverOf(instance, host),
    output: given.flag('quiet') === true ? host.output.quiet() : host.output,
    signal: withTimeout(host.signal, { timeout: given.text('timeout'), fallback: timeout, name }),
    asJson: given.flag('json') === true,
  }
}

/** Like `targetOf`, for commands that need the cluster. Throws `CliError` when it does not run. */
export const runningTargetOf = async (given: CommonValues, host: Host, timeout?: string): Promise<Target> => {
  const target = await targetOf(given, host, timeout)
  const { instance, driver, signal } = target
  const state = await driver.state(instance, signal)
  if (state.is === 'running') return target
  throw state.is === 'stopped'
    ? new CliError(`Instance ${instance.name} is stopped.`, `Start it with: ${withName('kecs start', instance.name)}`)
    : new CliError(`Instance ${instance.name} is down.`, `Bring it back with: ${upCommand(instance.name)}`)
}
