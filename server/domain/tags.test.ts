import { expect, test } from 'bun:test'
import { problemWithTags, shownTags } from './tags.ts'

const many = (count: number) => Array.from({ length: count }, (_, index) => ({ key: `key-${index}`, value: 'x' }))

test.each([
  [many(50)],
  [[{ key: 'Größe +-=._:/@', value: 'a b' }, { key: 'k' }, { key: 'K', value: '' }]],
  [[{ key: 'a'.repeat(128), value: 'b'.repeat(256) }]],
])('allows %#', tags => {
  expect(problemWithTags(tags)).toBeUndefined()
})

test.each([
  [many(51), 'Tags can have at most 50 items.'],
  [[{ value: 'x' }], 'Tag key can not be blank.'],
  [[{ key: 'a'.repeat(129) }], 'Tag key length must be at most 128 characters.'],
  [[{ key: 'a', value: 'b'.repeat(257) }], 'Tag value length must be at most 256 characters.'],
  [
    [{ key: 'bot', value: 'dependabot[bot]' }],
    'Some tags contain invalid characters. Valid characters: UTF-8 letters, spaces, numbers and _ . / = + - : @.',
  ],
  [[{ key: 'AWS:mine' }], "Tag keys and values must not start with the reserved prefix 'aws:'."],
  [[{ key: 'a', value: 'aws:x' }], "Tag keys and values must not start with the reserved prefix 'aws:'."],
  [
    [
      { key: 'a', value: '1' },
      { key: 'a', value: '2' },
    ],
    'Duplicate tag key: a',
  ],
])('refuses %#', (tags, problem) => {
  expect(problemWithTags(tags)).toBe(problem)
})

test('a value that was left out is shown empty', () => {
  expect(shownTags([{ key: 'a' }])).toEqual([{ key: 'a', value: '' }])
})
