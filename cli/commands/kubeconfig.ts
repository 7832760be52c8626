import { join } from 'node:path'
import { defineCommand } from '../command.ts'
import { commonFlags } from '../flags.ts'
import { writeAtomically } from '../instance.ts'
import { runningTargetOf } from '../target.ts'

export const kubeconfig = defineCommand({
  name: 'kubeconfig',
  summary: "Print the cluster's kubeconfig.",
  description: 'It has one context, for this cluster alone; your own kubeconfig is not touched.',
  args: {
    ...commonFlags,
    path: { type: 'boolean', description: 'print where the file lies instead' },
  },
  examples: [
    ['export KUBECONFIG="$(kecs kubeconfig --path)"', 'use kubectl in this shell'],
    ['kecs kubeconfig > kecs.yaml', 'hand it on'],
  ],
  run: async (given, host) => {
    const { instance, driver, output, signal, asJson } = await runningTargetOf(given, host, '1m')
    const content = await driver.kubeconfig(instance, signal)
    const path = join(instance.folder, 'kubeconfig')
    await writeAtomically(path, content)
    if (asJson) return output.json({ name: instance.name, path, content })
    output.print(given.flag('path') === true ? path : content.trimEnd())
  },
})
