import { CliError } from '../../shared/errors.ts'
import { candidates, shells } from '../completion/candidates.ts'
import { scripts } from '../completion/scripts.ts'
import { defineCommand } from '../command.ts'
import type { Host } from '../host.ts'

export const completion = defineCommand({
  name: 'completion',
  summary: 'Print completion for bash, zsh or fish.',
  description: 'Completes commands, flags, names of instances and components, and images of the local Docker.',
  args: {
    shell: { type: 'positional', required: false, description: 'bash, zsh or fish' },
    words: { type: 'boolean', description: 'used by the scripts: print what may come next' },
  },
  rest: '',
  examples: [
    ['eval "$(kecs completion bash)"', 'in ~/.bashrc'],
    ['eval "$(kecs completion zsh)"', 'in ~/.zshrc, after compinit'],
    ['kecs completion fish | source', 'in ~/.config/fish/config.fish'],
  ],
  run: async (given, host) => {
    if (given.flag('words') === true) return printCandidates(given.words, host)
    const asked = given.text('shell')
    const shell = shells.find(known => known === asked)
    if (shell === undefined || given.words.length > 1) {
      throw new CliError(
        asked === undefined ? 'kecs completion needs a shell.' : `kecs completion knows no shell "${given.words.join(' ')}".`,
        'It writes for bash, zsh and fish.',
        {
          exitCode: 2,
        },
      )
    }
    host.output.print(scripts[shell].trimEnd())
  },
})

/** Completion must stay quick: a Docker that hangs has no images. */
const dockerLimit = 1500

const printCandidates = async (words: readonly string[], host: Host): Promise<void> => {
  const images = async () => {
    const { localDocker } = await import('../cluster/docker.ts')
    const signal = AbortSignal.any([host.signal, AbortSignal.timeout(dockerLimit)])
    return localDocker()
      .imageNames(signal)
      .catch(() => [])
  }
  const found = await candidates(words, { home: host.home, images })
  if (found === 'files') host.output.print(':files')
  else for (const { value, about } of found) host.output.print(about === '' ? value : `${value}\t${about}`)
}
