import { stripVTControlCharacters } from 'node:util'
import type { Paint } from './paint.ts'

/** Steps of a command, shown as they happen; several may be under way at once. */
export interface Steps {
  /**
   * Shows `title` while `work` is under way and how long it took. What `work` answers with `done` replaces the title.
   * Errors pass through.
   */
  run<T>(title: string, work: (step: Step) => Promise<T>): Promise<T>
  /** Ends the display; steps that are under way stay as they are. */
  close(): void
}

export interface Step {
  /** What happens now. */
  readonly progress: (line: string) => void
  /** What the step did, for the line that stays. */
  readonly done: (title: string) => void
}

export const seconds = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(1)} s`

export const silentSteps = (): Steps => ({ run: (_title, work) => work({ progress: () => {}, done: () => {} }), close: () => {} })

/** The first step that an error ends has failed; others that end with the same error were only broken off. */
const failureMarks = (paint: Paint): ((error: unknown) => string) => {
  const seen = new Set<unknown>()
  return error => {
    const mark = seen.has(error) ? paint('dim', '−') : paint('red', '✗')
    seen.add(error)
    return mark
  }
}

/** Cleaning up takes a moment, in which a person must not think that nobody listens. */
const interrupted = 'interrupted, cleaning up (Ctrl-C again leaves it undone)'

/** A step that is done sooner needs no lines on the way. */
const quietMilliseconds = 500

/** One line when a step ends, and one for each thing that it says on the way: for logs and pipes. */
export const plainSteps = (log: { line: (text: string) => void; paint: Paint; now: () => number; signal?: AbortSignal }): Steps => {
  const { line, paint, now, signal } = log
  const markOf = failureMarks(paint)
  const onAbort = () => line(`  ${paint('dim', `· ${interrupted}`)}`)
  signal?.addEventListener('abort', onAbort, { once: true })
  const run: Steps['run'] = async (title, work) => {
    const begun = now()
    let shown = title
    let last = ''
    const progress = (text: string) => {
      if (text !== last && now() - begun >= quietMilliseconds) line(`  ${paint('dim', `· ${title}: ${text}`)}`)
      last = text
    }
    try {
      const result = await work({ progress, done: text => (shown = text) })
      line(`  ${paint('green', '✓')} ${shown} ${paint('dim', `(${seconds(now() - begun)})`)}`)
      return result
    } catch (error) {
      line(`  ${markOf(error)} ${title} ${paint('dim', `(${seconds(now() - begun)})`)}`)
      throw error
    }
  }
  return { run, close: () => signal?.removeEventListener('abort', onAbort) }
}

interface Line {
  title: string
  detail: string
  readonly begun: number
}

const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'] as const
const frameMilliseconds = 100
const timeColumn = 56

interface Screen {
  readonly write: (text: string) => void
  readonly paint: Paint
  /** Milliseconds. */
  readonly now: () => number
  readonly columns: () => number
  /** The user's interrupt. */
  readonly signal?: AbortSignal
}

/** Lines that move: steps under way are redrawn at the bottom, ended ones stay above them. */
export const liveSteps = (screen: Screen): Steps => {
  const { write, paint, now, signal } = screen
  const markOf = failureMarks(paint)
  const under = new Set<Line>()
  let drawn = 0
  let frame = 0
  let timer: ReturnType<typeof setInterval> | undefined

  const fit = (text: string, width: number) => (text.length <= width ? text.padEnd(width) : `${text.slice(0, width - 1)}…`)
  const row = (mark: string, text: string, milliseconds: number) => {
    const width = Math.max(20, Math.min(timeColumn, screen.columns() - 14))
    return `  ${mark} ${fit(text, width)} ${paint('dim', seconds(milliseconds).padStart(7))}\n`
  }
  // To the beginning of the line: a terminal shows a Ctrl-C as ^C, which moves the cursor.
  const erase = () => (drawn === 0 ? '' : `\u001B[${drawn}F\u001B[0J`)
  const draw = (ended = '') => {
    const mark = paint('cyan', frames[frame % frames.length] ?? '·')
    const rows = [...under].map(line => row(mark, line.detail === '' ? line.title : `${line.title}: ${line.detail}`, now() - line.begun))
    if (rows.length > 0 && signal?.aborted === true)
      rows.push(`  ${paint('yellow', fit(interrupted, Math.max(20, screen.columns() - 3)).trimEnd())}\n`)
    write(`${erase()}${ended}${rows.join('')}`)
    drawn = rows.length
  }
  const start = () => {
    if (timer !== undefined) return
    write('\u001B[?25l')
    timer = setInterval(() => {
      frame++
      draw()
    }, frameMilliseconds)
    timer.unref()
  }
  const close = () => {
    if (timer === undefined) return
    clearInterval(timer)
    timer = undefined
    drawn = 0
    write('\u001B[?25h')
  }
  return {
    run: async (title, work) => {
      const line: Line = { title, detail: '', begun: now() }
      under.add(line)
      start()
      draw()
      const end = (mark: string) => {
        under.delete(line)
        draw(row(mark, line.title, now() - line.begun))
        if (under.size === 0) close()
      }
      try {
        const result = await work({
          progress: text => {
            line.detail = stripVTControlCharacters(text).trim()
          },
          done: text => (line.title = text),
        })
        end(paint('green', '✓'))
        return result
      } catch (error) {
        end(markOf(error))
        throw error
      }
    },
    close,
  }
}
