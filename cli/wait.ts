/** Resolves after `milliseconds`; rejects with the signal's reason when it is aborted before. */
export const pause = (milliseconds: number, signal?: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    const onAbort = () => {
      clearTimeout(timer)
      reject(signal?.reason)
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', onAbort)
      resolve()
    }, milliseconds)
    if (signal?.aborted === true) onAbort()
    else signal?.addEventListener('abort', onAbort, { once: true })
  })

/** Asks until the answer is not undefined, at most for `deadline` milliseconds; undefined when that passed. */
export const poll = async <T>(
  ask: () => T | undefined | Promise<T | undefined>,
  { every, deadline, signal }: { every: number; deadline: number; signal?: AbortSignal },
): Promise<T | undefined> => {
  const end = performance.now() + deadline
  for (;;) {
    const answer = await ask()
    if (answer !== undefined || performance.now() >= end) return answer
    await pause(every, signal)
  }
}
