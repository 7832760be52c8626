/** Members whose values may be secrets wherever they stand. */
const secretName = /secret|password|passwd|token|credential|private|api_?key|access_?key/i

const hidden = '(left out)'

/**
 * The value without what may be a secret: values of environment variables (Kubernetes' `env` lists) whatever their name,
 * words of command lines, members whose names speak of secrets, managed fields and last-applied annotations, which repeat the rest.
 */
export const redact = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(redact)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, member]): [string, unknown][] => {
      if (name === 'managedFields' || name.endsWith('last-applied-configuration')) return []
      if (name === 'env' && Array.isArray(member)) return [[name, member.map(withoutValue)]]
      // A command line may have a password in any of its words: how many there are says enough.
      if (commandLine.has(name) && Array.isArray(member)) return [[name, member.map(() => hidden)]]
      if (secretName.test(name) && isSecretValue(member)) return [[name, hidden]]
      return [[name, redact(member)]]
    }),
  )
}

/** Of containers, and of probes' commands; ECS' names among them. */
const commandLine = new Set(['args', 'command', 'entryPoint'])

/** Texts and numbers, and lists of them; what refers to a secret by name is an object. */
const isSecretValue = (value: unknown): boolean =>
  typeof value === 'string' || typeof value === 'number' || (Array.isArray(value) && value.every(isSecretValue))

const withoutValue = (variable: unknown): unknown =>
  typeof variable === 'object' && variable !== null && 'value' in variable ? { ...variable, value: hidden } : variable
