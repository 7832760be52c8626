import { CliError } from '../../shared/errors.ts'
import { type Component, components } from '../../shared/names.ts'
import { logFile } from '../cluster/control-process.ts'
import { defineCommand } from '../command.ts'
import { withName } from '../instance.ts'
import { commonFlags } from '../flags.ts'
import { closest } from '../suggest.ts'
import { followFile } from '../follow-file.ts'
import { runningTargetOf, targetOf } from '../target.ts'

export const logs = defineCommand({
  name: 'logs',
  summary: "Print a component's log, or a task's.",
  description:
    `The components: ${components.join(', ')}.\n` +
    "With --task what a task's containers wrote, while the task is there; of several containers with their names.",
  args: {
    ...commonFlags,
    json: { type: 'boolean', description: 'print each line as a JSON document: component and line' },
    component: { type: 'positional', required: false, description: 'which component (default control-plane)' },
    task: { type: 'string', description: "a task's instead: its id, the beginning of it, or its ARN", valueHint: 'TASK' },
    container: { type: 'string', description: 'only this container of the task', valueHint: 'NAME' },
    follow: { type: 'boolean', alias: 'f', description: 'go on as more is written, until Ctrl-C' },
    tail: { type: 'string', alias: 'n', description: 'only this many of the last lines', valueHint: 'LINES' },
  },
  examples: [
    ['kecs logs', "the control plane's log"],
    ['kecs logs localstack -f --tail 20', 'what LocalStack does now'],
    ['kecs logs --task 0f3a -f', "what a task's containers write"],
  ],
  run: async (given, host) => {
    const [task, container] = [given.text('task'), given.text('container')]
    if (task === undefined && container !== undefined)
      throw new CliError('--container is for --task.', 'Name the task too.', { exitCode: 2 })
    if (task !== undefined && given.text('component') !== undefined) {
      throw new CliError("A component's log or a task's, not both.", 'Leave out the component, or --task.', { exitCode: 2 })
    }
    const component = componentOf(given.text('component'))
    const { instance, signal, asJson } = await targetOf(given, host)
    const follow = given.flag('follow') === true
    const tail = given.number('tail', 0, Number.MAX_SAFE_INTEGER)
    const write = (line: string) => host.output.print(asJson ? JSON.stringify({ component, line }) : line)
    const writeOf = (only: string | undefined) => (name: string, line: string) =>
      host.output.print(asJson ? JSON.stringify({ container: name, line }) : only === undefined ? `${name}  ${line}` : line)
    try {
      if (instance.driver === 'simulated') {
        if (task !== undefined)
          throw new CliError('A simulated instance keeps nothing that its tasks write.', 'Its containers only pretend.')
        if (component !== 'control-plane') {
          throw new CliError(
            `A simulated instance has no ${component}.`,
            `It has the control plane alone: ${withName('kecs logs', instance.name)}`,
          )
        }
        return await followFile(logFile(instance), { follow, tail, signal, write, instance: instance.name })
      }
      if (instance.legacy !== undefined && task === undefined && component === 'control-plane')
        return await followFile(logFile(instance), { follow, tail, signal, write, instance: instance.name })
      const { driver } = await runningTargetOf(given, host)
      const [{ connect }, { componentLogs }, { podReader, taskLogs }] = await Promise.all([
        import('../../shared/kube/index.ts'),
        import('../install/logs.ts'),
        import('../install/task-logs.ts'),
      ])
      const kube = await connect({ kubeconfig: await driver.kubeconfig(instance, signal) })
      const options = { follow, ...(tail === undefined ? {} : { tail }), signal }
      const printing =
        task === undefined
          ? componentLogs(kube, { component, instance }, { ...options, write })
          : taskLogs(podReader(kube), instance, {
              ...options,
              task,
              ...(container === undefined ? {} : { container }),
              write: writeOf(container),
            })
      await printing.finally(() => kube.close())
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
