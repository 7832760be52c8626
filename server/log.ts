import pino, { type Logger } from 'pino'
import type { ServerConfig } from './config.ts'

export type { Logger }

/** Where lines go, such as standard error. */
export interface LogOutput {
  readonly isTTY?: boolean
  write(line: string): unknown
}

/** Lines of JSON for machines; for a person at a terminal, one readable line each with what does not fit below it. */
export const createLog = (config: Pick<ServerConfig, 'logLevel'>, output: LogOutput = process.stderr): Logger => {
  const options = { level: config.logLevel, base: null, timestamp: pino.stdTimeFunctions.isoTime, formatters: { level: named } }
  return output.isTTY
    ? pino(options, { write: line => void output.write(readable(line)) })
    : pino(options, { write: line => void output.write(line) })
}

const named = (label: string): { level: string } => ({ level: label })

const colors = new Map([
  ['debug', 2],
  ['warn', 33],
  ['error', 31],
  ['fatal', 31],
])

/** `12:34:56.789 warn text key=value`, an error's stack on the lines below. `line` is one of pino's. */
export const readable = (line: string): string => {
  const { level, time, msg, err, ...rest }: Record<string, unknown> = JSON.parse(line)
  const color = colors.get(String(level))
  const shown = color === undefined ? String(level) : `\u001B[${color}m${String(level)}\u001B[0m`
  const values = Object.entries(rest).map(([key, value]) => ` ${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
  const stack = isObject(err) ? `\n  ${String(err['stack'] ?? err['message']).replaceAll('\n', '\n  ')}` : ''
  return `${String(time).slice(11, 23)} ${shown} ${typeof msg === 'string' ? msg : ''}${values.join('')}${stack}\n`
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null
