import { lookup } from 'node:dns/promises'
import { access, constants, readFile, rm, statfs, writeFile } from 'node:fs/promises'
import { isMissing } from '../../shared/errors.ts'
import { doorHost } from '../../shared/names.ts'
import type { Instance } from '../cluster/driver.ts'
import type { Host } from '../host.ts'
import { withName } from '../instance.ts'
import { portTaken } from '../ports.ts'
import { leastFree } from '../up/preflight.ts'
import { shortPath } from '../short-path.ts'
import { portsOf } from '../up/settings.ts'
import { copiesFolder, copiesSize } from './leftovers.ts'
import { type Finding, failing, ok, skipped, warning } from './finding.ts'

// What is looked at on the machine itself. Each answers what it found and throws nothing.

const gigabyte = 1024 ** 3

/** @param freeIn bytes that are free where a folder is */
export const checkHome = async ({ home }: Pick<Host, 'home'>, freeIn = readFree): Promise<Finding> => {
  const what = 'Folder'
  const path = shortPath(home)
  try {
    const free = await freeIn(home)
    const says = `${path} has ${(free / gigabyte).toFixed(1)} GB free`
    const copies = await copiesSize(home)
    const room = copies === 0 ? {} : { fix: () => removeCopies(home, copies) }
    if (free < leastFree.cluster)
      return { ...failing(what, `${says}, too little for a cluster`, 'Make room, for example with: docker system prune'), ...room }
    await access(home, constants.W_OK)
    return free < 5 * gigabyte
      ? { ...warning(what, says, 'Images of your own may soon find no room: docker system prune'), ...room }
      : ok(what, says)
  } catch (error) {
    if (isMissing(error)) return skipped(what, `${path} is made by the first kecs up`)
    return failing(what, `${path} cannot be written`, 'Give it to your user, or put kecs elsewhere by KECS_HOME.')
  }
}

const readFree = async (path: string): Promise<number> => {
  const { bavail, bsize } = await statfs(path)
  return bavail * bsize
}

const removeCopies = async (home: string, bytes: number): Promise<string> => {
  await rm(copiesFolder(home), { recursive: true, force: true })
  return `removed ${(bytes / gigabyte).toFixed(1)} GB of images' copies, which the next cluster makes anew`
}

/** What nodes of a cluster need beside each other on one machine. https://kind.sigs.k8s.io/docs/user/known-issues/#pod-errors-due-to-too-many-open-files */
const inotify = [
  ['max_user_watches', 65_536],
  ['max_user_instances', 256],
] as const

export const checkInotify = async (
  readNumber = readProc,
  write: (path: string, text: string) => Promise<void> = writeFile,
): Promise<Finding> => {
  const what = 'inotify'
  const found = await Promise.all(
    inotify.map(async ([name, least]) => ({ name, least, value: await readNumber(`/proc/sys/fs/inotify/${name}`) })),
  )
  const values = found.map(({ name, value }) => `${name} ${value}`).join(', ')
  if (found.some(({ value }) => value === undefined)) return skipped(what, 'this system has no such limits')
  if (found.every(({ value = 0, least }) => value >= least)) return ok(what, values)
  return {
    ...warning(
      what,
      `${values}: several clusters will not fit`,
      'Raise them: sudo sysctl fs.inotify.max_user_watches=524288 fs.inotify.max_user_instances=512',
    ),
    fix: () => raiseInotify(write),
  }
}

/** Until the machine is started anew. Rejects for all but root. */
const raiseInotify = async (write: (path: string, text: string) => Promise<void>): Promise<string> => {
  await write('/proc/sys/fs/inotify/max_user_watches', '524288')
  await write('/proc/sys/fs/inotify/max_user_instances', '512')
  return 'raised them to 524288 and 512, until the machine is started anew'
}

export const checkOpenFiles = async (read = (): Promise<string | undefined> => readText('/proc/self/limits')): Promise<Finding> => {
  const what = 'Open files'
  const limit = /^Max open files\s+(\d+|unlimited)/m.exec((await read()) ?? '')?.[1]
  if (limit === undefined) return skipped(what, 'this system does not tell the limit')
  if (limit === 'unlimited' || Number(limit) >= 1024) return ok(what, `up to ${limit}`)
  return warning(what, `only ${limit} for a process`, 'Raise the limit: ulimit -n 4096')
}

/** Names of load balancers and of LocalStack's queues are below the door's name, which public DNS has at 127.0.0.1. */
export const checkDoorName = async (resolve: (name: string) => Promise<{ readonly address: string }> = lookup): Promise<Finding> => {
  const what = 'DNS'
  const name = `web-1.us-east-1.elb.${doorHost}`
  const remedy =
    `Names of load balancers are not found from this machine; a resolver that protects from rebinding may be why. Let it allow ${doorHost}, ` +
    `or ask by the port that kecs status shows, or with curl --connect-to ::127.0.0.1:`
  try {
    const { address } = await resolve(name)
    return address.startsWith('127.') || address === '::1'
      ? ok(what, `*.${doorHost} is this machine`)
      : warning(what, `${name} is ${address}`, remedy)
  } catch {
    return warning(what, `*.${doorHost} is not found`, remedy)
  }
}

/** A proxy for HTTP that is also asked for this machine answers in kecs' place. */
export const checkProxy = ({ env }: Pick<Host, 'env'>): Finding => {
  const what = 'Proxy'
  const proxy = env['http_proxy'] ?? env['HTTP_PROXY']
  if (!proxy) return ok(what, 'none for http')
  const except = (env['no_proxy'] ?? env['NO_PROXY'] ?? '').split(',').map(entry => entry.trim())
  const missing = ['localhost', '127.0.0.1'].filter(name => !except.includes(name) && !except.includes('*'))
  if (missing.length === 0) return ok(what, `${proxy}, but not for this machine`)
  return warning(
    what,
    `${proxy} is asked for ${missing.join(' and ')} too`,
    `export NO_PROXY="${[...except, ...missing].filter(name => name !== '').join(',')}"`,
  )
}

/** Whether the shell's AWS tools talk to the instance. */
export const checkShell = ({ env }: Pick<Host, 'env'>, { name, endpoint }: { name: string; endpoint: string }): Finding => {
  const what = 'Shell'
  const set = env['AWS_ENDPOINT_URL']
  const fix = `eval "$(${withName('kecs env', name)})"`
  if (!set) return warning(what, 'AWS tools of this shell talk to AWS, not to kecs', `Point them here: ${fix}`)
  const same = (url: string): string => url.replace('//localhost', '//127.0.0.1').replace(/\/$/, '')
  if (same(set) !== same(endpoint))
    return warning(what, `AWS_ENDPOINT_URL is ${set}; the instance answers at ${endpoint}`, `Point it here: ${fix}`)
  return ok(what, `AWS_ENDPOINT_URL is ${set}`)
}

/** For an instance that is not up: whether its ports could be opened. */
export const checkPorts = async (instance: Instance): Promise<Finding> => {
  const what = 'Ports'
  for (const port of portsOf(instance)) {
    const taken = await portTaken(instance.bind, port)
    if (taken !== undefined) {
      return failing(
        what,
        `${port} is taken${taken.holder === undefined ? '' : ` by ${taken.holder}`}`,
        'Stop what holds it, or choose others: kecs up --help',
      )
    }
  }
  return ok(what, `${instance.port} and the others are free`)
}

const readText = (path: string): Promise<string | undefined> => readFile(path, 'utf8').catch(() => undefined)

const readProc = async (path: string): Promise<number | undefined> => {
  const text = await readText(path)
  return text === undefined ? undefined : Number(text)
}
