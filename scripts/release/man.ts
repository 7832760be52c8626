import type { Command } from '../../cli/command.ts'
import { type CommandEntry, commands } from '../../cli/commands/index.ts'
import { flagRows, typedWords } from '../../cli/help.ts'

/** Text for roff: a backslash is its escape, and a dot or an apostrophe ahead of a line its control. */
const roff = (text: string): string =>
  text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .split('\n')
    .map(line => (/^[.']/.test(line) ? `\\&${line}` : line))
    .join('\n')

const loaded = async (entry: CommandEntry): Promise<readonly Command[]> =>
  'words' in entry ? Promise.all(Object.values(entry.words).map(word => word.load())) : [await entry.load()]

const commandSection = (command: Command): string => {
  const flags = flagRows(command.args).map(([typed, about]) => `.TP\n.B ${roff(typed)}\n${roff(about)}`)
  const examples = command.examples.map(([line, meaning]) => `.TP\n.B ${roff(line)}\n${roff(meaning)}`)
  return [
    `.SS ${roff(`kecs ${[command.name, ...typedWords(command)].join(' ')}`)}`,
    roff(command.summary),
    ...(command.description?.split('\n\n') ?? []).flatMap(paragraph => ['.PP', roff(paragraph)]),
    ...flags,
    ...(examples.length > 0 ? ['.PP', 'Examples:', ...examples] : []),
  ].join('\n')
}

/** kecs(1), made of the commands' own help. https://man7.org/linux/man-pages/man7/man.7.html */
export const manPage = async (version: string): Promise<string> => {
  const all = (await Promise.all(Object.values(commands).map(loaded))).flat()
  return `${[
    `.TH KECS 1 "" "kecs ${version}" "User Commands"`,
    '.SH NAME',
    'kecs \\- Amazon ECS and Elastic Load Balancing v2 on a real Kubernetes cluster on this machine',
    '.SH SYNOPSIS',
    '.B kecs\n.I COMMAND\n[FLAGS]',
    '.SH COMMANDS',
    ...all.map(commandSection),
    '.SH EXIT STATUS',
    '0 done, 1 failed, 2 used wrongly, 130 interrupted.',
    '.SH FILES',
    '.TP\n.I ~/.kecs\nInstances, their settings and their state; KECS_HOME puts it elsewhere.',
    '.TP\n.I kecs.yaml\nSettings of the current folder.',
  ].join('\n')}\n`
}
