import { CliError } from '../../shared/errors.ts'

/** The state cannot be opened, read or written: what happened, and what to do about it. */
export class StoreError extends CliError {
  constructor(what: string, remedy: string, options: { cause?: unknown; details?: readonly string[] } = {}) {
    super(what, remedy, options)
    this.name = 'StoreError'
  }
}
