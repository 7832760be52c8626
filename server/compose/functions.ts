import type { Backend } from '../backend/backend.ts'
import { createFunctions } from '../gateway/functions.ts'
import { httpServer } from '../http/listen.ts'
import type { Logger } from '../log.ts'
import type { Store } from '../store/store.ts'
import type { Started } from './started.ts'

export interface FunctionsParts {
  readonly host: string
  readonly port: number
  readonly store: Store
  readonly log: Logger
  readonly backend: Backend | undefined
  readonly started: Started
}

/** Listens for requests to functions that are targets: the gateway's, and nobody else's business. */
export async function openFunctions({ host, port, store, log, backend, started }: FunctionsParts): Promise<void> {
  // A function may run for fifteen minutes, and says nothing until it is done.
  const server = httpServer({ fetch: createFunctions({ store, log, backend, random: Math.random }) }, { idleSeconds: 0 })
  const listening = await server.listen(host, port)
  started.add("the functions' port", () => listening.stop())
}
