import { dlopen, FFIType } from 'bun:ffi'

/** Of syslog(2): read the whole log without taking from it, and tell its size in bytes. */
const actions = { readAll: 3, size: 10 } as const

/** The kernel's log, by syslog(2), which needs the capability SYSLOG and no device. */
export class KernelLog {
  readonly #libc = dlopen('libc.so.6', { klogctl: { args: [FFIType.i32, FFIType.ptr, FFIType.i32], returns: FFIType.i32 } })

  /** Undefined where the kernel does not let us. */
  read(): string | undefined {
    const size = this.#libc.symbols.klogctl(actions.size, null, 0)
    if (size <= 0) return undefined
    const bytes = new Uint8Array(size)
    const length = this.#libc.symbols.klogctl(actions.readAll, bytes, size)
    return length < 0 ? undefined : new TextDecoder().decode(bytes.subarray(0, length))
  }

  close(): void {
    this.#libc.close()
  }
}

/**
 * Whether the kernel killed a process of a container because memory was out. The control group that it names is that of the
 * container, whose name has the runtime id. https://docs.kernel.org/admin-guide/mm/concepts.html#oom-killer
 */
export const tellsOfMemoryKill = (log: string, runtimeId: string): boolean =>
  log.split('\n').some(line => line.includes('oom-kill:') && /task_memcg=([^,]*)/.exec(line)?.[1]?.includes(runtimeId) === true)
