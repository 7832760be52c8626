import { expect, test } from 'bun:test'
import { meetsClaims } from './guards.ts'

const claims = { team: 'blue', scope: 'read write', roles: ['admin', 'user'], level: 3 }

test.each([
  ['single-string', 'team', ['blue'], true],
  ['single-string', 'team', ['red'], false],
  ['single-string', 'roles', ['admin'], false],
  ['single-string', 'level', ['3'], false],
  ['single-string', 'absent', ['blue'], false],
  ['space-separated-values', 'scope', ['write'], true],
  ['space-separated-values', 'scope', ['write', 'read'], true],
  ['space-separated-values', 'scope', ['read', 'delete'], false],
  ['space-separated-values', 'scope', ['rea'], false],
  ['string-array', 'roles', ['user'], true],
  ['string-array', 'roles', ['user', 'owner'], false],
  ['string-array', 'scope', ['read'], false],
] as const)('a claim with the format %s, %s with %j: %p', (Format, Name, Values, expected) => {
  expect(meetsClaims(claims, [{ Format, Name, Values }])).toBe(expected)
})

test('all claims are asked for, and none is a need', () => {
  const team = { Format: 'single-string', Name: 'team', Values: ['blue'] } as const
  expect(meetsClaims(claims, undefined)).toBe(true)
  expect(meetsClaims(claims, [team, { ...team, Values: ['red'] }])).toBe(false)
})
