import { CliError } from '../../shared/errors.ts'
import { hanging, knownFailure, lastLines, unkillable, unreachable } from './docker-errors.ts'
import { pipe, ProgramMissing, run, type Finished, type RunOptions } from './process.ts'

/**
 * The local Docker, or what speaks like it, through its command line: that knows contexts, DOCKER_HOST and
 * Desktop's sockets, so kecs need not. Calls throw `CliError`, or the signal's reason.
 */
export interface Docker {
  /** @throws CliError not installed, not running, no permission: each with its remedy */
  require(signal: AbortSignal): Promise<{ readonly version: string }>
  /** The same question for choosing a driver: within two seconds, without an error. */
  answers(signal: AbortSignal): Promise<boolean>
  /** What the daemon tells of itself; undefined where it does not answer within ten seconds. */
  info(signal: AbortSignal): Promise<DockerInfo | undefined>
  /** Image name → id (`sha256:…`); names that Docker lacks are absent. */
  imageIds(names: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, string>>
  /** Tags of a repository, newest first; `<none>` for an image that is known by its digest alone. */
  tags(repository: string, signal: AbortSignal): Promise<readonly string[]>
  /** Every tagged image, `repository:tag`. */
  imageNames(signal: AbortSignal): Promise<readonly string[]>
  /** Undefined when there is none of that name. */
  container(name: string, signal: AbortSignal): Promise<Container | undefined>
  /** The hosts' ends of the networks that a running container is in; none where there is no such container. */
  gateways(container: string, signal: AbortSignal): Promise<readonly string[]>
  /** Names of containers, stopped ones too, that have the label (`key` or `key=value`). */
  containersWith(label: string, signal: AbortSignal): Promise<readonly string[]>
  /** Host port → name of the running container that publishes it. */
  publishedPorts(signal: AbortSignal): Promise<ReadonlyMap<number, string>>
  start(containers: readonly string[], signal: AbortSignal): Promise<void>
  stop(containers: readonly string[], graceSeconds: number, signal: AbortSignal): Promise<void>
  /** Kills and removes containers with their anonymous volumes; those that are gone are no error. */
  remove(containers: readonly string[], signal: AbortSignal): Promise<void>
  /** Removes a network and a volume that no container uses; those that are gone are no error. */
  removeLeftovers(leftovers: { readonly network: string; readonly volume: string }, signal: AbortSignal): Promise<void>
  /** Runs a command in a container, whatever its exit code. */
  exec(container: string, command: readonly string[], options: RunOptions): Promise<Finished>
  /** Streams images, shared layers once, into the standard input of a command in a container. */
  saveInto(images: readonly string[], container: string, command: readonly string[], signal: AbortSignal): Promise<void>
  /** Streams an image into the standard input of a program of this machine. */
  saveTo(image: string, command: readonly [program: string, ...args: string[]], signal: AbortSignal): Promise<void>
  /** Gives a file to the standard input of a command in a container. */
  sendInto(file: string, container: string, command: readonly string[], signal: AbortSignal): Promise<void>
  /** Whether images lie in containerd, with the layers compressed as they came from a registry. */
  keepsLayersPacked(signal: AbortSignal): Promise<boolean>
  /** A label of an image; '' when the image or the label is not there. */
  imageLabel(image: string, label: string, signal: AbortSignal): Promise<string>
  build(options: BuildOptions): Promise<void>
  pull(image: string, options: RunOptions): Promise<void>
}

export interface DockerInfo {
  readonly version: string
  readonly cpus: number
  /** Bytes. */
  readonly memory: number
  /** `1` or `2`. */
  readonly cgroupVersion: string
  readonly system: string
}

export interface Container {
  readonly id: string
  readonly running: boolean
  readonly labels: Readonly<Record<string, string>>
  /** Folder on the host by its path in the container. */
  readonly mounts: Readonly<Record<string, string>>
}

export interface BuildOptions {
  readonly context: string
  readonly dockerfile: string
  readonly tag: string
  readonly labels: Readonly<Record<string, string>>
  readonly args: Readonly<Record<string, string>>
  readonly signal: AbortSignal
  readonly onLine: (line: string) => void
}

/** A daemon that has not said a word for so long hangs, also where the machine is busy. */
const patienceMs = 45_000
/** Of the account that a daemon gives of itself. */
const infoMs = 10_000

/** What a failure of one call means, told from what Docker printed; undefined: what it means elsewhere. */
type Explain = (text: string) => CliError | undefined

/** @param program the docker program, a name on PATH or a path */
export const localDocker = (program = 'docker'): Docker => {
  const call = async (args: readonly string[], options: RunOptions): Promise<Finished> => {
    try {
      return await run(program, args, options)
    } catch (error) {
      if (error instanceof ProgramMissing) throw dockerMissing()
      throw error
    }
  }
  const must = async (args: readonly string[], options: RunOptions, explain: Explain = () => undefined): Promise<string> => {
    const done = await call(args, options)
    if (done.code !== 0) throw explain(done.stderr) ?? failed(args, done.stderr || done.stdout)
    return done.stdout
  }
  /** As `must`, but what is not there is fine. */
  const mayLack = async (args: readonly string[], signal: AbortSignal, explain: Explain = () => undefined): Promise<string> => {
    const done = await call(args, { signal })
    if (done.code !== 0 && !/no such|not found/i.test(done.stderr)) throw explain(done.stderr) ?? failed(args, done.stderr)
    return done.stdout
  }
  /** For what a daemon that works answers at once. */
  const inTime = async <T>(signal: AbortSignal, ask: (limited: AbortSignal) => Promise<T>): Promise<T> => {
    const limit = AbortSignal.timeout(patienceMs)
    try {
      return await ask(AbortSignal.any([signal, limit]))
    } catch (error) {
      throw limit.aborted && !signal.aborted ? hanging(patienceMs) : error
    }
  }
  const ask = (args: readonly string[], signal: AbortSignal) => inTime(signal, limited => must(args, { signal: limited }))
  const find = (args: readonly string[], signal: AbortSignal) => inTime(signal, limited => mayLack(args, limited))

  /** @param unbrought what it means that the sink failed */
  const save = async (
    images: readonly string[],
    sink: readonly [string, ...string[]],
    { signal, unbrought }: { readonly signal: AbortSignal; readonly unbrought?: string },
  ): Promise<void> => {
    const { from, into } = await pipe([program, 'save', ...images], sink, { signal })
    // A sink that fails breaks the source's pipe: its own words say more.
    if (into.code !== 0) throw failedProgram(sink, into.stderr || from.stderr, unbrought)
    if (from.code !== 0) throw failed(['save', ...images], from.stderr)
  }

  return {
    async require(signal) {
      return { version: (await ask(['version', '--format', '{{.Server.Version}}'], signal)).trim() }
    },
    async answers(signal) {
      const limit = AbortSignal.timeout(2000)
      try {
        return (await call(['version', '--format', '{{.Server.Version}}'], { signal: AbortSignal.any([signal, limit]) })).code === 0
      } catch {
        signal.throwIfAborted()
        return false
      }
    },
    async info(signal) {
      const limited = AbortSignal.any([signal, AbortSignal.timeout(infoMs)])
      const done = await call(['info', '--format', '{{json .}}'], { signal: limited }).catch(() => undefined)
      signal.throwIfAborted()
      return done?.code === 0 ? parseInfo(done.stdout) : undefined
    },
    async imageIds(names, signal) {
      if (names.length === 0) return new Map()
      const found = await Promise.all(
        names.map(async name => [name, (await find(['image', 'inspect', '--format', '{{.Id}}', name], signal)).trim()] as const),
      )
      return new Map(found.filter(([, id]) => id !== ''))
    },
    async tags(repository, signal) {
      const text = await ask(['image', 'ls', '--format', '{{.Tag}}', repository], signal)
      return text.split('\n').filter(tag => tag !== '')
    },
    async imageNames(signal) {
      const text = await ask(['image', 'ls', '--format', '{{.Repository}}:{{.Tag}}'], signal)
      return text.split('\n').filter(name => name !== '' && !name.includes('<none>'))
    },
    async container(name, signal) {
      const text = await find(['container', 'inspect', name], signal)
      return parseContainer(text)
    },
    async gateways(container, signal) {
      const format = '{{range .NetworkSettings.Networks}}{{println .Gateway}}{{end}}'
      const text = await find(['container', 'inspect', '--format', format, container], signal)
      return text.split('\n').filter(address => address !== '')
    },
    async containersWith(label, signal) {
      const text = await ask(['ps', '--all', '--filter', `label=${label}`, '--format', '{{.Names}}'], signal)
      return text.split('\n').filter(name => name !== '')
    },
    async publishedPorts(signal) {
      return parsePublished(await ask(['ps', '--format', '{{.Names}}\t{{.Ports}}'], signal))
    },
    async start(containers, signal) {
      await must(['start', ...containers], { signal })
    },
    async stop(containers, graceSeconds, signal) {
      await must(['stop', '--time', String(graceSeconds), ...containers], { signal }, text => unkillable(containers, text))
    },
    async remove(containers, signal) {
      if (containers.length === 0) return
      const command = ['rm', '--force', '--volumes', ...containers]
      // Docker gives up waiting for one that ends a moment later: what it says the second time counts.
      if ((await call(command, { signal })).code === 0) return
      await mayLack(command, signal, text => unkillable(containers, text))
    },
    async removeLeftovers({ network, volume }, signal) {
      await mayLack(['network', 'rm', network], signal)
      await mayLack(['volume', 'rm', '--force', volume], signal)
    },
    exec: (container, command, options) =>
      call(['exec', ...(options.input === undefined ? [] : ['--interactive']), container, ...command], options),
    saveInto: (images, container, command, signal) =>
      save(images, [program, 'exec', '--interactive', container, ...command], {
        signal,
        unbrought: `${images.join(', ')} could not be brought into ${container}.`,
      }),
    saveTo: (image, command, signal) => save([image], command, { signal }),
    async sendInto(file, container, command, signal) {
      await must(['exec', '--interactive', container, ...command], { signal, inputFile: file })
    },
    async keepsLayersPacked(signal) {
      return (await call(['info', '--format', '{{.DriverStatus}}'], { signal })).stdout.includes('io.containerd.snapshotter')
    },
    async imageLabel(image, label, signal) {
      return (await find(['image', 'inspect', '--format', `{{index .Config.Labels "${label}"}}`, image], signal)).trim()
    },
    async build({ context, dockerfile, tag, labels, args, signal, onLine }) {
      const options = [
        ...Object.entries(labels).map(([key, value]) => `--label=${key}=${value}`),
        ...Object.entries(args).map(([key, value]) => `--build-arg=${key}=${value}`),
      ]
      await must(['build', '--quiet', '--file', dockerfile, '--tag', tag, ...options, context], { signal, onLine })
    },
    async pull(image, options) {
      await must(['pull', '--quiet', image], options)
    },
  }
}

const dockerMissing = (): CliError =>
  new CliError(
    'Docker is not installed.',
    'Install it (https://docs.docker.com/get-docker/), or OrbStack, Colima or Podman with its docker command. `--driver simulated` needs none.',
  )

const failed = (args: readonly string[], text: string): CliError => failedProgram(['docker', ...args], text)

const failedProgram = (command: readonly string[], text: string, what = `\`${command.slice(0, 4).join(' ')}\` failed.`): CliError =>
  unreachable(text) ??
  knownFailure(text) ??
  new CliError(what, `Run the command again. Why it failed, in the words of ${command[0] ?? 'the program'}:`, {
    details: lastLines(text, 5),
  })

/** From `docker container inspect NAME`: an array with one container, or an empty one. */
export const parseContainer = (text: string): Container | undefined => {
  const parsed: InspectedContainer[] = text.trim() === '' ? [] : JSON.parse(text)
  const found = parsed[0]
  if (!found) return undefined
  return {
    id: found.Id,
    running: found.State.Running,
    labels: found.Config.Labels ?? {},
    mounts: Object.fromEntries((found.Mounts ?? []).map(mount => [mount.Destination, mount.Source ?? ''])),
  }
}

/** https://docs.docker.com/reference/api/engine/ (ContainerInspect) */
interface InspectedContainer {
  Id: string
  State: { Running: boolean }
  Config: { Labels?: Record<string, string> | null }
  Mounts?: { Destination: string; Source?: string }[] | null
}

/** From `docker ps`: `name<tab>127.0.0.1:4566->4566/tcp, :::9000-9019->9000-9019/tcp`. */
export const parsePublished = (text: string): ReadonlyMap<number, string> => {
  const ports = new Map<number, string>()
  for (const line of text.split('\n')) {
    const [name, list] = line.split('\t')
    if (!name || !list) continue
    for (const [, first, last] of list.matchAll(/:(\d+)(?:-(\d+))?->/g))
      for (let port = Number(first); port <= Number(last ?? first); port++) ports.set(port, name)
  }
  return ports
}

/** Undefined where there is only a client: its version of `docker info` answers all the same. */
export const parseInfo = (text: string): DockerInfo | undefined => {
  const value: unknown = JSON.parse(text)
  if (typeof value !== 'object' || value === null) return undefined
  const members = new Map<string, unknown>(Object.entries(value))
  const version = members.get('ServerVersion')
  if (typeof version !== 'string' || version === '') return undefined
  const word = (name: string): string => {
    const found = members.get(name)
    return typeof found === 'string' ? found : ''
  }
  return {
    version,
    cpus: Number(members.get('NCPU') ?? 0),
    memory: Number(members.get('MemTotal') ?? 0),
    cgroupVersion: word('CgroupVersion'),
    system: word('OperatingSystem'),
  }
}
