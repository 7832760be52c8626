import { expect, test } from 'bun:test'
import { answerOf, askedUser, namesOf, type FoundNames } from './user.ts'

const answer = (user: string, found: FoundNames = {}) => {
  const asked = askedUser(user)
  return asked === undefined ? undefined : answerOf(asked, found)
}
const ids = (uid: number, gid?: number) => ({ is: 'ids', ids: { uid, ...(gid !== undefined && { gid }) } }) as const
const failed = (message: string) =>
  ({ is: 'failed', failure: { reason: 'StartError', message: `Error response from daemon: ${message}` } }) as const
const node = { user: { uid: '1000', gid: '1001' } }
const staff = { group: { gid: '50' } }

test.each<[string, ReturnType<typeof namesOf>]>([
  ['', undefined],
  ['1000', undefined],
  ['1000:1000', undefined],
  ['root', undefined],
  ['root:root', undefined],
  ['+5', undefined],
  ['node', { user: 'node' }],
  ['node:', { user: 'node' }],
  ['node:1000', { user: 'node' }],
  ['1000:staff', { group: 'staff' }],
  [':staff', { group: 'staff' }],
  ['node:staff', { user: 'node', group: 'staff' }],
  ['root:staff', { group: 'staff' }],
  ['1e3', { user: '1e3' }],
  ['a:b:c', { user: 'a', group: 'b:c' }],
])('of the user %p only names are to be looked up', (user, names) => {
  expect(namesOf(askedUser(user))).toEqual(names)
})

// As GetExecUser of github.com/moby/sys/user, whose documentation lists the forms, gives them to Docker.
test('numbers are taken as they are, without a group the one that the image has for them', () => {
  expect(answer('')).toBeUndefined()
  expect(answer('1000')).toEqual(ids(1000))
  expect(answer('1000:5')).toEqual(ids(1000, 5))
  expect(answer('root')).toEqual(ids(0))
  expect(answer(':5')).toEqual(ids(0, 5))
  expect(answer('+7:root')).toEqual(ids(7, 0))
})

test('names are what the image says, a user’s group the one of its entry unless one is asked for', () => {
  expect(answer('node', node)).toEqual(ids(1000, 1001))
  expect(answer('node:', node)).toEqual(ids(1000, 1001))
  expect(answer('node:7', node)).toEqual(ids(1000, 7))
  expect(answer('node:staff', { ...node, ...staff })).toEqual(ids(1000, 50))
  expect(answer('7:staff', staff)).toEqual(ids(7, 50))
})

test('what an entry has where a number should be counts as 0', () => {
  expect(answer('odd', { user: { uid: 'x', gid: '' } })).toEqual(ids(0, 0))
})

test('names that the image does not have', () => {
  expect(answer('nope')).toEqual(failed('unable to find user nope: no matching entries in passwd file'))
  expect(answer('nope:nobody', staff)).toEqual(failed('unable to find user nope: no matching entries in passwd file'))
  expect(answer('node:nope', node)).toEqual(failed('unable to find group nope: no matching entries in group file'))
  expect(answer('7:nope')).toEqual(failed('unable to find group nope: no matching entries in group file'))
})

test.each(['2147483648', '-1', '5:2147483648', '5:-1'])('%s is out of range', user => {
  expect(answer(user)).toEqual(failed('uids and gids must be in range 0-2147483647'))
  expect(answer('2147483647:2147483647')).toEqual(ids(2147483647, 2147483647))
  expect(answer('odd', { user: { uid: '-5', gid: '0' } })).toEqual(failed('uids and gids must be in range 0-2147483647'))
})
