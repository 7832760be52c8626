import { CliError } from '../../shared/errors.ts'
import { type Component, components } from '../../shared/names.ts'
import { logFile } from '../cluster/simulated.ts'
import { defineCommand } from '../command.ts'
import { commonFlags } from '../flags.ts'
import { closest } from '../suggest.ts'
import { followFile } from '../follow-file.ts'
import { runningTargetOf, targetOf } from '../target.ts'

export const logs = defineCommand({
  name: 'logs',
  summary: "Print a component's log.",
  description: `The components: ${components.join(', ')}. For the logs of a task's containers use the API, or kubectl.`,
  args: {
    ...commonFlags,
    json: { type: 'boolean', description: 'print each line as a JSON document: component and line' },
    component: { type: 'positional', required: false, description: 'which component (default control-plane)' },
    follow: { type: 'boolean', alias: 'f', description: 'go on as more is written, until Ctrl-C' },
    tail: { type: 'string', alias: 'n', description: 'only this many of the last lines', valueHint: 'LINES' },
  },
  examples: [
    ['kecs logs', "the control plane's log"],
    ['kecs logs localstack -f --tail 20', 'what LocalStack does now'],
  ],
  run: async (given, host) => {
    const component = componentOf(given.text('component'))
    const { instance, signal, asJson } = await targetOf(given, host)
    const follow = given.flag('follow') === true
    const tail = given.number('tail', 0, Number.MAX_SAFE_INTEGER)
    const write = (line: string) => host.output.print(asJson ? JSON.stringify({ component, line }) : line)
    try {
      if (instance.driver === 'simulated') {
        if (component !== 'control-plane') {
          throw new CliError(`A simulated instance has no ${component}.`, 'It has the control plane alone: kecs logs')
        }
        return await followFile(logFile(instance), { follow, tail, signal, write })
      }
      const { driver } = await runningTargetOf(given, host)
      const [{ connect }, { componentLogs }] = await Promise.all([import('../../shared/kube/index.ts'), import('../install/logs.ts')])
      const kube = await connect({ kubeconfig: await driver.kubeconfig(instance, signal) })
      await componentLogs(kube, component, { follow, ...(tail === undefined ? {} : { tail }), signal, write }).finally(() => kube.close())
    } catch (error) {
      // Ctrl-C is how following ends.
      if (!(follow && host.signal.aborted)) throw error
    }
  },
})

const componentOf = (text: string | undefined): Component => {
  const found = components.find(component => component === (text ?? 'control-plane'))
  if (found !== undefined) return found
  const near = closest(text ?? '', components)
  throw new CliError(
    `There is no component "${text}".`,
    near === undefined ? `The components are: ${components.join(', ')}.` : `Did you mean: kecs logs ${near}`,
    {
      exitCode: 2,
    },
  )
}
