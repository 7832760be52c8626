import { expect, test } from 'bun:test'
import { networkFindings, unusedBeside } from './network.ts'

const bringUp = async () => 'ran kecs up'
const found = (names: object, isAnswered = false) =>
  networkFindings({ names, isAnswered }, { door: '10.96.0.7', unused: '10.96.0.254' }, { bringUp, up: 'kecs up' })
const door = 'localhost.localstack.cloud'
const below = `s3.${door}`
const right = { addresses: ['10.96.0.7'] }

test("both names are the AWS endpoint's address", () => {
  expect(found({ [door]: right, [below]: right }).map(({ what, is }) => [what, is])).toEqual([
    ['Cluster DNS', 'ok'],
    ['Addresses', 'ok'],
  ])
})

test.each([
  [
    'an answer of the public DNS',
    { [door]: { addresses: ['127.0.0.1'] }, [below]: right },
    `in pods ${door} is 127.0.0.1; the AWS endpoint is 10.96.0.7`,
  ],
  ['no answer', { [door]: right, [below]: { why: 'ETIMEOUT' } }, `in pods ${below} is not found (ETIMEOUT); the AWS endpoint is 10.96.0.7`],
  [
    'one beside',
    { [door]: { addresses: ['10.96.0.7', '10.96.0.8'] }, [below]: right },
    `in pods ${door} is 10.96.0.7, 10.96.0.8; the AWS endpoint is 10.96.0.7`,
  ],
])('%s is mended by kecs up', async (_, names, says) => {
  const [finding] = found(names)
  expect(finding).toMatchObject({ is: 'fail', says })
  expect(finding?.remedy).toContain('Mend it with: kecs up')
  expect(finding?.fix).toBe(bringUp)
})

test('a network that answers for addresses of nobody', () => {
  expect(found({ [door]: right, [below]: right }, true)[1]).toMatchObject({ is: 'warn', says: expect.stringContaining('10.96.0.254') })
})

test('an address that no Service has', () => {
  expect(unusedBeside(['None', '10.43.0.1', '10.43.0.254', '10.43.0.253'])).toBe('10.43.0.252')
})
