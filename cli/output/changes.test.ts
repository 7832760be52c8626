import { expect, test } from 'bun:test'
import { memberChanges } from './changes.ts'

test('only the members that hold another value', () => {
  expect(
    memberChanges(
      { service: { desiredCount: 1, name: 'web', list: [1, 2] }, gone: true },
      { service: { desiredCount: 3, name: 'web', list: [1, 5, 6] }, come: null },
    ),
  ).toEqual([
    { path: 'service.desiredCount', before: 1, after: 3 },
    { path: 'service.list[1]', before: 2, after: 5 },
    { path: 'service.list[2]', before: undefined, after: 6 },
    { path: 'gone', before: true, after: undefined },
    { path: 'come', before: undefined, after: null },
  ])
})

test('what is put in front of a list changes nothing else of it', () => {
  expect(memberChanges({ events: ['b', 'a'] }, { events: ['d', 'c', 'b', 'a'] })).toEqual([
    { path: 'events[0]', before: undefined, after: 'd' },
    { path: 'events[1]', before: undefined, after: 'c' },
  ])
  expect(memberChanges(['x', 'y'], ['y'])).toEqual([{ path: '[0]', before: 'x', after: undefined }])
})

test('a list that became something else is one change', () => {
  expect(memberChanges({ a: [1] }, { a: { 0: 1 } })).toEqual([{ path: 'a', before: [1], after: { 0: 1 } }])
})

test('nothing differs', () => {
  expect(memberChanges({ a: { b: [1, 'x'] } }, { a: { b: [1, 'x'] } })).toEqual([])
})
