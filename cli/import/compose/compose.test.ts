import { expect, test } from 'bun:test'
import { withHosts } from './hosts.ts'
import { interpolate, readEnvFile } from './interpolate.ts'
import { eachOnce, portsOf } from './ports.ts'
import { mountsOf } from './volumes.ts'
import { mebibytesOf, secondsOf, shellWords } from './words.ts'

// Forms of https://docs.docker.com/reference/compose-file/

test.each([
  ['$A-${A}', 'a-a'],
  ['${NONE:-other}', 'other'],
  ['${EMPTY:-other}', 'other'],
  ['${EMPTY-other}', ''],
  ['${A:+set}', 'set'],
  ['${NONE+set}', ''],
  ['$$A', '$A'],
  ['${NONE:-${A}}', 'a'],
])('%s is %s', (text, expected) => {
  expect(interpolate(text, { A: 'a', EMPTY: '' })).toBe(expected)
})

test('a required variable that is missing is said', () => {
  expect(() => interpolate('${NONE:?say which}', {})).toThrow('The variable NONE is not set: say which')
})

test('lines of env files', () => {
  const text = '# no\nexport A=1\nB=\'$A\'\nC="x $A"\nD=a b # not this\n\nE=\n'
  expect(readEnvFile(text, {})).toEqual({ A: '1', B: '$A', C: 'x 1', D: 'a b', E: '' })
})

test.each([
  ['sh -c "echo a  b"', ['sh', '-c', 'echo a  b']],
  ["a'b c'd", ['ab cd']],
  ['a\\ b ""', ['a b', '']],
  ['', []],
])('%s as words', (line, words) => {
  expect(shellWords(line)).toEqual(words)
})

test.each([
  ['80', [{ container: 80, protocol: 'tcp' }]],
  ['8080:80', [{ container: 80, published: 8080, protocol: 'tcp' }]],
  ['127.0.0.1:53:53/udp', [{ container: 53, published: 53, protocol: 'udp' }]],
  [
    '8000-8001:80-81',
    [
      { container: 80, published: 8000, protocol: 'tcp' },
      { container: 81, published: 8001, protocol: 'tcp' },
    ],
  ],
  ['127.0.0.1::80', [{ container: 80, protocol: 'tcp' }]],
  [{ target: 80, published: '8080', protocol: 'tcp' }, [{ container: 80, published: 8080, protocol: 'tcp' }]],
])('port %j', (port, expected) => {
  expect(portsOf([port])).toEqual(expected as ReturnType<typeof portsOf>)
})

test('a port is published once, whoever says it', () => {
  const web = { service: 'web', container: 80, published: 8080, protocol: 'tcp' } as const
  const dns = { service: 'dns', container: 80, published: 8080, protocol: 'udp' } as const
  expect(eachOnce([web, web, dns])).toEqual([web, dns])
  expect(() => eachOnce([web, { ...web, service: 'blog' }])).toThrow('Port 8080/tcp is published twice, by web:80 and blog:80.')
  expect(() => eachOnce([web, { ...web, container: 81 }])).toThrow('by web:80 and web:81')
})

test('volumes by their kinds', () => {
  expect(mountsOf(['data:/d', './src:/app:ro', '/cache', { type: 'tmpfs', target: '/t' }]).map(({ kind }) => kind)).toEqual([
    'volume',
    'bind',
    'anonymous',
    'tmpfs',
  ])
})

test('amounts', () => {
  expect([secondsOf('1m30s'), secondsOf('500ms'), secondsOf(undefined)]).toEqual([90, 0.5, undefined])
  expect([mebibytesOf('512M'), mebibytesOf('1.5gb'), mebibytesOf(1048576), mebibytesOf('100m')]).toEqual([512, 1536, 4, 100])
  expect(() => mebibytesOf('much')).toThrow('no amount of memory')
})

test.each([
  ['DATABASE_URL', 'postgres://u:p@db:5432/x', 'postgres://u:p@db.shop.internal:5432/x'],
  ['API', 'http://db-2/', 'http://db-2.shop.internal/'],
  ['BROKERS', 'db:9092,db-2:9092', 'db.shop.internal:9092,db-2.shop.internal:9092'],
  ['DB_HOST', 'db', 'db.shop.internal'],
  ['POSTGRES_DB', 'db', 'db'],
  ['PATH', '/usr/db/bin', '/usr/db/bin'],
  ['URL', 'http://db.example.com/db', 'http://db.example.com/db'],
])('%s=%s names %s', (variable, value, expected) => {
  expect(withHosts(variable, value, ['db', 'db-2'], 'shop.internal')).toBe(expected)
})
