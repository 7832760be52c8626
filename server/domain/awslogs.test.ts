import { expect, test } from 'bun:test'
import { awsLogsOf } from './awslogs.ts'

const writer = { containerName: 'app', taskId: '0123456789abcdef0123456789abcdef', region: 'eu-west-1' }
const of = (options: Record<string, string>) => awsLogsOf({ logDriver: 'awslogs', options: { 'awslogs-group': '/g', ...options } }, writer)

test('a stream is named by prefix, container and task; without a prefix by the container’s id', () => {
  expect(of({ 'awslogs-stream-prefix': 'web', 'awslogs-region': 'us-east-1' })).toEqual({
    group: '/g',
    stream: 'web/app/0123456789abcdef0123456789abcdef',
    region: 'us-east-1',
    createGroup: false,
  })
  expect(of({})).toEqual({ group: '/g', region: 'eu-west-1', createGroup: false })
  expect(of({ 'awslogs-create-group': 'true' })?.createGroup).toBe(true)
  expect(awsLogsOf({ logDriver: 'json-file' }, writer)).toBeUndefined()
  expect(awsLogsOf(undefined, writer)).toBeUndefined()
})

test.each([
  ['^INFO', 'INFO x', ' INFO'],
  ['(?i)^error', 'Error: x', 'an error'],
])('a multi-line pattern %s', (pattern, begins, goesOn) => {
  const { eventStart = '' } = of({ 'awslogs-multiline-pattern': pattern }) ?? {}
  expect(new RegExp(eventStart).test(begins)).toBe(true)
  expect(new RegExp(eventStart).test(goesOn)).toBe(false)
})

// Formats and lines of https://docs.docker.com/engine/logging/drivers/awslogs/#awslogs-datetime-format
test.each([
  ['[%b %d, %Y %H:%M:%S]', '[May 01, 2017 19:00:01] A message was logged', 'May 01'],
  ['%Y-%m-%dT%H:%M:%S', '2026-01-02T03:04:05 up', '2026-13-02T03:04:05 up'],
  ['%I:%M %p', '07:30 PM', '07:30 XM'],
  ['%A %j', 'Monday 032', 'Moonday 032'],
])('a date format %s', (format, begins, goesOn) => {
  const { eventStart = '' } = of({ 'awslogs-datetime-format': format }) ?? {}
  expect(new RegExp(eventStart).test(begins)).toBe(true)
  expect(new RegExp(eventStart).test(goesOn)).toBe(false)
})

test.each([
  [{ 'awslogs-multiline-pattern': '(' }, 'awslogs could not parse multiline pattern key "("'],
  [
    { 'awslogs-multiline-pattern': 'a', 'awslogs-datetime-format': '%Y' },
    "you cannot configure log opt 'awslogs-datetime-format' and 'awslogs-multiline-pattern' at the same time",
  ],
  [{ 'awslogs-create-group': 'yes' }, "must specify valid value for log opt 'awslogs-create-group': yes"],
  [{ mode: 'fast' }, 'logger: logging mode not supported: fast'],
  [{ 'max-buffer-size': '1m' }, "logger: max-buffer-size option is only supported with 'mode=non-blocking'"],
  [{ mode: 'non-blocking', 'max-buffer-size': 'much' }, "error parsing option max-buffer-size: invalid size: 'much'"],
  [{ 'awslogs-group': '' }, "missing required option 'awslogs-group'"],
])('%j is refused', (options, message) => {
  expect(() => of(options as Record<string, string>)).toThrow(message)
})

test.each([
  ['25m', 25 * 2 ** 20],
  ['4 MiB', 4 * 2 ** 20],
  ['1024', 1024],
  ['1.5kB', 1536],
])('a buffer of %s', (size, bufferBytes) => {
  expect(of({ mode: 'non-blocking', 'max-buffer-size': size })).toMatchObject({ bufferBytes })
})

test('a buffer of ECS’ default size in mode non-blocking, and none in the other', () => {
  expect(of({ mode: 'non-blocking' })).toMatchObject({ bufferBytes: 10 * 2 ** 20 })
  expect(of({ mode: 'blocking' })).not.toHaveProperty('bufferBytes')
})
