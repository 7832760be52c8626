// The messages of NRI that are made use of, and of each what is made use of.
// https://github.com/containerd/nri/blob/main/pkg/api/api.proto
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire'
import { fieldsOf, textMap, textOf } from './fields.ts'

export const pluginService = 'nri.pkg.api.v1alpha1.Plugin'
export const runtimeService = 'nri.pkg.api.v1alpha1.Runtime'

/** The event of a container that is to be created; in a mask it is the bit of its number less one. */
const createContainerEvent = 4

export interface ContainerRequest {
  readonly pod: { readonly namespace: string; readonly name: string; readonly annotations: ReadonlyMap<string, string> }
  /** Its name in the pod. */
  readonly container: string
}

/** What a container is created with beside what the pod says. */
export interface ContainerChange {
  /** `type` as `RLIMIT_NOFILE`. */
  readonly limits: readonly { readonly type: string; readonly soft: bigint; readonly hard: bigint }[]
  readonly mounts: readonly {
    readonly destination: string
    readonly type: string
    readonly source: string
    readonly options: readonly string[]
  }[]
  /** Paths at which nothing is to be mounted that otherwise would be. */
  readonly withoutMounts: readonly string[]
  readonly devices: readonly DeviceNode[]
  readonly deviceRules: readonly DeviceRule[]
  /** Files of the container's control group, version 2, and what is written to them. */
  readonly cgroup: ReadonlyMap<string, string>
}

export interface DeviceNode {
  readonly path: string
  readonly type: 'b' | 'c'
  readonly major: number
  readonly minor: number
  /** Permission bits. */
  readonly mode: number
  readonly uid: number
  readonly gid: number
}

export interface DeviceRule extends Pick<DeviceNode, 'type' | 'major' | 'minor'> {
  readonly isAllowed: boolean
  /** Letters of `rwm`. */
  readonly access: string
}

export const noPayload = new Uint8Array()

/** `index`: two digits, by which the runtime orders its plugins. */
export const registerPlugin = (name: string, index: string): Uint8Array => new Message().text(1, name).text(2, index).finish()

/** Name and version of the runtime, such as `containerd v2.1.4`. */
export const runtimeOf = (configure: Uint8Array): string => {
  const { bytes } = fieldsOf(configure)
  return `${textOf(bytes(2))} ${textOf(bytes(3))}`.trim()
}

/** How long the runtime waits for an answer. Milliseconds; undefined where it does not say. */
export const requestTimeoutOf = (configure: Uint8Array): number | undefined => fieldsOf(configure).number(5) || undefined

export const configured = (): Uint8Array => new Message().number(2, 1 << (createContainerEvent - 1)).finish()

/** What runs is told in pieces where there is much. */
export const isMoreToCome = (synchronize: Uint8Array): boolean => fieldsOf(synchronize).number(3) !== 0

/** Each piece is acknowledged by saying what it says of whether more follows. */
export const synchronized = (synchronize: Uint8Array): Uint8Array =>
  isMoreToCome(synchronize) ? new Message().number(2, 1).finish() : noPayload

/** Throws for what is no message. */
export const containerRequestOf = (request: Uint8Array): ContainerRequest => {
  const { bytes } = fieldsOf(request)
  const pod = fieldsOf(bytes(1) ?? noPayload)
  const container = fieldsOf(bytes(2) ?? noPayload)
  return {
    pod: { name: textOf(pod.bytes(2)), namespace: textOf(pod.bytes(4)), annotations: textMap(pod.all(6)) },
    container: textOf(container.bytes(3)),
  }
}

export const containerChanged = (change: ContainerChange): Uint8Array => {
  const adjustment = new Message()
  // A path that is marked with a dash is taken away.
  for (const path of change.withoutMounts) adjustment.message(3, new Message().text(1, `-${path}`))
  for (const { destination, type, source, options } of change.mounts) {
    const mount = new Message().text(1, destination).text(2, type).text(3, source)
    for (const option of options) mount.text(4, option)
    adjustment.message(3, mount)
  }
  adjustment.message(6, linuxOf(change))
  for (const { type, hard, soft } of change.limits) adjustment.message(7, new Message().text(1, type).unsigned(2, hard).unsigned(3, soft))
  return new Message().message(1, adjustment).finish()
}

const linuxOf = ({ devices, deviceRules, cgroup }: ContainerChange): Message => {
  const linux = new Message()
  for (const { path, type, major, minor, mode, uid, gid } of devices) {
    const device = new Message().text(1, path).text(2, type).number(3, major).number(4, minor)
    linux.message(1, device.message(5, optional(mode)).message(6, optional(uid)).message(7, optional(gid)))
  }
  const resources = new Message()
  for (const [file, value] of cgroup) resources.message(6, new Message().text(1, file).text(2, value))
  for (const { isAllowed, type, major, minor, access } of deviceRules) {
    const rule = new Message().number(1, isAllowed ? 1 : 0).text(2, type)
    resources.message(7, rule.message(3, optional(major)).message(4, optional(minor)).text(5, access))
  }
  return linux.message(2, resources)
}

/** A number that may be absent, in a message of its own. */
const optional = (value: number): Message => new Message().number(1, value)

/** Fields are written in any order. */
class Message {
  readonly #writer = new BinaryWriter()

  text(field: number, value: string): this {
    this.#writer.tag(field, WireType.LengthDelimited).string(value)
    return this
  }

  number(field: number, value: number): this {
    this.#writer.tag(field, WireType.Varint).int64(value)
    return this
  }

  unsigned(field: number, value: bigint): this {
    this.#writer.tag(field, WireType.Varint).uint64(value)
    return this
  }

  message(field: number, value: Message): this {
    this.#writer.tag(field, WireType.LengthDelimited).bytes(value.finish())
    return this
  }

  finish(): Uint8Array {
    return this.#writer.finish()
  }
}
