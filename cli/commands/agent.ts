import { CliError } from '../../shared/errors.ts'
import { defineCommand } from '../command.ts'

export const agent = defineCommand({
  name: 'agent',
  summary: 'Run the node agent (inside the cluster).',
  args: {},
  examples: [],
  run: () =>
    Promise.reject(
      new CliError(
        'This version of kecs has no node agent yet.',
        'Nothing needs it so far: task metadata, credentials and task logs come with it.',
      ),
    ),
})
