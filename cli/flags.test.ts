import { describe, expect, test } from 'bun:test'
import { OutOfTime, instanceName, parseDuration, parsePortRange, withTimeout } from './flags.ts'
import { CliError } from '../shared/errors.ts'

test.each([
  ['90s', 90_000],
  ['5m', 300_000],
  ['1.5h', 5_400_000],
  ['250ms', 250],
  ['30', 30_000],
])('%s is %d ms', (text, milliseconds) => expect(parseDuration(text)).toBe(milliseconds))

test.each(['', '0s', 'soon', '-1s', '5d', '1m30s'])('"%s" is no length of time', text => {
  expect(() => parseDuration(text)).toThrow('not a length of time')
})

describe('a range of ports', () => {
  test('is inclusive', () => expect(parsePortRange('9000-9019')).toEqual({ first: 9000, last: 9019 }))
  test('may be one port', () => expect(parsePortRange('9000-9000')).toEqual({ first: 9000, last: 9000 }))
  test.each(['9000', '9019-9000', '0-5', '65530-65540', 'a-b', '9000-9300'])('%s is refused', text => {
    expect(() => parsePortRange(text)).toThrow(CliError)
  })
})

describe('the name of an instance', () => {
  test('comes from the flag, else from KECS_NAME, else is kecs', () => {
    expect(instanceName('a', { KECS_NAME: 'b' })).toBe('a')
    expect(instanceName(undefined, { KECS_NAME: 'b' })).toBe('b')
    expect(instanceName(undefined, { KECS_NAME: '' })).toBe('kecs')
    expect(instanceName(undefined, {})).toBe('kecs')
  })
  test.each(['', 'A', 'a_b', '-a', 'a-', '../x', 'bin', 'a'.repeat(28)])('"%s" is refused', name => {
    expect(() => instanceName(name, {})).toThrow('cannot name an instance')
  })
})

test('a timeout ends the work with what to do', async () => {
  const signal = withTimeout(new AbortController().signal, { timeout: '1ms' })
  await new Promise(resolve => signal.addEventListener('abort', resolve))
  expect(signal.reason).toBeInstanceOf(OutOfTime)
  expect(signal.reason).toMatchObject({ message: 'This took longer than 1ms.', exitCode: 1 })
})
