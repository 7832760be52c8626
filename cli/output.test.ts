import { expect, test } from 'bun:test'
import { createOutput } from './output.ts'

const stream = (isTTY: boolean) => ({ isTTY, write: () => true })
const painted = (isTTY: { readonly stdout: boolean; readonly stderr: boolean }, env: Readonly<Record<string, string>> = {}) => {
  const output = createOutput({ stdout: stream(isTTY.stdout), stderr: stream(isTTY.stderr), env, now: () => 0 })
  return { result: output.paintResult('red', 'x') !== 'x', note: output.paint('red', 'x') !== 'x' }
}

test('a result has colour where stdout is a terminal, a note where stderr is one', () => {
  expect(painted({ stdout: false, stderr: true })).toEqual({ result: false, note: true })
  expect(painted({ stdout: true, stderr: false })).toEqual({ result: true, note: false })
  expect(painted({ stdout: true, stderr: true }, { NO_COLOR: '1' })).toEqual({ result: false, note: false })
  expect(painted({ stdout: true, stderr: true }, { TERM: 'dumb' })).toEqual({ result: false, note: false })
  expect(painted({ stdout: false, stderr: false }, { FORCE_COLOR: '1' })).toEqual({ result: true, note: true })
})
