import { version } from '../../shared/version.ts'
import { defineCommand } from '../command.ts'
import { jsonFlag } from '../flags.ts'

export const versionCommand = defineCommand({
  name: 'version',
  summary: 'Print the version.',
  args: { json: jsonFlag },
  examples: [['kecs version --json', 'version, platform and runtime for a bug report']],
  run: async (args, { output }) => {
    if (args.flag('json') !== true) return output.print(`kecs ${version}`)
    output.json({ version, platform: `${process.platform}-${process.arch}`, runtime: runtime() })
  },
})

const runtime = (): string => {
  const { bun, deno, node } = process.versions
  if (bun !== undefined) return `bun ${bun}`
  return deno === undefined ? `node ${node}` : `deno ${deno}`
}
