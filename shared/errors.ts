/** What a person reads when a command fails: what happened, and what to do about it. `cli/main.ts` prints it. */
export class CliError extends Error {
  /** 1 failed, 2 used wrongly, 130 interrupted. */
  readonly exitCode: number
  /** What to do, in whole sentences; empty where nothing can be done. */
  readonly remedy: string
  /** Lines that help to see why, such as a component's last log lines. */
  readonly details: readonly string[]

  constructor(what: string, remedy: string, options: { exitCode?: number; details?: readonly string[]; cause?: unknown } = {}) {
    super(what, { cause: options.cause })
    this.name = 'CliError'
    this.remedy = remedy
    this.exitCode = options.exitCode ?? 1
    this.details = options.details ?? []
  }
}

/** The text of anything thrown. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/** Of the file system: nothing has that path. */
export const isMissing = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'ENOENT'
