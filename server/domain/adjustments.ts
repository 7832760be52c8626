import type { Adjustment, HostDevice, ResourceLimit } from '../agent/protocol.ts'
import type { ContainerDefinition, Device, Tmpfs, Ulimit } from '../aws/generated/ecs.ts'
import { tmpfsOptions } from './tmpfs-options.ts'

/**
 * What of a container definition a pod has no place for, and the node's container runtime does; undefined: nothing.
 *
 * - `ulimits`. On Fargate a container has 65,535 open files where its definition does not say.
 *   https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Ulimit.html
 * - `linuxParameters.devices`, `tmpfs` and `maxSwap`; `swappiness` has no counterpart in control groups of version 2, as
 *   on instances with Amazon Linux 2023. https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_LinuxParameters.html
 */
export const adjustmentOf = (
  { ulimits = [], linuxParameters = {} }: ContainerDefinition,
  launchType: 'EC2' | 'FARGATE' | 'EXTERNAL',
): Adjustment | undefined => {
  const { devices = [], tmpfs = [], maxSwap } = linuxParameters
  const asked = ulimits.map(limitOf)
  const adjustment: Adjustment = {
    isRequired: asked.length + devices.length + tmpfs.length > 0 || (maxSwap ?? 0) > 0,
    limits: launchType === 'FARGATE' && !asked.some(({ type }) => type === openFiles.type) ? [...asked, openFiles] : asked,
    devices: devices.map(deviceOf),
    tmpfs: tmpfs.map(mountOf),
    ...(maxSwap === undefined ? {} : { maxSwap: maxSwap * 2 ** 20 }),
  }
  return adjustment.isRequired || adjustment.limits.length > 0 || maxSwap !== undefined ? adjustment : undefined
}

/** Fargate's. */
const openFiles = { type: 'RLIMIT_NOFILE', soft: 65_535, hard: 65_535, isDefault: true } as const

const limitOf = ({ name, softLimit, hardLimit }: Ulimit): ResourceLimit => ({
  type: `RLIMIT_${name.toUpperCase()}`,
  soft: softLimit,
  hard: hardLimit,
})

/** A device is where it is on the host, and may be used in every way, unless its definition says otherwise: as with Docker. */
const deviceOf = ({ hostPath, containerPath, permissions = [] }: Device): HostDevice => ({
  hostPath,
  containerPath: containerPath || hostPath,
  access:
    permissions.length === 0
      ? 'rwm'
      : (['read', 'write', 'mknod'] as const).map(each => (permissions.includes(each) ? letters[each] : '')).join(''),
})

const letters = { read: 'r', write: 'w', mknod: 'm' } as const

const mountOf = ({ containerPath, size, mountOptions = [] }: Tmpfs): Adjustment['tmpfs'][number] => ({
  path: containerPath,
  options: [...tmpfsOptions(mountOptions), `size=${size}m`],
})
