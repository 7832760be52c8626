/**
 * The members of an input as the query protocol has them: `Actions.member.1.Type=forward`; as EC2 has them, lists go
 * without the word `member`. An empty list is `Name=`.
 * @see https://smithy.io/2.0/aws/protocols/aws-query-protocol.html
 */
export const queryForm = (input: unknown, style: 'query' | 'ec2', path = ''): Readonly<Record<string, string>> => {
  if (input === undefined || input === null) return {}
  if (Array.isArray(input)) {
    if (input.length === 0) return { [path]: '' }
    const infix = style === 'query' ? '.member' : ''
    return merged(input.map((each, index) => queryForm(each, style, `${path}${infix}.${index + 1}`)))
  }
  if (typeof input === 'object') {
    return merged(Object.entries(input).map(([name, value]) => queryForm(value, style, path === '' ? name : `${path}.${name}`)))
  }
  return typeof input === 'string' || typeof input === 'number' || typeof input === 'boolean' ? { [path]: String(input) } : {}
}

const merged = (parts: readonly Readonly<Record<string, string>>[]): Readonly<Record<string, string>> => Object.assign({}, ...parts)
