import { statfs } from 'node:fs/promises'
import { CliError } from '../../shared/errors.ts'
import type { Instance } from '../cluster/driver.ts'
import { upCommand } from '../instance.ts'
import { forbiddenPort, portTaken, tryListen } from '../ports.ts'
import { shortPath } from '../short-path.ts'
import { portsOf } from './settings.ts'

const megabyte = 1024 * 1024
/** Below this a cluster's images and the state do not fit, and what fails then says so badly. */
export const leastFree = { cluster: 1024 * megabyte, simulated: 64 * megabyte } as const

/** Throws `CliError` when the disk that holds the instances is nearly full. */
export const checkDisk = async (home: string, least: number): Promise<void> => {
  const free = await freeBytes(home)
  if (free === undefined || free >= least) return
  throw new CliError(
    `The disk with ${shortPath(home)} is nearly full: ${Math.floor(free / megabyte)} MB are free, ${Math.ceil(least / megabyte)} MB are needed.`,
    'Make room, for example with: docker system prune\nOr put kecs elsewhere by KECS_HOME.',
  )
}

const freeBytes = async (path: string): Promise<number | undefined> => {
  try {
    const { bavail, bsize } = await statfs(path)
    return bavail * bsize
  } catch {
    return undefined
  }
}

/** For a door that this user opens. Throws `CliError` when its port is another program's, naming it where that can be told. */
export const checkDoor = async (instance: Instance, others: readonly Instance[]): Promise<void> => {
  if ((await tryListen(instance.bind, instance.port)) === 'forbidden') throw forbiddenPort(instance.port)
  const taken = await portTaken(instance.bind, instance.port)
  if (taken === undefined) return
  const other = others.find(({ port }) => port === instance.port)
  const holder = taken.holder ?? (other === undefined ? undefined : `instance ${other.name}`)
  throw new CliError(
    `Port ${instance.port} (the AWS endpoint) is taken${holder === undefined ? '' : ` by ${holder}`}.`,
    `Stop what holds it, or choose another port: ${upCommand(instance.name)} --port ${instance.port + 1}`,
  )
}

/** Throws `CliError` when another instance has one of the ports, even while it is stopped. */
export const checkOthers = (instance: Instance, others: readonly Instance[]): void => {
  const wanted = new Set(portsOf(instance))
  for (const other of others) {
    const shared = portsOf(other).find(port => wanted.has(port))
    if (shared === undefined) continue
    throw new CliError(
      `Port ${shared} belongs to the instance ${other.name}.`,
      `Choose others with --port, --api-port, --publish and --listeners, or remove that instance: kecs down --delete-data --name ${other.name}`,
    )
  }
}
