/** A word of a command line, or what joins commands. */
export type Token = { readonly word: string } | { readonly operator: ';' | '&&' | '||' }

/**
 * Splits what a POSIX shell would split: quotes, backslashes, `;`, `&&`, `||`, newlines, comments, and `$NAME` and
 * `${NAME}` outside single quotes. Undefined for anything beyond that (pipes, redirections to files, substitutions,
 * background jobs), for then only a shell knows what happens.
 */
export const shellTokens = (script: string, environment: ReadonlyMap<string, string>): readonly Token[] | undefined => {
  const tokens: Token[] = []
  let rest = script
  while (rest !== '') {
    const match = /^(?<blank>[ \t]+|#[^\n]*|\\\n|\d?>&\d)|^(?<operator>&&|\|\||[;\n])/.exec(rest)
    if (match !== null) {
      const operator = match.groups?.['operator']
      if (operator === '&&' || operator === '||') tokens.push({ operator })
      else if (operator !== undefined) tokens.push({ operator: ';' })
      rest = rest.slice(match[0].length)
      continue
    }
    const word = takeWord(rest, environment)
    if (word === undefined) return undefined
    tokens.push({ word: word.text })
    rest = rest.slice(word.length)
  }
  return tokens
}

const part = /^(?:'(?<single>[^']*)'|"(?<double>(?:[^"\\]|\\[\s\S])*)"|\\(?<escaped>[\s\S])|(?<plain>[^\s'"\\;&|<>()`]+))/

const takeWord = (text: string, environment: ReadonlyMap<string, string>): { text: string; length: number } | undefined => {
  let word = ''
  let length = 0
  for (let match = part.exec(text); match !== null; match = part.exec(text.slice(length))) {
    const { single, double, escaped, plain } = match.groups ?? {}
    const literal = single ?? escaped
    const expandable = double?.replaceAll(/\\(["\\$`\n])/g, '$1') ?? plain
    const value = literal ?? expand(expandable ?? '', environment)
    if (value === undefined) return undefined
    word += value
    length += match[0].length
  }
  return length === 0 ? undefined : { text: word, length }
}

const expand = (text: string, environment: ReadonlyMap<string, string>): string | undefined => {
  if (text.includes('$(') || text.includes('`')) return undefined
  return text.replaceAll(/\$(?:\{(\w+)\}|(\w+))/g, (_all, braced, bare) => environment.get(String(braced ?? bare)) ?? '')
}
