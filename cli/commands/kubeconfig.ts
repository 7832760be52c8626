import { join } from 'node:path'
import { defineCommand } from '../command.ts'
import { jsonFlag, nameFlag, timeoutFlag } from '../flags.ts'
import { writeAtomically } from '../instance.ts'
import { runningTargetOf } from '../target.ts'

export const kubeconfig = defineCommand({
  name: 'kubeconfig',
  summary: "Print the cluster's kubeconfig.",
  description: 'It has one context, for this cluster alone; your own kubeconfig is not touched.',
  args: {
    name: nameFlag,
    path: { type: 'boolean', description: 'print where the file lies instead' },
    json: jsonFlag,
    timeout: timeoutFlag,
  },
  examples: [
    ['export KUBECONFIG="$(kecs kubeconfig --path)"', 'use kubectl in this shell'],
    ['kecs kubeconfig > kecs.yaml', 'hand it on'],
  ],
  run: async (given, host) => {
    const values = { text: (name: 'name' | 'timeout') => given.text(name), flag: () => undefined }
    const { instance, driver, output, signal } = await runningTargetOf(values, host, '1m')
    const content = await driver.kubeconfig(instance, signal)
    const path = join(instance.folder, 'kubeconfig')
    await writeAtomically(path, content)
    if (given.flag('json') === true) return output.json({ name: instance.name, path, content })
    output.print(given.flag('path') === true ? path : content.trimEnd())
  },
})
