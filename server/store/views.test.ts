import { expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { views } from './views.ts'

test('docs/state.md names every view with its columns', () => {
  const page = readFileSync(join(import.meta.dir, '../../docs/state.md'), 'utf8')
  for (const [name, { columns }] of Object.entries(views)) {
    const listed = Object.keys(columns).map(column => `\`${column}\``)
    expect(page).toContain(`| \`${name}\` | ${listed.join(', ')} |`)
  }
})
