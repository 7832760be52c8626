/**
 * The words of a command as ECS Exec's agent splits them: by blanks, with quotes and backslashes as in a shell, and
 * without a shell: nothing is expanded, and `|` or `>` are words like others. Undefined for a quote that does not end.
 */
export function commandWords(command: string): readonly string[] | undefined {
  const words: string[] = []
  let rest = command.trimStart()
  while (rest !== '') {
    const word = /^(?:'[^']*'|"(?:[^"\\]|\\[\s\S])*"|\\[\s\S]|[^\s'"\\])+/.exec(rest)?.[0]
    if (word === undefined) return undefined
    const after = rest.slice(word.length)
    if (after !== '' && !/^\s/.test(after)) return undefined
    words.push(unquoted(word))
    rest = after.trimStart()
  }
  return words
}

const unquoted = (word: string): string =>
  word.replaceAll(/'([^']*)'|"((?:[^"\\]|\\[\s\S])*)"|\\([\s\S])/g, (_all, single?: string, double?: string, escaped?: string) => {
    if (double !== undefined) return double.replaceAll(/\\(["\\$`])/g, '$1')
    return single ?? escaped ?? ''
  })
