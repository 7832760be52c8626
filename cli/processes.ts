import { readFileSync } from 'node:fs'

/** Whether a process of that pid runs; one that has ended and waits for its parent to notice does not. */
export const isProcessAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
  } catch (error) {
    // EPERM: it is there, and another user's.
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
  return statFields(pid)[0] !== 'Z'
}

/** When the process began, in the system's own count, which tells it from a later one of the same pid; '' where that cannot be told. */
export const processBegun = (pid: number): string => statFields(pid)[19] ?? ''

/** Fields of /proc/PID/stat from the third (the state) on; empty where there is no /proc. */
const statFields = (pid: number): readonly string[] => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The second field is the program's name in brackets, which may hold spaces and brackets.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  } catch {
    return []
  }
}
