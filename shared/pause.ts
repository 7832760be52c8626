import type { Clock } from './clock.ts'

/** Resolves after so many milliseconds, or as soon as the signal says to stop. Never rejects. */
export const pause = (clock: Pick<Clock, 'after'>, milliseconds: number, signal?: AbortSignal): Promise<void> =>
  new Promise(resolve => {
    const done = (): void => {
      cancel()
      signal?.removeEventListener('abort', done)
      resolve()
    }
    const cancel = clock.after(milliseconds, done)
    signal?.addEventListener('abort', done, { once: true })
  })
