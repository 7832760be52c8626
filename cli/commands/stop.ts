import { clusterTitle, kindOf } from '../cluster/title.ts'
import { CliError } from '../../shared/errors.ts'
import { defineCommand } from '../command.ts'
import { commonFlags } from '../flags.ts'
import { upCommand, withName } from '../instance.ts'
import { withLock } from '../instance-lock.ts'
import { targetOf } from '../target.ts'

export const stop = defineCommand({
  name: 'stop',
  summary: 'Stop an instance; its data is kept.',
  description: 'The tasks that run end with the cluster. ECS clusters, task definitions and the data stay; kecs start goes on from there.',
  args: commonFlags,
  examples: [['kecs stop', 'give the machine its memory back; running tasks end']],
  run: async (given, host) => {
    const { instance, driver, output, signal, asJson } = await targetOf(given, host, '5m')
    if (driver.name === 'context')
      throw new CliError(
        'kecs does not stop a cluster that it did not make.',
        `Remove kecs from it with: ${withName('kecs down', instance.name)}`,
      )
    const steps = output.steps(host.signal)
    await withLock(instance.folder, 'stop', async () => {
      const state = await driver.state(instance, signal)
      if (state.is === 'absent')
        throw new CliError(`Instance ${instance.name} is not there to be stopped.`, `Make it with: ${upCommand(instance.name)}`)
      await steps.run(clusterTitle(instance), async ({ progress, done }) => {
        if (state.is !== 'stopped') await driver.stop(instance, { signal, progress })
        done(`${clusterTitle(instance)}: ${state.is === 'stopped' ? 'already stopped' : 'stopped'}`)
      })
    })
    if (asJson) output.json({ name: instance.name, ...kindOf(instance), state: 'stopped' })
  },
})
