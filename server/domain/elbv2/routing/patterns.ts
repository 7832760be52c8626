// The patterns of conditions as regular expressions that RE2, which the gateway has, and JavaScript read alike.

/** A text that matches itself alone. */
export const quoted = (text: string): string => text.replace(/[\\.+*?()|[\]{}^$]/g, '\\$&')

/**
 * The expression of a whole text with `*` for any characters and `?` for one.
 * @param hasEscapes whether a backslash makes `*`, `?` and itself literal, as in values of query strings
 */
export function wildcards(pattern: string, hasEscapes = false): string {
  let expression = ''
  const characters = Array.from(pattern)
  for (let at = 0; at < characters.length; at++) {
    const character = characters[at] ?? ''
    const next = characters[at + 1]
    if (hasEscapes && character === '\\' && next !== undefined && '*?\\'.includes(next)) {
      expression += quoted(next)
      at++
    } else if (character === '*') expression += '.*'
    else if (character === '?') expression += '.'
    else expression += quoted(character)
  }
  return expression
}

/** What RE2 does not have: looking around, and what was found before. */
const isForeign = /\(\?(?:=|!|<=|<!)|\\[1-9]|\\k</

/** Whether the gateway can read an expression that a rule was given. */
export const isPortable = (expression: string): boolean => !isForeign.test(expression)
