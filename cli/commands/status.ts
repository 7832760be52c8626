import { defineCommand } from '../command.ts'
import { commonFlags, instanceName, withTimeout } from '../flags.ts'
import { requireInstance } from '../instance.ts'
import { statusLines } from '../output/status-lines.ts'
import { readStatus } from '../status.ts'

export const status = defineCommand({
  name: 'status',
  summary: 'Show what runs and where it answers.',
  description: 'The exit code is 0 when the instance is ready, and 1 otherwise.',
  args: commonFlags,
  examples: [
    ['kecs status', 'the default instance'],
    ['kecs status --name staging --json', 'another one, for a script'],
  ],
  run: async (given, host) => {
    const instance = await requireInstance(host.home, instanceName(given.text('name'), host.env))
    const document = await readStatus(instance, {
      ...host,
      signal: withTimeout(host.signal, { timeout: given.text('timeout'), fallback: '30s', name: instance.name }),
    })
    if (given.flag('json') === true) host.output.json(document)
    else for (const line of statusLines(document, host.output.paintResult)) host.output.print(line)
    return document.state === 'ready' ? 0 : 1
  },
})
