import { CliError } from '../../../shared/errors.ts'

export type Variables = Readonly<Record<string, string | undefined>>

/**
 * `$NAME`, `${NAME}`, `${NAME:-default}`, `${NAME-default}`, `${NAME:?message}`, `${NAME:+other}` as Compose has them; `$$` is
 * a dollar sign. Throws `CliError` where a required one is missing.
 * @see https://docs.docker.com/reference/compose-file/interpolation/
 */
export const interpolate = (text: string, variables: Variables): string =>
  text.replaceAll(/\$(?:(\$)|([A-Za-z_]\w*)|\{([A-Za-z_]\w*)(?:(:?[-?+])((?:[^{}]|\$\{[^{}]*\})*))?\})/g, (...found: unknown[]) => {
    const [, dollar, bare, inBraces, operator, operand] = found.map(each => (typeof each === 'string' ? each : undefined))
    if (dollar !== undefined) return '$'
    const name = bare ?? inBraces ?? ''
    const value = variables[name]
    const isGiven = operator?.startsWith(':') === true ? value !== undefined && value !== '' : value !== undefined
    const other = (): string => interpolate(operand ?? '', variables)
    switch (operator?.at(-1)) {
      case '-':
        return isGiven ? (value ?? '') : other()
      case '+':
        return isGiven ? other() : ''
      case '?':
        if (isGiven) return value ?? ''
        throw new CliError(`The variable ${name} is not set: ${other()}`, 'Set it in the environment or in .env.', { exitCode: 2 })
      default:
        return value ?? ''
    }
  })

/** Every text of a document, interpolated. */
export const interpolateAll = (value: unknown, variables: Variables): unknown => {
  if (typeof value === 'string') return interpolate(value, variables)
  if (Array.isArray(value)) return value.map(each => interpolateAll(each, variables))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, interpolateAll(member, variables)]))
}

/** The lines of an env file: comments, `export `, quotes; `$NAME` is put in but within single quotes. */
export const readEnvFile = (text: string, variables: Variables): Readonly<Record<string, string>> => {
  const found: Record<string, string> = {}
  for (const line of text.split(/\r?\n/)) {
    const [, name, raw = ''] = /^\s*(?:export\s+)?([A-Za-z_][\w.-]*)\s*[=:]\s*(.*?)\s*$/.exec(line) ?? []
    if (name === undefined) continue
    const [, single] = /^'(.*)'$/.exec(raw) ?? []
    const [, double] = /^"(.*)"$/.exec(raw) ?? []
    found[name] = single ?? interpolate(double ?? raw.replace(/\s+#.*$/, ''), { ...variables, ...found })
  }
  return found
}
