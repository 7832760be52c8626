/** What a check found. */
export interface Finding {
  /** What was looked at, such as `Docker`. */
  readonly what: string
  /** `skip`: could not be looked at here; `warn`: works, with a drawback; `fail`: something does not work. */
  readonly is: 'ok' | 'skip' | 'warn' | 'fail'
  /** What is so, in a line. */
  readonly says: string
  /** What to do about it. */
  readonly remedy?: string
  /** Does it, where that is safe, and resolves with what was done. Rejects with why it could not be. One function of several findings is called once. */
  readonly fix?: () => Promise<string>
}

export const ok = (what: string, says: string): Finding => ({ what, is: 'ok', says })
export const skipped = (what: string, says: string): Finding => ({ what, is: 'skip', says })
export const warning = (what: string, says: string, remedy: string): Finding => ({ what, is: 'warn', says, remedy })
export const failing = (what: string, says: string, remedy: string): Finding => ({ what, is: 'fail', says, remedy })
