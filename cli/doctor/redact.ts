/** Members whose values may be secrets wherever they stand; `agentIds` are what the node agent knows a task's containers by. */
const secretName = /secret|password|passwd|token|credential|private|api_?key|access_?key|agentIds/i

const hidden = '(left out)'

/**
 * The value without what may be a secret: values of environment variables (Kubernetes' `env` lists, ECS' `environment`)
 * whatever their name, words of command lines, members whose names speak of secrets, managed fields and last-applied
 * annotations, which repeat the rest. Texts are redacted by `redactText`; those that are JSON, such as annotations, as
 * what they say.
 * @param known texts that are secrets wherever they stand
 */
export const redact = (value: unknown, known: readonly string[] = []): unknown => {
  if (typeof value === 'string') return redactJson(value, known) ?? redactText(value, known)
  if (Array.isArray(value)) return value.map(each => redact(each, known))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, member]): [string, unknown][] => {
      if (name === 'managedFields' || name.endsWith('last-applied-configuration')) return []
      if (variables.has(name) && Array.isArray(member)) return [[name, member.map(each => withoutValue(redact(each, known)))]]
      // A command line may have a password in any of its words: how many there are says enough.
      if (commandLine.has(name) && Array.isArray(member)) return [[name, member.map(() => hidden)]]
      if (secretName.test(name) && (isSecretValue(member) || name === 'agentIds')) return [[name, hidden]]
      return [[name, redact(member, known)]]
    }),
  )
}

const variables = new Set(['env', 'environment'])

/** Of containers, and of probes' commands; ECS' names among them. */
const commandLine = new Set(['args', 'command', 'entryPoint'])

/** Texts and numbers, and lists of them; what refers to a secret by name is an object. */
const isSecretValue = (value: unknown): boolean =>
  typeof value === 'string' || typeof value === 'number' || (Array.isArray(value) && value.every(isSecretValue))

const withoutValue = (variable: unknown): unknown =>
  typeof variable === 'object' && variable !== null && 'value' in variable ? { ...variable, value: hidden } : variable

/** Undefined for a text that is no JSON document. */
const redactJson = (text: string, known: readonly string[]): string | undefined => {
  if (!/^\s*[[{]/.test(text)) return undefined
  try {
    return JSON.stringify(redact(JSON.parse(text), known))
  } catch {
    return undefined
  }
}

const quote = String.raw`\\*["']`
/** What is taken out of texts, each with what stays of it. */
const inTexts: readonly (readonly [RegExp, string])[] = [
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g, hidden],
  // https://user:password@host
  [/\b([a-z][a-z0-9+.-]*:\/\/)[^\s/@"']+@/gi, `$1${hidden}@`],
  // Tokens of JSON Web Signature, and AWS' access keys.
  [/\beyJ[\w-]+\.[\w-]+\.[\w-]*/g, hidden],
  [/\b(?:AKIA|ASIA)[A-Z0-9]{12,}/g, hidden],
  [new RegExp(String.raw`(authorization(?:${quote})?\s*[:=]\s*(?:${quote})?)[^"'\\\n]+`, 'gi'), `$1${hidden}`],
  // NAME=value, NAME: value, "NAME":"value", also within a text of JSON, and of a query.
  [
    new RegExp(
      String.raw`([\w-]{0,40}(?:secret|password|passwd|token|credential|private|api_?key|access_?key|signature)[\w-]{0,40}(?:${quote})?\s*[:=]\s*)(?:(${quote})[^"'\\\n]*|[^\s"'\\,;&{}[\]]+)`,
      'gi',
    ),
    `$1$2${hidden}`,
  ],
]

/** The text, such as a log, without what by its form or by its name may be a secret, and without those that are known. */
export const redactText = (text: string, known: readonly string[] = []): string => {
  const first = known.filter(secret => secret.length >= leastKnown).reduce((found, secret) => found.replaceAll(secret, hidden), text)
  return inTexts.reduce((found, [pattern, stays]) => found.replaceAll(pattern, stays), first)
}

/** Characters: a shorter secret is a word of any text, such as the `test` that LocalStack takes. */
const leastKnown = 8
