import { CliError } from '../shared/errors.ts'
import { shortPath } from './short-path.ts'

interface FileError {
  readonly code: string
  readonly call: string
  /** Absent for what a write met, which knows of no path. */
  readonly path: string | undefined
  readonly message: string
}

/** Node's own errors of files: https://nodejs.org/api/errors.html#common-system-errors */
const asFileError = (error: unknown): FileError | undefined => {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return undefined
  // Programs that are started, and addresses, have codes of the same names.
  const call = 'syscall' in error && typeof error.syscall === 'string' ? error.syscall : ''
  if (call.startsWith('spawn') || ['listen', 'connect', 'bind', 'getaddrinfo'].includes(call)) return undefined
  return {
    code: error.code,
    call,
    path: 'path' in error && typeof error.path === 'string' ? error.path : undefined,
    message: error.message,
  }
}

/**
 * What a file that cannot be written or read means to a person; undefined for any other error.
 * @param home the folder of all instances
 */
export const explainFile = (error: unknown, home: string): CliError | undefined => {
  const found = asFileError(error)
  if (found === undefined) return undefined
  const isOurs = found.path === undefined || found.path === home || found.path.startsWith(`${home}/`)
  const elsewhere = isOurs ? ', or put kecs elsewhere by KECS_HOME' : ', or name another place'
  const file = shortPath(found.path ?? home)
  const explained = (what: string, remedy: string) => new CliError(what, remedy, { cause: error, details: [found.message] })
  switch (found.code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return explained(
        `The disk with ${isOurs ? shortPath(home) : file} is full.`,
        `Make room${isOurs ? ', for example with `docker system prune`' : ''}${elsewhere}; then run the command again.`,
      )
    case 'EROFS':
      return explained(`${file} cannot be written: its file system is read-only.`, `Make it writable${elsewhere}.`)
    case 'EACCES':
    case 'EPERM':
      return explained(`${file} belongs to another user, and this one may not use it.`, `Give it to your user${elsewhere}.`)
    case 'ENOENT':
      // Of folders that are made with those around them.
      return found.call === 'mkdir' ? explained(`The folder ${file} cannot be made there.`, `Make it yourself${elsewhere}.`) : undefined
    case 'ENOTDIR':
      return explained(`${file} cannot be there: a part of that path is a file, not a folder.`, `Move that file away${elsewhere}.`)
    default:
      return undefined
  }
}
