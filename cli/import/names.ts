import { createHash } from 'node:crypto'

/** A name of at most `most` letters, digits and dashes: a longer one is cut, and made unique by what it was. */
export const shortName = (parts: readonly string[], most: number): string => {
  const whole = parts
    .join('-')
    .replaceAll(/[^A-Za-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '')
  if (whole.length <= most) return whole
  const mark = createHash('sha256').update(whole).digest('hex').slice(0, 6)
  return `${whole.slice(0, most - 7).replace(/-$/, '')}-${mark}`
}

/** What an import is called where nobody said: of its file's or folder's name. */
export const importName = (name: string): string => shortName([name.toLowerCase()], 40) || 'import'

/** A Compose project's name, as Compose makes one of any text. @see https://docs.docker.com/compose/how-tos/project-name/ */
export const projectName = (text: string): string =>
  text
    .toLowerCase()
    .replaceAll(/[^a-z0-9_-]/g, '')
    .replace(/^[_-]+/, '')
