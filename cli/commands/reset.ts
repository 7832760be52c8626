import { CliError } from '../../shared/errors.ts'
import { withChannel } from '../admin-channel.ts'
import { defineCommand } from '../command.ts'
import { commonFlags } from '../flags.ts'
import { upCommand } from '../instance.ts'
import { runningTargetOf } from '../target.ts'

export const reset = defineCommand({
  name: 'reset',
  summary: 'Empty an instance that was started with --allow-reset.',
  description:
    'Every cluster, task, service, load balancer and so on of every account and region goes, as by POST /_kecs/reset on the\n' +
    'admin port. Tasks are not given their stop timeout. What the backend keeps stays.',
  args: commonFlags,
  examples: [
    ['kecs up --allow-reset && kecs reset', 'between two tests'],
    ['kecs reset --json', 'how much there was, as JSON'],
  ],
  run: async (given, host) => {
    const target = await runningTargetOf(given, host, '2m')
    const { name, allowReset } = target.instance
    if (allowReset !== true) {
      throw new CliError(`Instance ${name} may not be emptied.`, `Allow it: ${upCommand(name)} --allow-reset. What it has stays.`)
    }
    await withChannel(target, async channel => {
      const report = await channel.json({ method: 'POST', path: '/_kecs/reset' })
      if (target.asJson) target.output.json(report)
      else target.output.note(`${name} is empty.`)
    })
  },
})
