import { CliError } from '../../../shared/errors.ts'
import { listOf, recordOf, written } from '../wanted.ts'

// How Compose writes values. https://docs.docker.com/reference/compose-file/services/

/** Words of a command line as a shell splits them: quotes and backslashes, nothing else. */
export const shellWords = (line: string): readonly string[] => {
  const words: string[] = []
  let word: string | undefined
  for (const [, single, double, escaped, plain, space] of line.matchAll(/'([^']*)'|"((?:\\.|[^"\\])*)"|\\(.)|([^\s'"\\]+)|(\s+)/g)) {
    if (space !== undefined) {
      if (word !== undefined) words.push(word)
      word = undefined
    } else word = (word ?? '') + (single ?? double?.replaceAll(/\\(["\\$`])/g, '$1') ?? escaped ?? plain ?? '')
  }
  return word === undefined ? words : [...words, word]
}

/** A list of words, or a line of them. */
export const commandOf = (value: unknown): readonly string[] | undefined =>
  typeof value === 'string' ? shellWords(value) : Array.isArray(value) ? value.map(String) : undefined

/** `KEY=value` lines or a map; `KEY` alone and null are the variable of whoever starts it. */
export const mapOf = (value: unknown, outer: Readonly<Record<string, string | undefined>> = {}): Readonly<Record<string, string>> => {
  const pairs: readonly (readonly [string, unknown])[] = Array.isArray(value)
    ? value.map(String).map(line => [line.replace(/=.*$/s, ''), line.includes('=') ? line.slice(line.indexOf('=') + 1) : null] as const)
    : Object.entries(recordOf(value) ?? {})
  return Object.fromEntries(
    pairs.flatMap(([name, each]) => {
      const text = each === null || each === undefined ? outer[name] : written(each)
      return text === undefined ? [] : [[name, text]]
    }),
  )
}

export const textsOf = (value: unknown): readonly string[] => (typeof value === 'string' ? [value] : listOf(value).map(String))

const units: Readonly<Record<string, number>> = { us: 1e-6, ms: 1e-3, s: 1, m: 60, h: 3600 }

/** Seconds of `1m30s`. */
export const secondsOf = (value: unknown): number | undefined => {
  if (typeof value === 'number') return value
  if (typeof value !== 'string') return undefined
  const parts = [...value.matchAll(/(\d+(?:\.\d+)?)(us|ms|s|m|h)/g)]
  return parts.length === 0 ? undefined : parts.reduce((sum, [, number, unit]) => sum + Number(number) * (units[unit ?? ''] ?? 0), 0)
}

const powers: Readonly<Record<string, number>> = { b: 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 }

/** MiB of `512M`, `1.5gb` or a number of bytes, at least 4 as ECS wants. Throws `CliError` for what is none. */
export const mebibytesOf = (value: unknown): number | undefined => {
  if (value === undefined || value === null) return undefined
  const [, number, unit = 'b'] = /^(\d+(?:\.\d+)?)\s*([bkmg])?b?$/i.exec(written(value)) ?? []
  if (number === undefined) throw new CliError(`"${written(value)}" is no amount of memory.`, 'Write it as 512M or 1G.', { exitCode: 2 })
  return Math.max(4, Math.ceil((Number(number) * (powers[unit.toLowerCase()] ?? 1)) / 1024 ** 2))
}
