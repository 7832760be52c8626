import { homedir } from 'node:os'

/** A path as a person writes it. */
export const shortPath = (path: string): string => {
  const home = homedir()
  return path.startsWith(`${home}/`) ? `~${path.slice(home.length)}` : path
}
