import { KubeError } from './errors.ts'
import type { KubeWebSocket } from './websocket.ts'

/** A command that runs in a container, on a terminal. */
export interface KubeExec {
  /** Resolves when more may be written. */
  write(bytes: Uint8Array): Promise<void>
  resize(size: { readonly columns: number; readonly rows: number }): void
  /** What its terminal shows; the command is held back while nothing is asked for. */
  readonly output: AsyncIterable<Uint8Array>
  /** Resolves when `output` has ended. Never rejects. */
  readonly ended: Promise<ExecEnd>
  close(): void
}

/** `failure`: the server's words where the command was not run or was lost. */
export type ExecEnd = { readonly exitCode: number } | { readonly failure: string }

export interface ExecOptions {
  readonly container: string
  readonly command: readonly string[]
  readonly signal?: AbortSignal
}

/** Closing of one side is what it has over version 4. https://kubernetes.io/docs/reference/access-authn-authz/ (remotecommand) */
export const execProtocol = 'v5.channel.k8s.io'

/** The first byte of each message. */
const channels = { input: 0, output: 1, errors: 2, status: 3, size: 4 } as const

/** A terminal has one output: standard error is in it. */
export const execQuery = ({ container, command }: ExecOptions): string =>
  new URLSearchParams([
    ['container', container],
    ...command.map(word => ['command', word]),
    ['stdin', 'true'],
    ['stdout', 'true'],
    ['tty', 'true'],
  ]).toString()

export function execOver(socket: KubeWebSocket): KubeExec {
  let told: ExecEnd | undefined
  let resolveEnd: (end: ExecEnd) => void = () => {}
  const ended = new Promise<ExecEnd>(resolve => (resolveEnd = resolve))
  const output = async function* (): AsyncGenerator<Uint8Array, void, undefined> {
    try {
      for await (const message of socket.messages) {
        const payload = message.subarray(1)
        if (message[0] === channels.status) told = endOf(payload)
        else if ((message[0] === channels.output || message[0] === channels.errors) && payload.length > 0) yield payload
      }
    } finally {
      resolveEnd(told ?? { failure: 'The container has ended, or the connection to it was lost.' })
    }
  }
  const send = async (channel: number, payload: Uint8Array): Promise<void> => {
    const message = new Uint8Array(payload.length + 1)
    message[0] = channel
    message.set(payload, 1)
    await socket.send(message)
  }
  return {
    output: output(),
    ended,
    write: bytes => send(channels.input, bytes),
    resize: ({ columns, rows }) => {
      void send(channels.size, new TextEncoder().encode(JSON.stringify({ Width: columns, Height: rows })))
    },
    close: () => socket.close(),
  }
}

/** A metav1.Status: a success, the exit code as a cause, or why it was not run. */
function endOf(payload: Uint8Array): ExecEnd {
  interface Told {
    readonly status?: string
    readonly message?: string
    readonly details?: { readonly causes?: readonly { readonly reason?: string; readonly message?: string }[] }
  }
  const status: Told = JSON.parse(new TextDecoder().decode(payload))
  if (status.status === 'Success') return { exitCode: 0 }
  const code = status.details?.causes?.find(({ reason }) => reason === 'ExitCode')?.message
  return code === undefined ? { failure: status.message ?? 'The command was not run.' } : { exitCode: Number(code) }
}

/** Whether the server refused because there is no such pod or container that runs. */
export const isNotRunning = (error: unknown): boolean => error instanceof KubeError && [400, 404, 409].includes(error.status)
