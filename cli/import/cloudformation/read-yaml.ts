import type { ScalarTag, CollectionTag } from 'yaml'

// Short forms of intrinsic functions are tags of YAML: `!Sub text`, `!Join [a, b]`, `!GetAtt Web.Arn`.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html

const names = [
  ...['Ref', 'Condition'].map(name => [name, name] as const),
  ...['And', 'Base64', 'Cidr', 'Equals', 'FindInMap', 'GetAtt', 'GetAZs', 'If', 'ImportValue', 'Join', 'Length', 'Not', 'Or'].map(
    name => [name, `Fn::${name}`] as const,
  ),
  ...['Select', 'Split', 'Sub', 'ToJsonString', 'Transform'].map(name => [name, `Fn::${name}`] as const),
]

/** A document of YAML or JSON as plain values, with the short forms written out. Throws `Error` naming the line. */
export const readYaml = async (text: string): Promise<unknown> => {
  const { YAMLMap, Pair, Scalar, isNode, parseDocument } = await import('yaml')
  const wrapped = (name: string, inner: unknown) => {
    const map = new YAMLMap()
    map.add(new Pair(new Scalar(name), inner))
    return map
  }
  const customTags = names.flatMap(([short, long]): (ScalarTag | CollectionTag)[] => [
    { tag: `!${short}`, resolve: (value: string) => ({ [long]: value }) },
    { tag: `!${short}`, collection: 'seq', resolve: value => wrapped(long, untagged(value)) },
    { tag: `!${short}`, collection: 'map', resolve: value => wrapped(long, untagged(value)) },
  ])
  const document = parseDocument(text, { customTags, merge: true })
  const [error] = document.errors
  if (error !== undefined) throw new Error(error.message.split('\n')[0]?.replace(/:$/, ''))
  return isNode(document.contents) ? document.toJS() : undefined
}

/** The node without its tag, or it would be resolved again. */
const untagged = <T extends { tag?: string }>(node: T): T => {
  delete node.tag
  return node
}
