import { type Choices, type Source, configSources } from '../config-file.ts'
import { defineCommand } from '../command.ts'
import { instanceName, jsonFlag, nameFlag } from '../flags.ts'
import { readInstance } from '../instance.ts'
import { tableLines } from '../output/table.ts'
import { shortPath } from '../short-path.ts'
import { environmentChoices } from './up.ts'

export const show = defineCommand({
  name: 'config show',
  summary: 'Show the settings that kecs up would use, and where each comes from.',
  description:
    'The sources, the first that says something counts: flags of kecs up (not shown), environment variables, kecs.yaml here,\n' +
    '~/.config/kecs/config.yaml, what the instance had before. What none of them says is a default.',
  args: { name: nameFlag, json: jsonFlag },
  examples: [['kecs config show', 'which file says what']],
  run: async (given, host) => {
    const name = instanceName(given.text('name'), host.env)
    const remembered = await readInstance(host.home, name)
    const sources: readonly Source[] = [
      { from: 'environment', choices: environmentChoices(host) },
      ...(await configSources(host.cwd, host.env)),
      ...(remembered === undefined ? [] : [{ from: `instance ${name}`, choices: choicesOf(remembered) }]),
    ]
    const rows = settled(sources)
    if (given.flag('json') === true) {
      host.output.json(Object.fromEntries(rows.map(({ setting, value, from }) => [setting, { value, from }])))
      return
    }
    if (rows.length === 0) return host.output.note('Nothing is set: kecs up uses its defaults.')
    for (const line of tableLines(
      ['setting', 'value', 'from'],
      rows.map(({ setting, value, from }) => [setting, shown(value), shortPath(from)]),
    )) {
      host.output.print(line)
    }
  },
})

interface Row {
  /** As kecs.yaml names it. */
  readonly setting: string
  readonly value: unknown
  readonly from: string
}

const settled = (sources: readonly Source[]): readonly Row[] => {
  const found = new Map<string, Row>()
  for (const { from, choices } of sources) {
    for (const [member, value] of Object.entries(choices)) {
      const setting = member.replaceAll(/[A-Z]/g, letter => `-${letter.toLowerCase()}`)
      if (!found.has(setting)) found.set(setting, { setting, value, from })
    }
  }
  return [...found.values()].sort((a, b) => a.setting.localeCompare(b.setting))
}

const choicesOf = ({
  driver,
  image,
  backend,
  port,
  apiPort,
  bind,
  publishedPorts,
  listenerPorts,
  udpListeners,
  context,
  unknownRoles,
  legacy,
  keys,
  allowReset,
}: NonNullable<Awaited<ReturnType<typeof readInstance>>>): Choices => ({
  driver,
  image,
  backend,
  port,
  apiPort,
  bind,
  publish: publishedPorts,
  listeners: listenerPorts,
  ...(udpListeners === undefined ? {} : { udpListeners }),
  ...(context === undefined ? {} : { context }),
  ...(legacy === undefined ? {} : { legacy: true }),
  ...(keys === undefined ? {} : { auth: 'strict' as const }),
  ...(allowReset === undefined ? {} : { allowReset }),
  ...(unknownRoles === undefined ? {} : { unknownRoles }),
})

const shown = (value: unknown): string => {
  if (typeof value === 'object' && value !== null && 'first' in value && 'last' in value)
    return `${String(value.first)}-${String(value.last)}`
  return Array.isArray(value) ? value.join(', ') : String(value)
}
