// What the documents promise of themselves: what they link to is there.
import { expect, test } from 'bun:test'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'

const root = join(import.meta.dir, '..')
const documents = ['README.md', 'CHANGELOG.md', ...new Bun.Glob('docs/**/*.md').scanSync({ cwd: root })].sort()

/** As GitHub makes a heading's anchor. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replace(/\s/g, '-')

const anchorsOf = (path: string): readonly string[] =>
  [...readFileSync(path, 'utf8').matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => anchorOf(heading))

const brokenLinks = (document: string): readonly string[] =>
  [...readFileSync(join(root, document), 'utf8').matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = '']) => target)
    .filter(target => !/^[a-z]+:/.test(target))
    .filter(target => {
      const [path = '', anchor] = target.split('#')
      const file = path === '' ? join(root, document) : join(root, dirname(document), path)
      if (!existsSync(file)) return true
      return anchor !== undefined && !anchorsOf(file).includes(anchor)
    })

test.each(documents)('every link of %s leads somewhere', document => {
  expect(brokenLinks(document)).toEqual([])
})

test('every document is reached from the README', () => {
  const reached = new Set<string>()
  const visit = (document: string): void => {
    if (reached.has(document)) return
    reached.add(document)
    for (const [, target = ''] of readFileSync(join(root, document), 'utf8').matchAll(/\]\(([^)\s#]+\.md)/g))
      if (!/^[a-z]+:/.test(target)) visit(relative(root, join(root, dirname(document), target)))
  }
  visit('README.md')
  expect(documents.filter(document => !reached.has(document) && !document.startsWith('docs/decisions/'))).toEqual([])
})
