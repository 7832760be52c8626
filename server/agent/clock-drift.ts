import { dlopen, FFIType } from 'bun:ffi'

/** https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-metadata-endpoint-v4-fargate-response.html */
export interface ClockDriftDocument {
  /** Milliseconds. */
  readonly ClockErrorBound: number
  readonly ReferenceTimestamp: string
  readonly ClockSynchronizationStatus: 'SYNCHRONIZED' | 'NOT_SYNCHRONIZED'
}

/** What the kernel knows of its clock, which is what the node's time daemon told it. */
export interface ClockState {
  /** Microseconds. */
  readonly maximumError: number
  readonly isSynchronized: boolean
}

/** `now` in milliseconds since the epoch. Undefined where the kernel does not tell. */
export const clockDriftOf = (state: ClockState | undefined, now: number): ClockDriftDocument | undefined =>
  state === undefined
    ? undefined
    : {
        ClockErrorBound: state.maximumError / 1000,
        ReferenceTimestamp: `${new Date(now).toISOString().slice(0, 19)}Z`,
        ClockSynchronizationStatus: state.isSynchronized ? 'SYNCHRONIZED' : 'NOT_SYNCHRONIZED',
      }

/** struct timex of 64-bit machines, all of it, with what it has where. */
const timex = { size: 208, maximumError: 24, status: 40 } as const
const unsynchronized = 0x40

/** The kernel's clock, only looked at: adjtimex(2) without anything to change needs no right. */
export class KernelClock {
  readonly #libc = dlopen('libc.so.6', { adjtimex: { args: [FFIType.ptr], returns: FFIType.i32 } })

  read(): ClockState | undefined {
    const bytes = new Uint8Array(timex.size)
    if (this.#libc.symbols.adjtimex(bytes) < 0) return undefined
    const view = new DataView(bytes.buffer)
    return {
      maximumError: Number(view.getBigInt64(timex.maximumError, true)),
      isSynchronized: (view.getInt32(timex.status, true) & unsynchronized) === 0,
    }
  }

  close(): void {
    this.#libc.close()
  }
}
