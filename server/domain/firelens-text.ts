/** What a router's configuration says, in neither of the two languages. */
export interface FluentConfig {
  readonly inputs: readonly { readonly name: string; readonly tag?: string; readonly options: Options }[]
  readonly filters: readonly { readonly is: 'include-pattern' | 'exclude-pattern'; readonly match: string; readonly pattern: string }[]
  /** What is added to each record that matches. */
  readonly record?: { readonly match: string; readonly fields: Options }
  /** Another file that is read between filters and outputs. */
  readonly include?: string
  readonly outputs: readonly { readonly name: string; readonly match: string; readonly options: Options }[]
}

type Options = Readonly<Record<string, string>>

const lines = (options: Options, indent: string): readonly string[] =>
  Object.entries(options)
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([key, value]) => `${indent}${key} ${value}`)

/** Includes before excludes, whatever the order of the containers. */
const inOrder = (filters: FluentConfig['filters']): FluentConfig['filters'] =>
  filters.toSorted((one, other) => (one.is === other.is ? 0 : one.is === 'include-pattern' ? -1 : 1))

/** https://docs.fluentbit.io/manual/administration/configuring-fluent-bit/classic-mode/configuration-file */
export const fluentBitText = ({ inputs, filters, record, include, outputs }: FluentConfig): string => {
  const section = (name: string, ...content: readonly (readonly string[])[]): string => [`[${name}]`, ...content.flat(), ''].join('\n')
  const indent = '    '
  return [
    ...inputs.map(({ name, tag, options }) =>
      section('INPUT', [`${indent}Name ${name}`], tag === undefined ? [] : [`${indent}Tag ${tag}`], lines(options, indent)),
    ),
    ...inOrder(filters).map(({ is, match, pattern }) =>
      section('FILTER', [
        `${indent}Name grep`,
        `${indent}Match ${match}`,
        `${indent}${is === 'include-pattern' ? 'Regex' : 'Exclude'} log ${pattern}`,
      ]),
    ),
    ...(record === undefined
      ? []
      : [section('FILTER', [`${indent}Name record_modifier`, `${indent}Match ${record.match}`], lines(record.fields, `${indent}Record `))]),
    ...(include === undefined ? [] : [`@INCLUDE ${include}\n`]),
    ...outputs.map(({ name, match, options }) =>
      section('OUTPUT', [`${indent}Name ${name}`, `${indent}Match ${match}`], lines(options, indent)),
    ),
  ].join('\n')
}

/** https://docs.fluentd.org/configuration/config-file */
export const fluentdText = ({ inputs, filters, record, include, outputs }: FluentConfig): string => {
  const element = (name: string, argument: string, content: readonly string[]): string =>
    [`<${name}${argument === '' ? '' : ` ${argument}`}>`, ...content, `</${name}>`, ''].join('\n')
  const indent = '    '
  const inner = indent.repeat(2)
  return [
    ...inputs.map(({ name, tag, options }) =>
      element('source', '', [`${indent}@type ${name}`, ...(tag === undefined ? [] : [`${indent}tag ${tag}`]), ...lines(options, indent)]),
    ),
    ...inOrder(filters).map(({ is, match, pattern }) => {
      const name = is === 'include-pattern' ? 'regexp' : 'exclude'
      const content = [`${indent}<${name}>`, `${inner}key log`, `${inner}pattern ${pattern}`, `${indent}</${name}>`]
      return element('filter', match, [`${indent}@type grep`, ...content])
    }),
    ...(record === undefined
      ? []
      : [
          element('filter', record.match, [
            `${indent}@type record_transformer`,
            `${indent}<record>`,
            ...lines(record.fields, inner),
            `${indent}</record>`,
          ]),
        ]),
    ...(include === undefined ? [] : [`@include ${include}\n`]),
    ...outputs.map(({ name, match, options }) => element('match', match, [`${indent}@type ${name}`, ...lines(options, indent)])),
  ].join('\n')
}
