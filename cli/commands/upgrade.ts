import { CliError } from '../../shared/errors.ts'
import { version } from '../../shared/version.ts'
import type { Instance } from '../cluster/driver.ts'
import { defineCommand } from '../command.ts'
import { commonFlags, instanceName, withTimeout } from '../flags.ts'
import type { Host } from '../host.ts'
import { requireInstance, upCommand, withName } from '../instance.ts'
import { lenientDriverOf } from '../drivers.ts'
import type { CommonValues } from '../target.ts'
import { bringUp } from '../up/bring-up.ts'
import { defaultImage } from '../up/settings.ts'

export const upgrade = defineCommand({
  name: 'upgrade',
  summary: 'Bring the control plane to this version of kecs.',
  description:
    'Tasks go on meanwhile, and load balancers serve; API calls wait some seconds. The control plane takes a snapshot of the\n' +
    'state before it changes anything, and stays as it is where the cluster cannot pull the new image. An image that was\n' +
    'chosen with --image gives way to that of this version.',
  args: commonFlags,
  examples: [
    ['kecs upgrade', 'after a newer kecs was installed'],
    ['kecs rollback', 'and back again'],
  ],
  run: async (given, host) => {
    const { instance } = await runningInstance(given, host)
    await bringUp({
      command: 'up',
      name: instance.name,
      given,
      choices: { image: defaultImage(version) },
      download: false,
      apply: false,
      host,
    }).catch(async (error: unknown) => {
      throw await withWayBack(instance, host, error)
    })
  },
})

/** What is told of an upgrade that failed after the image before had to go. */
const withWayBack = async (before: Instance, host: Host, error: unknown): Promise<unknown> => {
  const now = await requireInstance(host.home, before.name).catch(() => before)
  if (!(error instanceof CliError) || now.image === before.image || now.previousImage === undefined) return error
  const { message, remedy, exitCode, details } = error
  const wayBack = `Or go back to ${now.previousImage}: ${withName('kecs rollback', before.name)}`
  return new CliError(message, `${remedy}\n${wayBack}`, { exitCode, details, cause: error })
}

export const rollback = defineCommand({
  name: 'rollback',
  summary: 'Bring the control plane back to the image that it had before.',
  description:
    'Tasks go on meanwhile. It stays there until kecs upgrade. A state that the newer version wrote in another format is\n' +
    'refused by the older one: kecs snapshot restore then goes back to the snapshot that was taken before the upgrade.',
  args: commonFlags,
  examples: [['kecs rollback', 'when the newer one does not do']],
  run: async (given, host) => {
    const { instance } = await runningInstance(given, host)
    if (instance.driver === 'simulated' || instance.legacy !== undefined) {
      const what = instance.legacy === undefined ? 'A simulated instance' : 'An instance with --legacy'
      throw new CliError(
        `${what} runs the kecs that started it.`,
        `Run the older kecs: ${instance.legacy === undefined ? `${withName('kecs stop', instance.name)} && ${withName('kecs start', instance.name)}` : upCommand(instance.name)}`,
      )
    }
    if (instance.previousImage === undefined) {
      throw new CliError(`Instance ${instance.name} has had no other image than ${instance.image}.`, 'There is nothing to go back to.')
    }
    await bringUp({
      command: 'up',
      name: instance.name,
      given,
      choices: { image: instance.previousImage },
      download: false,
      apply: false,
      host,
    })
  },
})

const runningInstance = async (given: CommonValues, host: Host): Promise<{ readonly instance: Instance }> => {
  const instance = await requireInstance(host.home, instanceName(given.text('name'), host.env))
  const signal = withTimeout(host.signal, { timeout: given.text('timeout'), fallback: '15m', name: instance.name })
  const { is } = await (await lenientDriverOf(instance, host)).state(instance, signal)
  if (is === 'running') return { instance }
  throw new CliError(`Instance ${instance.name} does not run.`, `Bring it up, with this version: ${withName('kecs up', instance.name)}`)
}
