import type { ServerConfig } from './config.ts'

/** A running control plane. */
export interface RunningServer {
  /** The AWS API's address, such as `http://127.0.0.1:8080`. */
  readonly url: string
  readonly adminUrl: string
  /** Stops what was started, in reverse order; what was acknowledged is on disk. */
  stop(): Promise<void>
}

/** The composition root: makes every part of the control plane and connects them. */
export async function startServer(_config: ServerConfig): Promise<RunningServer> {
  throw new Error('not composed yet')
}
