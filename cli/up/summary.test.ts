import { expect, test } from 'bun:test'
import { stripVTControlCharacters } from 'node:util'
import { wrap } from '../output/wrap.ts'
import { endpointOf, portRows, simulatedNotice } from './summary.ts'

test.each([
  ['127.0.0.1', 'http://127.0.0.1:4566'],
  ['0.0.0.0', 'http://127.0.0.1:4566'],
  ['::', 'http://[::1]:4566'],
  ['::1', 'http://[::1]:4566'],
  ['10.0.0.7', 'http://10.0.0.7:4566'],
])('bound to %s it is reached at %s', (bind, endpoint) => expect(endpointOf({ bind, port: 4566 })).toBe(endpoint))

test('where Kubernetes chose the port it is reached as up found it', () => {
  expect(endpointOf({ bind: '127.0.0.1', port: 4566, endpoint: 'http://172.18.0.2:31234' })).toBe('http://172.18.0.2:31234')
})

test('ports are told with what they are for, and which of them UDP has', () => {
  const ports = (udpListenerPorts: { first: number; last: number }, driver = 'kind') =>
    portRows({ driver, publishedPorts: { first: 9000, last: 9019 }, listenerPorts: { first: 9020, last: 9039 }, udpListenerPorts })
      .map(([, value]) => value)
      .join('\n')
  expect(ports({ first: 9035, last: 9039 })).toBe("9000-9019 of tasks\n9020-9039 of load balancers' listeners, 9035-9039 for UDP too")
  expect(ports({ first: 9020, last: 9039 })).toEndWith('listeners, for UDP too')
  expect(ports({ first: 9040, last: 9039 })).toEndWith("9020-9039 of load balancers' listeners")
  expect(ports({ first: 9035, last: 9039 }, 'context')).toBe('9000-9019 of tasks')
})

test('the notice is a box in which every line fits', () => {
  const lines = stripVTControlCharacters(simulatedNotice((_style, text) => text, 100, 'kecs'))
    .trimEnd()
    .split('\n')
  expect(new Set(lines.map(line => line.length)).size).toBe(1)
  expect(lines[1]).toContain('TASKS ARE SIMULATED')
})

test('text is broken between words', () => {
  expect(wrap('one two three', 7)).toEqual(['one two', 'three'])
  expect(wrap('a-very-long-word x', 4)).toEqual(['a-very-long-word', 'x'])
  expect(wrap('', 10)).toEqual([''])
  expect(wrap('as it is', Number.POSITIVE_INFINITY)).toEqual(['as it is'])
})
