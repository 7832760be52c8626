import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { adjustedAnnotation, notToldYet, unadjustedPath } from '../../shared/names.ts'
import type { KnownTasks } from './known-tasks.ts'
import type { ContainerChange, ContainerRequest, DeviceNode, DeviceRule } from './nri/messages.ts'
import type { Adjustment, HostDevice, ResourceLimit } from './protocol.ts'

export interface AdjusterParts {
  readonly tasks: KnownTasks
  /** The node's `/dev`, for what devices are; none of them is opened. */
  readonly devicesDir: string
  /** The node's control groups, and this process' own files. */
  readonly cgroupDir: string
  readonly procDir: string
}

/**
 * What a task's container is to be created with: what the control plane told, of a pod that it told of. That a pod says
 * something of itself gives it nothing, for whoever may make pods may write that.
 */
export class Adjuster {
  readonly #parts: AdjusterParts

  constructor(parts: AdjusterParts) {
    this.#parts = parts
  }

  /** Undefined: nothing. Throws what the kubelet is to tell of a container that cannot be had as it is asked for. */
  async change({ pod, container }: ContainerRequest, withinMs: number): Promise<ContainerChange | undefined> {
    const asked = pod.annotations.get(adjustedAnnotation)
    if (asked === undefined) return undefined
    const task = await this.#parts.tasks.byPod(pod, withinMs)
    if (task === undefined) {
      if (asked === 'required') throw new Error(notToldYet)
      return undefined
    }
    const adjustment = task.containers.find(({ podName }) => podName === container)?.adjustment
    return adjustment === undefined ? undefined : this.#changeOf(adjustment)
  }

  async #changeOf({ isRequired, limits, devices, tmpfs, maxSwap }: Adjustment): Promise<ContainerChange> {
    const nodes = await Promise.all(devices.map(device => this.#nodeOf(device)))
    return {
      limits: await Promise.all(limits.map(limit => this.#limitOf(limit))),
      mounts: tmpfs.map(({ path, options }) => ({ destination: path, type: 'tmpfs', source: 'tmpfs', options })),
      withoutMounts: isRequired ? [unadjustedPath] : [],
      devices: nodes,
      deviceRules: devices.flatMap((device, each) => rulesOf(device, nodes[each])),
      cgroup: await this.#cgroupOf(maxSwap),
    }
  }

  async #limitOf({ type, soft, hard, isDefault }: ResourceLimit): Promise<ContainerChange['limits'][number]> {
    if (isDefault !== true) return { type, soft: valueOf(soft), hard: valueOf(hard) }
    const most = await this.#mostFiles()
    return { type, soft: BigInt(Math.min(soft, most)), hard: BigInt(Math.min(hard, most)) }
  }

  /** What this very container was given is what the runtime gives. */
  async #mostFiles(): Promise<number> {
    const [, hard = ''] = /^Max open files +\S+ +(\S+)/m.exec(await readFile(join(this.#parts.procDir, 'self', 'limits'), 'utf8')) ?? []
    return /^\d+$/.test(hard) ? Number(hard) : Infinity
  }

  async #nodeOf({ hostPath, containerPath }: HostDevice): Promise<DeviceNode> {
    const fail = (why: string): Error => new Error(`error gathering device information while adding custom device "${hostPath}": ${why}`)
    const [, name] = /^\/dev\/(.+)$/.exec(hostPath) ?? []
    if (name === undefined || name.split('/').includes('..')) throw fail('not a device node')
    const found = await stat(join(this.#parts.devicesDir, name)).catch(() => undefined)
    if (found === undefined) throw fail('no such file or directory')
    if (!found.isCharacterDevice() && !found.isBlockDevice()) throw fail('not a device node')
    const { major, minor } = numbersOf(found.rdev)
    const type = found.isBlockDevice() ? 'b' : 'c'
    return { path: containerPath, type, major, minor, mode: found.mode & 0o7777, uid: found.uid, gid: found.gid }
  }

  /** Version 1 has no file of the kind, and what it has the runtime derives from the memory's limit. */
  async #cgroupOf(maxSwap: number | undefined): Promise<ContainerChange['cgroup']> {
    if (maxSwap === undefined) return new Map()
    const isVersion2 = await stat(join(this.#parts.cgroupDir, 'cgroup.controllers')).then(
      () => true,
      () => false,
    )
    if (isVersion2) return new Map([['memory.swap.max', String(maxSwap)]])
    if (maxSwap === 0) return new Map()
    throw new Error('linuxParameters.maxSwap needs a node with control groups of version 2')
  }
}

const unlimited = 2n ** 64n - 1n
const valueOf = (limit: number): bigint => (limit < 0 ? unlimited : BigInt(limit))

/**
 * The runtime lets a device that it adds be read and written, whatever is asked for: what is not is taken away again.
 * NRI before 0.10, which containerd 2.0 and 2.1 have, leaves these rules out.
 */
const rulesOf = ({ access }: HostDevice, node: DeviceNode | undefined): readonly DeviceRule[] => {
  if (node === undefined) return []
  const { type, major, minor } = node
  const refused = ['r', 'w', 'm'].filter(letter => !access.includes(letter)).join('')
  return [
    { type, major, minor, isAllowed: true, access },
    ...(refused === '' ? [] : [{ type, major, minor, isAllowed: false, access: refused }]),
  ]
}

/** As the kernel packs them for `stat`. https://man7.org/linux/man-pages/man3/makedev.3.html */
const numbersOf = (device: number): { readonly major: number; readonly minor: number } => {
  const packed = BigInt(device)
  return {
    major: Number(((packed >> 8n) & 0xfffn) | ((packed >> 32n) & 0xfffff000n)),
    minor: Number((packed & 0xffn) | ((packed >> 12n) & 0xffffff00n)),
  }
}
