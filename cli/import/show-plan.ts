import type { Paint } from '../output/paint.ts'
import type { Change } from './plan.ts'

const marks = { create: '+', change: '~', replace: '±', delete: '-', use: '=', unchanged: ' ' } as const
const colours = { create: 'green', change: 'yellow', replace: 'magenta', delete: 'red', use: 'dim', unchanged: 'dim' } as const

export const isChange = ({ action }: Change): boolean => action !== 'unchanged' && action !== 'use'

/** A line for each change, with what changes below it; what stays is not shown. */
export const planLines = (changes: readonly Change[], paint: Paint): readonly string[] =>
  changes
    .filter(({ action }) => action !== 'unchanged')
    .flatMap(({ action, kind, name, members }) => [
      `  ${paint(colours[action], marks[action])} ${kind} ${name}${action === 'replace' ? ' (made anew)' : action === 'use' ? ' (there, and used as it is)' : ''}`,
      ...members.map(({ path, before, after }) => `      ${path}: ${shown(before)} → ${shown(after)}`),
    ])

/** Such as `2 to create, 1 to change`; empty where all is as it should be. */
export const planSummary = (changes: readonly Change[]): string =>
  (['create', 'change', 'replace', 'delete'] as const)
    .map(action => [changes.filter(each => each.action === action).length, action] as const)
    .filter(([count]) => count > 0)
    .map(([count, action]) => `${count} to ${action}`)
    .join(', ')

const longest = 120

const shown = (value: unknown): string => {
  const text = value === undefined ? '(none)' : JSON.stringify(value)
  return text.length <= longest ? text : `${text.slice(0, longest)}…`
}

/** What `--json` prints. */
export const planDocument = (name: string, changes: readonly Change[], notes: readonly string[]) => ({
  import: name,
  changes: changes.map(({ action, kind, id, name: shownName, members }) => ({ action, kind, id, name: shownName, members })),
  pending: changes.filter(isChange).length,
  notes,
})
