import { readFile, readdir, readlink } from 'node:fs/promises'
import { createServer } from 'node:net'
import { CliError } from '../shared/errors.ts'

/**
 * What happens when this process listens there now. `forbidden`: nobody does, but the system lets only some users do it,
 * such as Docker. Throws `CliError` when the address is not one of this machine.
 */
export const tryListen = (host: string, port: number): Promise<'free' | 'taken' | 'forbidden'> =>
  new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', error => {
      const code = 'code' in error ? error.code : ''
      if (code === 'EADDRINUSE') resolve('taken')
      else if (code === 'EACCES' || code === 'EPERM') resolve('forbidden')
      else reject(code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND' ? noSuchAddress(host) : error)
    })
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve('free')))
  })

const noSuchAddress = (host: string): CliError =>
  new CliError(
    `${host} is not an address of this machine.`,
    'Choose another with --bind: 127.0.0.1 for this machine alone, 0.0.0.0 for all its networks.',
  )

/** For a port that this user may not open. */
export const forbiddenPort = (port: number): CliError =>
  new CliError(`Port ${port} may be opened by root alone.`, 'Choose one above 1023 with --port.')

/** Whether nobody listens there. */
export const isFree = async (host: string, port: number): Promise<boolean> => (await tryListen(host, port)) !== 'taken'

/**
 * Whether nobody listens there on any address: what is opened on an address that is not known yet may be. Linux lets
 * nobody have all addresses of a port that somebody has one of; macOS does, so the one that most have is asked for too.
 */
export const isFreeEverywhere = async (port: number): Promise<boolean> => {
  for (const host of ['0.0.0.0', '127.0.0.1']) if (!(await isFree(host, port))) return false
  return true
}

/** The first free port from `wanted` on that is not one of `avoid`. */
export const freePort = async (host: string, wanted: number, avoid: ReadonlySet<number>): Promise<number> => {
  for (let port = wanted; port <= 65_535; port++) if (!avoid.has(port) && (await isFree(host, port))) return port
  throw new Error(`no port from ${wanted} on is free`)
}

/** The first free run of `count` ports from `wanted` on, of which none is one of `avoid`; `everywhere`: see `isFreeEverywhere`. */
export const freeRange = async (
  host: string,
  wanted: number,
  count: number,
  avoid: ReadonlySet<number>,
): Promise<{ first: number; last: number }> => {
  const isOpen = (port: number) => (host === 'everywhere' ? isFreeEverywhere(port) : isFree(host, port))
  for (let first = wanted; first + count - 1 <= 65_535;) {
    const ports = Array.from({ length: count }, (_, index) => first + index)
    const free = await Promise.all(ports.map(async port => !avoid.has(port) && (await isOpen(port))))
    const lastTaken = free.lastIndexOf(false)
    if (lastTaken === -1) return { first, last: first + count - 1 }
    first += lastTaken + 1
  }
  throw new Error(`no ${count} ports in a row from ${wanted} on are free`)
}

/** Undefined when the port is free; else who holds it, where that can be told. */
export const portTaken = async (host: string, port: number): Promise<{ readonly holder?: string } | undefined> => {
  if (await isFree(host, port)) return undefined
  const holder = await portHolder(port)
  return holder === undefined ? {} : { holder }
}

const listening = '0A'

/** The program that listens on a port, such as `nginx (process 812)`, from /proc; undefined where that cannot be read. */
export const portHolder = async (port: number): Promise<string | undefined> => {
  const tables = await Promise.all(['tcp', 'tcp6'].map(name => readFile(`/proc/net/${name}`, 'utf8').catch(() => '')))
  const inodes = new Set(tables.flatMap(table => listeningInodes(table, port)).map(inode => `socket:[${inode}]`))
  if (inodes.size === 0) return undefined
  const pids = (await readdir('/proc').catch(() => [])).filter(name => /^\d+$/.test(name))
  for (const pid of pids) {
    const handles = await readdir(`/proc/${pid}/fd`).catch(() => [])
    const targets = await Promise.all(handles.map(handle => readlink(`/proc/${pid}/fd/${handle}`).catch(() => '')))
    if (!targets.some(target => inodes.has(target))) continue
    const name = (await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '')).trim()
    return `${name === '' ? 'a process' : name} (process ${pid})`
  }
  return undefined
}

/** Inodes of the sockets that listen on `port`, in a table of /proc/net/tcp. */
export const listeningInodes = (table: string, port: number): readonly string[] => {
  const wanted = port.toString(16).toUpperCase().padStart(4, '0')
  return table
    .split('\n')
    .slice(1)
    .map(line => line.trim().split(/\s+/))
    .filter(fields => fields[1]?.endsWith(`:${wanted}`) === true && fields[3] === listening)
    .flatMap(fields => fields[9] ?? [])
}
