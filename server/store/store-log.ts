/** Where the store says what it cannot tell its callers. A pino logger is one. */
export interface StoreLog {
  error(context: object, message: string): void
  info(context: object, message: string): void
}

export const silentLog: StoreLog = { error: () => {}, info: () => {} }
