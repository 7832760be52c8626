import { describe, expect, test } from 'bun:test'
import { type Course, courseOf, durationMs } from './command.ts'

const environment = new Map([['NAME', 'kecs']])
const course = (...argv: string[]): Course => courseOf(argv, environment)
const script = (text: string): Course => course('sh', '-c', text)
const exits = (code: number, atMs = 0, ...lines: string[]): object => ({
  exit: { atMs, code },
  lines: lines.map(text => expect.objectContaining({ text })),
})

describe('a simulated command', () => {
  test.each([
    [['true'], exits(0)],
    [['false'], exits(1)],
    [['/bin/true'], exits(0)],
    [['sleep', '2'], exits(0, 2_000)],
    [['sleep', '0.5', '1m'], exits(0, 60_500)],
    [['sleep', 'soon'], exits(1, 0, 'sleep: invalid time interval')],
    [['exit', '7'], exits(7)],
    [['echo', 'a', 'b'], exits(0, 0, 'a b')],
  ])('%j', (argv, expected) => expect(course(...argv)).toMatchObject(expected))

  test.each([
    ['echo one; sleep 1; echo two; exit 3', exits(3, 1_000, 'one', 'two')],
    ['false || echo saved', exits(0, 0, 'saved')],
    ['true && false && echo no', exits(1)],
    ['false && echo no || echo yes', exits(0, 0, 'yes')],
    ['false; exit', exits(1)],
    ['exit 256', exits(0)],
    ['exec sleep 1', exits(0, 1_000)],
    ["echo 'a;  b' \"$NAME ${NAME}\" $MISSING'$NAME'", exits(0, 0, 'a;  b kecs kecs $NAME')],
    ['echo oops >&2\n# a comment\nexit 2', exits(2, 0, 'oops')],
    ['sleep 1 && exit 4', exits(4, 1_000)],
    ['', exits(0)],
  ])('sh -c %j', (text, expected) => expect(script(text)).toMatchObject(expected))

  test('sh -e stops at the first failure', () => {
    expect(course('/bin/sh', '-ec', 'false; echo no')).toMatchObject(exits(1))
    expect(course('bash', '-c', 'false; echo yes')).toMatchObject(exits(0, 0, 'yes'))
  })

  test.each([
    [[]],
    [['nginx', '-g', 'daemon off;']],
    [['sleep', 'infinity']],
    [['sh']],
    [['sh', '-c', 'while true; do sleep 1; done']],
    [['sh', '-c', 'cat /etc/passwd | wc -l']],
    [['sh', '-c', 'echo $(date)']],
    [['sh', '-c', 'echo "$(date)"']],
    [['sh', '-c', 'echo hello > /tmp/file']],
  ])('%j runs until it is stopped', argv => expect(course(...argv).exit).toBeUndefined())

  test('what comes before an unknown command is done', () => {
    expect(script('echo starting; exec nginx')).toEqual({ lines: [{ atMs: 0, text: 'starting' }] })
  })

  test('times', () => {
    expect(['1', '1.5s', '200ms', '2m', '1h', 'inf', 'x', '-1', ''].map(durationMs)).toEqual([
      1_000,
      1_500,
      200,
      120_000,
      3_600_000,
      Infinity,
      undefined,
      undefined,
      undefined,
    ])
  })
})
