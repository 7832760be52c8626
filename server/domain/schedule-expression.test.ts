import { describe, expect, test } from 'bun:test'
import { isTimezone, problemWithSchedule } from './schedule-expression.ts'

const invalid = 'Invalid schedule expression. Details: '
const syntax = String.raw`${invalid}Schedule expressions must have the following syntax: rate(<number>\s?(minutes?|hours?|days?)), cron(<cron_expression>) or at(yyyy-MM-dd'T'HH:mm:ss).`
const time = `${invalid}Invalid schedule at DateTime expression: `
const days = `${invalid}Invalid CRON expression: error at position 1, details: '?' can only be specified for Day-of-Month or Day-of-Week.`

describe('schedules', () => {
  // From AWS's user guide and from recorded deployments.
  const good = [
    'at(2035-01-01T00:00:00)',
    'at(2036-02-29T23:59:59)',
    'rate(1 minute)',
    'rate(2 days)',
    'rate(5minutes)',
    'cron(0 8 1 * ? *)',
    'cron(0 9 ? * 2 *)',
    'cron(10 8 ? * MON-FRI *)',
    'cron(0/10 * ? * MON-FRI *)',
    'cron(0/5 8-17 ? * MON-FRI *)',
    'cron(15 10 L * ? *)',
    'cron(0 18 3W * ? *)',
    'cron(15 12 ? * 6L 2030-2035)',
    'cron(0 9 ? * 2#1 *)',
    'cron(0 8 ? JAN,JUL mon *)',
  ]
  test.each(good)('%s is one', expression => expect(problemWithSchedule(expression)).toBeUndefined())

  const bad: readonly (readonly [string, string])[] = [
    ['0 8 1 * ? *', syntax],
    ['rate(5 seconds)', syntax],
    ['rate(1 week)', syntax],
    ['rate(-1 minutes)', syntax],
    [
      'rate(0 minutes)',
      "Invalid schedule frequency. Run for '1970-01-01T00:00:00.000Z' and '1970-01-01T00:00:00.000Z' are less than 60 seconds apart",
    ],
    ['at(2035-01-01)', `${time}Invalid format: "2035-01-01" is too short`],
    ['at(2035-01-01T00:00:00Z)', `${time}Invalid format: "2035-01-01T00:00:00Z" is malformed at "Z"`],
    ['at(tomorrow)', `${time}Invalid format: "tomorrow"`],
    ['at(2035-13-01T00:00:00)', `${time}Cannot parse "2035-13-01T00:00:00": Value 13 for monthOfYear must be in the range [1,12]`],
    ['at(2035-02-29T00:00:00)', `${time}Cannot parse "2035-02-29T00:00:00": Value 29 for dayOfMonth must be in the range [1,28]`],
    ['cron(0 8 * * * *)', days],
    ['cron(0 8 ? * ? *)', days],
  ]
  test.each(bad)('%s is none', (expression, problem) => expect(problemWithSchedule(expression)).toBe(problem))

  const badFields = [
    '60 8 1 * ? *',
    '0 24 1 * ? *',
    '0 8 32 * ? *',
    '0 8 1 13 ? *',
    '0 8 ? * 8 *',
    '0 8 1 * ? 1969',
    '0 8 1 * ?',
    '* * 1 FOO ? *',
    '0/0 8 1 * ? *',
  ]
  test.each(badFields)('cron(%s) is none', body => {
    expect(problemWithSchedule(`cron(${body})`)).toStartWith(`${invalid}Invalid CRON expression: error at position `)
  })
})

test('time zones are those of the IANA database', () => {
  const known = ['Asia/Tokyo', 'US/Pacific', 'Etc/GMT+9', 'UTC', 'GMT', 'Europe/London', 'EST5EDT']
  const unknown = ['JST', 'GMT+9', 'Not/A_Zone', '+09:00', '']
  expect(known.filter(name => !isTimezone(name))).toEqual([])
  expect(unknown.filter(isTimezone)).toEqual([])
})
