// What a rule rewrites before it forwards.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_RuleTransform.html
import type { RuleTransform, TransformTypeEnum } from '../../aws/generated/elbv2.ts'
import { validationError } from './refusals.ts'
import { isRegularExpression } from './regular-expression.ts'
import { isPortable } from './routing/patterns.ts'

const configOf = {
  'host-header-rewrite': 'HostHeaderRewriteConfig',
  'url-rewrite': 'UrlRewriteConfig',
} as const satisfies Readonly<Record<TransformTypeEnum, keyof RuleTransform>>

const longestText = 1024

/** Throws ValidationError for transforms that no rule can have: one of each type, each with one rewrite. */
export function checkTransforms(transforms: readonly RuleTransform[]): void {
  if (new Set(transforms.map(({ Type }) => Type)).size < transforms.length) {
    throw validationError('A rule can only have one transform of each type')
  }
  for (const transform of transforms) {
    const own = configOf[transform.Type]
    const other = own === 'UrlRewriteConfig' ? 'HostHeaderRewriteConfig' : 'UrlRewriteConfig'
    if (transform[other] !== undefined) throw validationError(`You cannot specify '${other}' for a transform of type '${transform.Type}'`)
    const rewrites = transform[own]?.Rewrites ?? []
    if (rewrites.length !== 1) throw validationError(`A transform of type '${transform.Type}' must have exactly one rewrite`)
    for (const { Regex, Replace } of rewrites) checkRewrite(Regex, Replace)
  }
}

function checkRewrite(regex: string, replace: string): void {
  if (regex === '' || regex.length > longestText)
    throw validationError(`A rewrite's regex must have between 1 and ${longestText} characters`)
  if (replace.length > longestText) throw validationError(`A rewrite's replacement can have at most ${longestText} characters`)
  if (!isRegularExpression(regex) || !isPortable(regex)) throw validationError(`The regex '${regex}' is not valid`)
}

/**
 * What a rule's transforms are to the gateway's plugin: expressions, and what is put where they are found, in Go's words for
 * groups. undefined where there are none.
 */
export function rewriteSettings(transforms: readonly RuleTransform[] | undefined): Readonly<Record<string, string>> | undefined {
  const settings: Record<string, string> = {}
  for (const { HostHeaderRewriteConfig: host, UrlRewriteConfig: url } of transforms ?? []) {
    for (const { Regex, Replace } of host?.Rewrites ?? []) Object.assign(settings, { hostRegex: Regex, hostTo: goTemplate(Replace) })
    for (const { Regex, Replace } of url?.Rewrites ?? []) Object.assign(settings, { urlRegex: Regex, urlTo: goTemplate(Replace) })
  }
  return Object.keys(settings).length === 0 ? undefined : settings
}

/** `$1x` is a group of that name in Go, and a dollar that is none is written twice. https://pkg.go.dev/regexp#Regexp.Expand */
const goTemplate = (replace: string): string =>
  `=${replace.replace(/\$(\d+)|\$\{(\w+)\}|\$/g, (_, digits?: string, name?: string) => ((digits ?? name) === undefined ? '$$' : `\${${digits ?? name}}`))}`
