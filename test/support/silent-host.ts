import type { Host } from '../../cli/host.ts'
import { createOutput } from '../../cli/output.ts'
import { systemClock } from '../../shared/clock.ts'

/** A folder that is home and where commands run, and nobody who reads what they print or answers. */
export const silentHost = (home: string, env: Host['env']): Host => {
  const silent = { write: () => undefined }
  return {
    env,
    cwd: home,
    home,
    output: createOutput({ stdout: silent, stderr: silent, env: {}, now: () => 0 }),
    signal: new AbortController().signal,
    clock: systemClock,
    canAsk: false,
  }
}
