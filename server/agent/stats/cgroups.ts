import { access, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** What the kernel counts of a container, cumulative where it counts. */
export interface Usage {
  /** Nanoseconds. */
  readonly cpu: { readonly total: number; readonly kernel: number; readonly user: number }
  readonly throttling: { readonly periods: number; readonly throttledPeriods: number; readonly throttledTime: number }
  /** Bytes; `limit` undefined: none. `stats` is memory.stat. */
  readonly memory: {
    readonly usage: number
    readonly maxUsage?: number
    readonly limit?: number
    readonly stats: Readonly<Record<string, number>>
  }
  readonly pids: { readonly current: number; readonly limit?: number }
  readonly blockIo: readonly BlockIo[]
}

export interface BlockIo {
  readonly major: number
  readonly minor: number
  readonly op: 'read' | 'write'
  readonly value: number
}

/** Kubernetes' groups lie at most so deep: kubelet, pods, quality of service, pod, container. */
const deepest = 7

/**
 * The node's control groups, version 2 or 1, in which Kubernetes has one for each container, named by its runtime id.
 * https://docs.kernel.org/admin-guide/cgroup-v2.html
 */
export class Cgroups {
  readonly #root: string
  readonly #paths = new Map<string, string>()
  #isUnified: Promise<boolean> | undefined

  constructor(root: string) {
    this.#root = root
  }

  /** Undefined once the container is gone. */
  async usageOf(runtimeId: string): Promise<Usage | undefined> {
    const path = await this.#pathOf(runtimeId)
    if (path === undefined) return undefined
    try {
      return (await this.#unified()) ? await readUnified(join(this.#root, path)) : await readSplit(this.#root, path)
    } catch {
      this.#paths.delete(runtimeId)
      return undefined
    }
  }

  #unified(): Promise<boolean> {
    return (this.#isUnified ??= access(join(this.#root, 'cgroup.controllers')).then(
      () => true,
      () => false,
    ))
  }

  /** Relative to the root, or with version 1 to that of each controller. */
  async #pathOf(runtimeId: string): Promise<string | undefined> {
    const known = this.#paths.get(runtimeId)
    if (known !== undefined) return known
    const base = (await this.#unified()) ? this.#root : join(this.#root, 'memory')
    const found = await find(base, '', runtimeId, deepest)
    if (found !== undefined) this.#paths.set(runtimeId, found)
    return found
  }
}

const isKubernetes = /kube|pod|burstable|besteffort|guaranteed/

const find = async (base: string, path: string, runtimeId: string, depth: number): Promise<string | undefined> => {
  const entries = await readdir(join(base, path), { withFileTypes: true }).catch(() => [])
  const folders = entries.filter(entry => entry.isDirectory()).map(({ name }) => name)
  const here = folders.find(name => name.includes(runtimeId))
  if (here !== undefined) return join(path, here)
  if (depth === 0) return undefined
  for (const name of folders.filter(each => isKubernetes.test(each))) {
    const found = await find(base, join(path, name), runtimeId, depth - 1)
    if (found !== undefined) return found
  }
  return undefined
}

const number = async (path: string): Promise<number | undefined> => {
  const value = Number.parseInt(await readFile(path, 'utf8').catch(() => ''), 10)
  return Number.isNaN(value) ? undefined : value
}

/** `name value` lines. */
const table = async (path: string): Promise<Readonly<Record<string, number>>> => {
  const lines = (await readFile(path, 'utf8').catch(() => '')).split('\n')
  return Object.fromEntries(lines.flatMap(line => (line === '' ? [] : [[line.split(' ')[0] ?? '', Number(line.split(' ')[1])]])))
}

const defined = <Name extends string>(name: Name, value: number | undefined): { readonly [Key in Name]?: number } => {
  const made: { [Key in Name]?: number } = {}
  if (value !== undefined) made[name] = value
  return made
}

