import { spawnSync } from 'node:child_process'

/** Whether a program is on this machine and ends well with these arguments. */
export const runs = (command: readonly [program: string, ...args: string[]]): boolean => {
  const [program, ...args] = command
  return spawnSync(program, args, { stdio: 'ignore', timeout: 30_000 }).status === 0
}
