import { CliError } from '../../shared/errors.ts'
import { defineCommand } from '../command.ts'
import { commonFlags, instanceName, withTimeout } from '../flags.ts'
import { requireInstance, upCommand } from '../instance.ts'
import { lenientDriverOf } from '../drivers.ts'
import { bringUp } from '../up/bring-up.ts'

export const start = defineCommand({
  name: 'start',
  summary: 'Start a stopped instance.',
  description: 'Like kecs up for an instance that exists, with the settings that it has; it makes none.',
  args: commonFlags,
  examples: [['kecs start', 'go on where kecs stop left off']],
  run: async (given, host) => {
    const name = instanceName(given.text('name'), host.env)
    const instance = await requireInstance(host.home, name)
    const signal = withTimeout(host.signal, { timeout: given.text('timeout'), fallback: '15m', name })
    const state = await (await lenientDriverOf(instance, host)).state(instance, signal)
    if (state.is === 'absent') throw new CliError(`Instance ${name} is not there to be started.`, `Make it with: ${upCommand(name)}`)
    await bringUp({ command: 'start', name, given, choices: {}, download: false, apply: false, host })
  },
})
