import { expect, test } from 'bun:test'
import { type LogOutput, createLog } from './log.ts'

const capture = (isTTY: boolean): { written: string[]; output: LogOutput } => {
  const written: string[] = []
  return { written, output: { isTTY, write: line => written.push(line) } }
}

test('a log for a person has one line an entry, with an error below it', () => {
  const { written, output } = capture(true)
  const log = createLog({ logLevel: 'info' }, output)
  log.info({ taskArn: 'arn', count: 2 }, 'stopped')
  log.debug('not shown')
  log.error({ err: new Error('refused') }, 'failed')
  expect(written).toHaveLength(2)
  expect(written[0]).toMatch(/^\d\d:\d\d:\d\d\.\d{3} info stopped taskArn=arn count=2\n$/)
  expect(written[1]).toMatch(/ failed\n {2}Error: refused\n/)
})

test('a log for a machine is JSON', () => {
  const { written, output } = capture(false)
  createLog({ logLevel: 'warn' }, output).warn({ key: 'k' }, 'trying again')
  expect(JSON.parse(written[0] ?? '')).toMatchObject({ level: 'warn', key: 'k', msg: 'trying again', time: expect.stringMatching(/Z$/) })
})
