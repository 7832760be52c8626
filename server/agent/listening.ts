import type { Clock } from '../../shared/clock.ts'
import { messageOf } from '../../shared/errors.ts'
import { pause } from '../../shared/pause.ts'
import type { Logger } from '../log.ts'
import type { AgentConfig } from './config.ts'
import { LoopbackAddress } from './loopback-address.ts'

export interface ListeningParts {
  readonly config: Pick<AgentConfig, 'address' | 'port'>
  readonly clock: Clock
  readonly log: Logger
  readonly answer: (request: Request, caller: string) => Promise<Response>
}

/** Between looks whether the address is still the node's. Milliseconds. */
const holdEveryMs = 1_000
/** How long an agent that ends may hold the port. Milliseconds. */
const takenForMs = 15_000
const tryAgainMs = 100
/** What containers send are two members at most. Bytes. */
const largestBody = 65_536

/**
 * Takes the address, which is held from then on, and answers there. Two agents overlap for a moment when one takes the
 * place of another. Rejects with `AddressRefused`, or EADDRINUSE as `code` when the port stays taken.
 */
export const listenAt = async ({
  config,
  clock,
  log,
  answer,
}: ListeningParts): Promise<{ readonly url: string; stop(): Promise<void> }> => {
  const held = config.address.startsWith('127.') ? undefined : new HeldAddress(config.address, clock, log)
  try {
    const server = await serve(config, clock, answer)
    return {
      url: server.url.origin,
      stop: async () => {
        await server.stop(true)
        held?.release()
      },
    }
  } catch (error) {
    held?.release()
    throw error
  }
}

const serve = async (
  { address, port }: ListeningParts['config'],
  clock: Clock,
  answer: ListeningParts['answer'],
): Promise<ReturnType<typeof Bun.serve>> => {
  const deadline = clock.now() + takenForMs
  for (;;) {
    try {
      return Bun.serve({
        hostname: address,
        port,
        idleTimeout: 60,
        maxRequestBodySize: largestBody,
        development: false,
        // Bun shares ports unless it develops: an agent that ends would go on answering some containers.
        reusePort: false,
        fetch: async (request, server) => answer(request, callerOf(server.requestIP(request)?.address)),
      })
    } catch (error) {
      if (!isTaken(error) || clock.now() > deadline) throw error
      await pause(clock, tryAgainMs)
    }
  }
}

const isTaken = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'EADDRINUSE'

/** IPv4 addresses that came through an IPv6 socket are told as such. */
const callerOf = (address: string | undefined): string => (address ?? '').replace(/^::ffff:/, '')

class HeldAddress {
  readonly #address: LoopbackAddress
  readonly #clock: Clock
  readonly #log: Logger
  #cancel: () => void

  constructor(address: string, clock: Clock, log: Logger) {
    this.#address = new LoopbackAddress(address)
    this.#clock = clock
    this.#log = log
    this.#address.add()
    this.#cancel = this.#again()
  }

  release(): void {
    this.#cancel()
    this.#address.remove()
    this.#address.close()
  }

  #again(): () => void {
    return this.#clock.after(holdEveryMs, () => {
      try {
        this.#address.add()
      } catch (error) {
        this.#log.error(`the address is not the node's any more: ${messageOf(error)}`)
      }
      this.#cancel = this.#again()
    })
  }
}
