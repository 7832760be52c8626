/**
 * Time, as it comes in through the composition root. Everything that waits or stamps takes a Clock, so that
 * tests drive time by hand.
 */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number
  /** Calls back once after `milliseconds`; the answer cancels it. */
  after(milliseconds: number, callback: () => void): () => void
}

/** Timers that are longer than this fire at once. https://nodejs.org/api/timers.html#settimeoutcallback-delay-args */
const longestTimer = 2 ** 31 - 1

export const systemClock: Clock = {
  now: () => Date.now(),
  after: (milliseconds, callback) => {
    let timer: NodeJS.Timeout
    const wait = (left: number): void => {
      timer = left > longestTimer ? setTimeout(() => wait(left - longestTimer), longestTimer) : setTimeout(callback, left)
    }
    wait(milliseconds)
    return () => clearTimeout(timer)
  },
}

/** AWS's JSON timestamps: seconds since the epoch with milliseconds as the fraction. */
export const epochSeconds = (milliseconds: number): number => Math.round(milliseconds) / 1000
