import { CliError, messageOf } from '../shared/errors.ts'
import { version } from '../shared/version.ts'
import { explainFile } from './file-errors.ts'
import type { Host } from './host.ts'
import { wrap } from './output/wrap.ts'

const isOn = (value: string | undefined): boolean => value !== undefined && value !== '' && value !== '0'

/** Tells a person what went wrong and what to do, on stderr; answers the exit code. */
export const reportError = (thrown: unknown, { output, env, signal, home }: Pick<Host, 'output' | 'env' | 'signal' | 'home'>): number => {
  // What a step throws when it is interrupted is of no interest; the interrupt is.
  const ended: unknown = signal.aborted && !(thrown instanceof CliError) ? signal.reason : thrown
  const error: unknown = explainFile(ended, home) ?? ended
  const mark = output.paint('red', '✗')
  if (error instanceof CliError) {
    // A program that reads this gets whole lines.
    const width = output.live ? output.columns - 2 : Number.POSITIVE_INFINITY
    output.warn('')
    for (const [index, line] of wrap(error.message, width).entries())
      output.warn(`${index === 0 ? mark : ' '} ${output.paint('bold', line)}`)
    for (const line of error.remedy.split('\n').flatMap(text => wrap(text, width))) if (line !== '') output.warn(`  ${line}`)
    if (error.details.length > 0) {
      output.warn('')
      for (const line of error.details) output.warn(`  ${output.paint('dim', '│')} ${line}`)
    }
    if (isOn(env['KECS_DEBUG'])) output.warn(trace(error))
    return error.exitCode
  }
  output.warn(`${mark} ${output.paint('bold', `Something that kecs did not expect: ${messageOf(error)}`)}`)
  output.warn(
    isOn(env['KECS_DEBUG'])
      ? trace(error)
      : `  Please report it, with what KECS_DEBUG=1 prints and version ${version}: https://github.com/nandemo-ya/kecs/issues`,
  )
  return 1
}

const trace = (error: unknown): string => {
  const lines: string[] = []
  for (let current = error; current instanceof Error; current = current.cause) {
    lines.push(lines.length === 0 ? (current.stack ?? current.message) : `caused by ${current.stack ?? current.message}`)
  }
  return lines.length === 0 ? String(error) : lines.join('\n')
}
