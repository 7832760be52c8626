/** Waits until `look` gives something true, looking every `everyMs`; fails after `withinMs` with the last error or value. */
export async function until<Value>(
  what: string,
  look: () => Promise<Value | undefined | false> | Value | undefined | false,
  { withinMs = 120_000, everyMs = 200 }: { withinMs?: number; everyMs?: number } = {},
): Promise<Value> {
  const end = performance.now() + withinMs
  let last: unknown
  for (;;) {
    try {
      const value = await look()
      if (value !== undefined && value !== false) return value
    } catch (error) {
      last = error
    }
    if (performance.now() > end) throw new Error(`${what}: not within ${withinMs / 1000} s`, { cause: last })
    await Bun.sleep(everyMs)
  }
}
