import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { ClusterQueryError } from './cluster-query-error.ts'
import { parseClusterQuery } from './cluster-query.ts'
import type { Subject } from './cluster-query.ts'

const values: Readonly<Record<string, readonly string[]>> = {
  'attribute:ecs.instance-type': ['t2.small'],
  'attribute:ecs.availability-zone': ['us-east-1a'],
  'attribute:stack': ['prod'],
  'attribute:rank': ['10'],
  'task:group': ['service:production', 'family:web'],
  agentConnected: ['true'],
  agentVersion: ['1.14.5'],
  ec2InstanceId: ['i-abcd1234'],
  registeredAt: ['2026-06-18T22:28:28.000Z'],
  runningTasksCount: ['2'],
}
const subject: Subject = name => values[name] ?? []
const holds = (text: string): boolean => parseClusterQuery(text)(subject)

// The first ones are the examples of the documentation.
test.each<[string, boolean]>([
  ['attribute:ecs.instance-type == t2.small', true],
  ['attribute:ecs.availability-zone in [us-east-1a, us-east-1b]', true],
  ['attribute:ecs.instance-type =~ g2.* and attribute:ecs.availability-zone != us-east-1d', false],
  ['task:group == service:production', true],
  ['not(task:group == database)', true],
  ['runningTasksCount == 1', false],
  ['agentVersion < 1.14.10', true],
  ['agentVersion >= 1.9.9', true],
  ['registeredAt < 2026-06-18T22:28:29+00:00', true],
  ['ec2InstanceId == "i-abcd1234"', true],
  ['ec2InstanceId in [i-abcd1234, i-wxyx7890]', true],
  ['attribute:ecs.instance-type matches t[23]\\.(small|large)', true],
  ['(attribute:ecs.instance-type =~ t2.*)', true],
  ['attribute:stack exists', true],
  ['attribute:other exists', false],
  ['attribute:other !exists', true],
  ['attribute:other not_exists and attribute:stack not_in [dev, test]', true],
  ['attribute:other == x', false],
  ['attribute:other != x', true],
  ['attribute:rank > 9', true],
  ['attribute:rank less_than_equal 9', false],
  ['agentConnected == true && runningTasksCount>1', true],
  ['agentConnected==false||runningTasksCount>=2', true],
  ['attribute:stack == dev or attribute:stack == prod and agentConnected == false', false],
  ['(attribute:stack == prod or attribute:stack == dev) and agentConnected == true', true],
  ['!(attribute:stack == prod)', false],
  ['attribute:stack !~ pr.d', false],
])('%s is %p', (text, expected) => expect(holds(text)).toBe(expected))

describe('what cannot be read is refused', () => {
  test.each([
    '',
    'attribute:stack',
    'attribute: == x',
    'color == red',
    'attribute:stack == ',
    'attribute:stack in prod',
    'attribute:stack in [prod',
    'attribute:stack == prod and',
    '(attribute:stack == prod',
    'attribute:stack == prod)',
    'attribute:stack =~ [a',
    `${'('.repeat(100)}attribute:stack == prod${')'.repeat(100)}`,
    `attribute:stack == ${'x'.repeat(3000)}`,
  ])('%p', text => expect(() => parseClusterQuery(text)).toThrow(ClusterQueryError))
})

test.each(['(a+)+b', '(a|a)*b', '(a*)*', '((a))*', 'a*a*a*a*b', '(a?){2,}b', '(a)\\1*'])(
  '%s takes too long to match, so it is refused',
  pattern => {
    expect(() => parseClusterQuery(`attribute:stack =~ ${pattern}`)).toThrow('too complex')
  },
)

describe('whatever is asked', () => {
  const word = fc.constantFrom(
    ...'attribute:a agentVersion registeredAt runningTasksCount == != > in !in =~ !~ exists ( ) [ ] , and or not ! && || "x" 1.2 a.* (a+)+ \\'.split(
      ' ',
    ),
  )
  const outcome = (text: string): unknown => {
    try {
      return typeof parseClusterQuery(text)(subject)
    } catch (error) {
      return error instanceof ClusterQueryError ? 'refused' : String(error)
    }
  }

  test('is answered or refused', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.array(word, { maxLength: 12 }).map(words => words.join(' ')),
          fc.string(),
        ),
        text => {
          expect(['boolean', 'refused']).toContain(String(outcome(text)))
        },
      ),
      { numRuns: 2_000 },
    )
  })

  test('is answered soon, also where a value is as long as it may be', () => {
    const long: Subject = () => [`${'a'.repeat(127)}!`]
    const pieces = fc.constantFrom('a', 'a*', 'a+', 'a?', '(a)', '(a|b)', '[ab]*', '.*', 'b', '(a)*', 'a{2,}', '(ab?)', '$', '^')
    fc.assert(
      fc.property(fc.array(pieces, { minLength: 1, maxLength: 6 }), parts => {
        const begin = performance.now()
        try {
          parseClusterQuery(`attribute:a =~ ${parts.join('')}`)(long)
        } catch (error) {
          expect(error).toBeInstanceOf(ClusterQueryError)
        }
        expect(performance.now() - begin).toBeLessThan(5_000)
      }),
      { numRuns: 1_000 },
    )
  })
})
