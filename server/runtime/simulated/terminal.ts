import type { Clock } from '../../../shared/clock.ts'
import { ExecRefused, type CommandEnd, type ExecCommand, type RunningCommand } from '../runtime.ts'
import { commandsOf, type Done, simple } from './command.ts'
import { shellTokens, type Token } from './shell-words.ts'

export interface TerminalParts {
  readonly clock: Clock
  readonly command: readonly string[]
  readonly environment: ReadonlyMap<string, string>
  readonly onOutput: ExecCommand['onOutput']
}

const prompt = '# '
const shell = /^(\/usr)?(\/bin\/)?(sh|bash|ash|dash)$/
const interrupted = 130
const hungUp = 129
const keys = { interrupt: '\u0003', endOfInput: '\u0004', backspace: '\u007F' } as const
/** Lines that `seq` may write: enough to see how large output goes. */
const mostLines = 1_000_000

/**
 * A terminal with a command where no container is: a shell of a few commands, which says of all others that they are not
 * there, or one of those commands alone. It echoes and edits lines as a terminal does.
 */
export class SimulatedTerminal implements RunningCommand {
  readonly ended: Promise<CommandEnd>
  readonly #parts: TerminalParts
  readonly #decoder = new TextDecoder()
  readonly #isShell: boolean
  #resolveEnd: (end: CommandEnd) => void = () => {}
  #isOver = false
  #isBusy = false
  #interrupt: () => void = () => {}
  #line = ''
  /** While a command ran. */
  #typedAhead = ''
  #status = 0
  #size = { columns: 80, rows: 24 }

  /** Throws `ExecRefused` for a command that is not known. */
  constructor(parts: TerminalParts) {
    this.#parts = parts
    this.ended = new Promise(resolve => (this.#resolveEnd = resolve))
    const [program = '', option, script] = parts.command
    this.#isShell = shell.test(program)
    if (this.#isShell && option === undefined) void this.#show(prompt)
    else void this.#runAlone(this.#isShell ? tokensOf(option, script, parts.environment) : this.#ownTokens())
  }

  async write(bytes: Uint8Array): Promise<void> {
    for (const key of this.#decoder.decode(bytes, { stream: true })) await this.#press(key)
  }

  resize(size: { readonly columns: number; readonly rows: number }): void {
    this.#size = size
  }

  close(): void {
    this.#end(hungUp)
  }

  async #press(key: string): Promise<void> {
    if (this.#isOver) return
    if (this.#isBusy) {
      if (key === keys.interrupt) this.#interrupt()
      else this.#typedAhead += key
      return
    }
    if (key === keys.interrupt) {
      this.#line = ''
      this.#status = interrupted
      return this.#show(`^C\n${prompt}`)
    }
    if (key === keys.endOfInput) return this.#line === '' ? this.#end(this.#status) : undefined
    if (key === keys.backspace) {
      if (this.#line === '') return
      this.#line = this.#line.replace(/.$/su, '')
      return this.#show('\b \b')
    }
    if (key !== '\r' && key !== '\n') {
      this.#line += key
      return this.#show(key)
    }
    const line = this.#line
    this.#line = ''
    await this.#show('\n')
    void this.#runLine(line)
  }

  async #runLine(line: string): Promise<void> {
    this.#isBusy = true
    const tokens = shellTokens(line, this.#parts.environment)
    if (tokens === undefined) await this.#show('sh: the simulated shell has no pipes, redirections or substitutions\n')
    else await this.#run(tokens)
    this.#isBusy = false
    if (this.#isOver) return
    await this.#show(prompt)
    const ahead = this.#typedAhead
    this.#typedAhead = ''
    for (const key of ahead) await this.#press(key)
  }

  #ownTokens(): readonly Token[] {
    const { command } = this.#parts
    if (this.#done(command) === undefined) throw unknown(command[0] ?? '')
    return command.map(word => ({ word }))
  }

  async #runAlone(tokens: readonly Token[]): Promise<void> {
    this.#isBusy = true
    await this.#run(tokens)
    this.#end(this.#status)
  }

  async #run(tokens: readonly Token[]): Promise<void> {
    for (const { words, joinedBy } of commandsOf(tokens)) {
      const isSkipped = (joinedBy === '&&' && this.#status !== 0) || (joinedBy === '||' && this.#status === 0)
      if (isSkipped || words.length === 0 || this.#isOver) continue
      const done = this.#done(words) ?? { status: 127, text: `sh: ${words[0]}: not found in this simulated container` }
      if (done.text !== undefined) await this.#show(`${done.text}\n`)
      this.#status = done.status
      if (done.takesMs !== undefined && !(await this.#waited(done.takesMs))) return
      if (done.ends === true) return this.#end(this.#status)
    }
  }

  /** Whether the time went by without an interruption. */
  async #waited(milliseconds: number): Promise<boolean> {
    const isOver = await new Promise<boolean>(resolve => {
      const cancel = milliseconds === Infinity ? () => {} : this.#parts.clock.after(milliseconds, () => resolve(true))
      this.#interrupt = () => {
        cancel()
        resolve(false)
      }
    })
    this.#interrupt = () => {}
    if (isOver) return true
    this.#status = interrupted
    await this.#show('^C\n')
    return false
  }

  #done(words: readonly string[]): Done | undefined {
    const [name = '', ...rest] = words
    switch (name.replace(/^(\/usr)?\/bin\//, '')) {
      case 'help':
        return { status: 0, text: 'This container is simulated. There are: echo env exit false help seq sleep stty true' }
      case 'env':
        return { status: 0, text: [...this.#parts.environment].map(([variable, value]) => `${variable}=${value}`).join('\n') }
      case 'seq':
        return { status: 0, text: Array.from({ length: Math.min(mostLines, Number(rest[0] ?? 0)) }, (_, index) => index + 1).join('\n') }
      case 'stty':
        return { status: 0, text: `${this.#size.rows} ${this.#size.columns}` }
      default:
        return simple(words, this.#status)
    }
  }

  /** A terminal begins a line with a carriage return. */
  async #show(text: string): Promise<void> {
    if (!this.#isOver) await this.#parts.onOutput(new TextEncoder().encode(text.replaceAll('\n', '\r\n')))
  }

  #end(exitCode: number): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#interrupt()
    this.#resolveEnd({ exitCode })
  }
}

const tokensOf = (option: string | undefined, script: string | undefined, environment: ReadonlyMap<string, string>): readonly Token[] => {
  if (option !== '-c' || script === undefined) throw new ExecRefused('SIMULATED: this shell has no options but -c.')
  const tokens = shellTokens(script, environment)
  if (tokens === undefined) throw new ExecRefused('SIMULATED: the simulated shell has no pipes, redirections or substitutions.')
  return tokens
}

const unknown = (program: string): ExecRefused =>
  new ExecRefused(`SIMULATED: no container runs here, so there is no ${program}; the shell sh is there, with a few commands.`)
