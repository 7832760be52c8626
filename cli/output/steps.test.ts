import { describe, expect, test } from 'bun:test'
import { stripVTControlCharacters } from 'node:util'
import { liveSteps, plainSteps } from './steps.ts'

const escape = '\u001B'
const sequences = new RegExp(`(${escape}\\[\\d*[A-Z]|${escape}\\[\\?25[lh]|\\n)`)
const cursorUp = new RegExp(`^${escape}\\[(\\d+)([AF])$`)

const paint = (_style: unknown, text: string) => text

describe('in a log', () => {
  const record = () => {
    const lines: string[] = []
    let time = 0
    return {
      lines,
      pass: (milliseconds: number) => (time += milliseconds),
      steps: plainSteps({ line: text => void lines.push(text), paint, now: () => time }),
    }
  }

  test('a step is a line with its time; what it says on the way is shown once it takes long', async () => {
    const { lines, pass, steps } = record()
    await steps.run('Cluster', async ({ progress, done }) => {
      progress('soon')
      pass(1000)
      progress('nodes')
      progress('nodes')
      done('Cluster: created')
    })
    expect(lines).toEqual(['  · Cluster: nodes', '  ✓ Cluster: created (1.0 s)'])
  })

  test('the step that failed is told from those that it broke off', async () => {
    const { lines, steps } = record()
    const failure = new Error('no')
    for (const title of ['Image', 'Cluster']) await steps.run(title, () => Promise.reject(failure)).catch(() => {})
    expect(lines).toEqual(['  ✗ Image (0.0 s)', '  − Cluster (0.0 s)'])
  })
})

describe('at a terminal', () => {
  /** What a terminal shows after these writes: cursor up, to the beginning of the line or not, and clear below are all that is used. */
  const screen = (written: string): string[] => {
    const rows = ['']
    for (const part of written.split(sequences)) {
      const up = cursorUp.exec(part)
      if (part === '\n') rows.push('')
      else if (up !== null) {
        const column = up[2] === 'A' ? (rows.at(-1) ?? '').length : 0
        rows.splice(rows.length - 1 - Number(up[1]), Number(up[1]) + 1, ' '.repeat(column))
      } else if (!part.startsWith(escape)) rows[rows.length - 1] += part
    }
    return rows.map(row => row.trimEnd()).filter(row => row !== '')
  }

  test('ended steps stay above those under way, and the cursor comes back', async () => {
    let written = ''
    let time = 0
    const steps = liveSteps({ write: text => (written += text), paint, now: () => time, columns: () => 80 })
    const { promise, resolve } = Promise.withResolvers<void>()
    const cluster = steps.run('Cluster', async ({ progress, done }) => {
      progress('starting')
      await promise
      done('Cluster: created')
    })
    await steps.run('Image', async () => {
      time = 1200
    })
    expect(screen(written)).toEqual([
      expect.stringMatching(/^ {2}✓ Image +1\.2 s$/),
      expect.stringMatching(/^ {2}⠋ Cluster: starting +1\.2 s$/),
    ])
    time = 5000
    resolve()
    await cluster
    expect(screen(written)).toEqual([
      expect.stringMatching(/^ {2}✓ Image +1\.2 s$/),
      expect.stringMatching(/^ {2}✓ Cluster: created +5\.0 s$/),
    ])
    expect(written.endsWith('\u001B[?25h')).toBe(true)
  })

  test('what the terminal makes of a Ctrl-C moves no line', async () => {
    let written = ''
    const steps = liveSteps({ write: text => (written += text), paint, now: () => 0, columns: () => 80 })
    const work = steps.run('Cluster', async () => {
      await Promise.resolve()
      written += '^C'
      throw new Error('interrupted')
    })
    await expect(work).rejects.toThrow('interrupted')
    expect(screen(written)).toEqual([expect.stringMatching(/^ {2}✗ Cluster +0\.0 s$/)])
  })

  test('a long text is cut to the width, so that no line breaks', async () => {
    let written = ''
    const steps = liveSteps({ write: text => (written += text), paint, now: () => 0, columns: () => 50 })
    await steps.run('A title', async ({ progress }) => progress('x'.repeat(200)))
    for (const row of written.split('\n')) expect(Bun.stringWidth(stripVTControlCharacters(row))).toBeLessThanOrEqual(50)
  })
})
