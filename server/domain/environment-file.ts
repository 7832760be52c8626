/**
 * The variables of an environment file: a line each, `NAME=VALUE`. Nothing is trimmed and no quotes are taken off, as
 * the ECS agent reads them: lines that begin with `#`, have no `=` or no name are passed over, and the last line of a
 * name counts.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/use-environment-file.html
 */
export const environmentFileVariables = (text: string): ReadonlyMap<string, string> => {
  const variables = new Map<string, string>()
  for (const line of text.split(/\r?\n/)) {
    const at = line.indexOf('=')
    if (at > 0 && !line.startsWith('#')) variables.set(line.slice(0, at), line.slice(at + 1))
  }
  return variables
}
