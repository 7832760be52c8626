import { expect, test } from 'bun:test'
import { commandHelp } from './help.ts'

test('a description keeps its paragraphs, each wrapped by itself', () => {
  const command = {
    name: 'migrate',
    summary: 'Move it.',
    description: 'Tasks go on\nmeanwhile.\n\nWith --from-go it is imported.',
    args: {},
    examples: [],
    execute: () => Promise.resolve(0),
  }
  const plain = (_style: unknown, text: string): string => text
  expect(commandHelp(command, plain, 80).split('\n').slice(0, 5)).toEqual([
    'Move it.',
    '',
    'Tasks go on meanwhile.',
    '',
    'With --from-go it is imported.',
  ])
})
