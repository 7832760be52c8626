import { connect } from 'node:net'
import type { ProbeOutcome, ProbeRequest } from './prober.ts'

/** Connects, and closes at once. */
export const probeTcp = ({ host, port }: ProbeRequest, signal: AbortSignal): Promise<ProbeOutcome> =>
  new Promise((resolve, reject) => {
    const socket = connect({ host, port })
    const abort = (): void => {
      socket.destroy()
      reject(new Error('aborted'))
    }
    signal.addEventListener('abort', abort, { once: true })
    socket.once('close', () => signal.removeEventListener('abort', abort))
    socket.on('error', reject)
    socket.once('connect', () => {
      resolve({ is: 'connected' })
      socket.destroy()
    })
  })