const readUnified = async (path: string): Promise<Usage> => {
  const cpu = await table(join(path, 'cpu.stat'))
  const usage = await number(join(path, 'memory.current'))
  if (usage === undefined) throw new Error(`${path} is gone`)
  const [stats, maxUsage, limit, pids, pidsLimit, io] = await Promise.all([
    table(join(path, 'memory.stat')),
    number(join(path, 'memory.peak')),
    number(join(path, 'memory.max')),
    number(join(path, 'pids.current')),
    number(join(path, 'pids.max')),
    readFile(join(path, 'io.stat'), 'utf8').catch(() => ''),
  ])
  const micro = (name: string): number => (cpu[name] ?? 0) * 1000
  return {
    cpu: { total: micro('usage_usec'), kernel: micro('system_usec'), user: micro('user_usec') },
    throttling: { periods: cpu['nr_periods'] ?? 0, throttledPeriods: cpu['nr_throttled'] ?? 0, throttledTime: micro('throttled_usec') },
    memory: { usage, ...defined('maxUsage', maxUsage), ...defined('limit', limit), stats },
    pids: { current: pids ?? 0, ...defined('limit', pidsLimit) },
    blockIo: unifiedIo(io),
  }
}

/** `8:0 rbytes=1 wbytes=2 …` a device. */
const unifiedIo = (text: string): readonly BlockIo[] =>
  [...text.matchAll(/^(\d+):(\d+) .*?rbytes=(\d+) wbytes=(\d+)/gm)].flatMap(([, major, minor, read, written]) => [
    { major: Number(major), minor: Number(minor), op: 'read' as const, value: Number(read) },
    { major: Number(major), minor: Number(minor), op: 'write' as const, value: Number(written) },
  ])

/** Version 1 tells a limit that is none as a number near 2^63. */
const unlimited = 2 ** 60
/** Of user and kernel time: a second has 100. */
const tickNs = 1e7

const readSplit = async (root: string, path: string): Promise<Usage> => {
  const at = (controller: string, file: string): string => join(root, controller, path, file)
  const total = await number(at('cpuacct', 'cpuacct.usage'))
  const usage = await number(at('memory', 'memory.usage_in_bytes'))
  if (total === undefined || usage === undefined) throw new Error(`${path} is gone`)
  const [times, throttling, stats, maxUsage, limit, pids, pidsLimit, io] = await Promise.all([
    table(at('cpuacct', 'cpuacct.stat')),
    table(at('cpu', 'cpu.stat')),
    table(at('memory', 'memory.stat')),
    number(at('memory', 'memory.max_usage_in_bytes')),
    number(at('memory', 'memory.limit_in_bytes')),
    number(at('pids', 'pids.current')),
    number(at('pids', 'pids.max')),
    readFile(at('blkio', 'blkio.throttle.io_service_bytes'), 'utf8').catch(() => ''),
  ])
  return {
    cpu: { total, kernel: (times['system'] ?? 0) * tickNs, user: (times['user'] ?? 0) * tickNs },
    throttling: {
      periods: throttling['nr_periods'] ?? 0,
      throttledPeriods: throttling['nr_throttled'] ?? 0,
      throttledTime: throttling['throttled_time'] ?? 0,
    },
    memory: {
      usage,
      ...defined('maxUsage', maxUsage),
      ...defined('limit', limit !== undefined && limit < unlimited ? limit : undefined),
      stats,
    },
    pids: { current: pids ?? 0, ...defined('limit', pidsLimit) },
    blockIo: splitIo(io),
  }
}

/** `8:0 Read 1`, `8:0 Write 2`, … */
const splitIo = (text: string): readonly BlockIo[] =>
  [...text.matchAll(/^(\d+):(\d+) (Read|Write) (\d+)$/gm)].map(([, major, minor, op, value]) => ({
    major: Number(major),
    minor: Number(minor),
    op: op === 'Read' ? 'read' : 'write',
    value: Number(value),
  }))
