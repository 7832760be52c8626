import { networkInterfaces } from 'node:os'
import { CliError } from '../../shared/errors.ts'
import { type KubeClient, kinds } from '../../shared/kube/index.ts'
import type { Docker } from '../cluster/docker.ts'
import type { Instance } from '../cluster/driver.ts'
import { upCommand } from '../instance.ts'
import { poll } from '../wait.ts'

/** Where this machine is, for a control plane that the cluster is to reach. */
export interface HostAddress {
  /** What it listens on. */
  readonly listen: string
  /** What the cluster calls it by. */
  readonly reached: string
}

export interface HostAddressParts {
  readonly kube: Pick<KubeClient, 'list'>
  readonly docker: Pick<Docker, 'answers' | 'gateways' | 'exec'>
  readonly signal: AbortSignal
  /** Addresses of this machine. */
  readonly own?: () => readonly string[]
}

const ownAddresses = (): readonly string[] => Object.values(networkInterfaces()).flatMap(each => (each ?? []).map(({ address }) => address))

/** Docker Desktop's name for the machine that it runs on: what is sent there arrives at loopback. */
const desktopName = 'host.docker.internal'

/**
 * The machine's own end of the network that the cluster's nodes are in, which no other machine is in: not loopback,
 * which they do not reach, and not an address of the office's network. On Docker Desktop, whose networks lie in a virtual
 * machine, loopback itself. Throws `CliError` where neither is to be found and none was said with `--host-address`.
 */
export const findHostAddress = async (
  { name, legacy }: Pick<Instance, 'name' | 'legacy'>,
  { kube, docker, signal, own = ownAddresses }: HostAddressParts,
): Promise<HostAddress> => {
  const said = legacy?.address
  if (said !== undefined) {
    if (own().includes(said)) return { listen: said, reached: said }
    throw new CliError(`--host-address ${said} is not an address of this machine.`, `Its addresses are: ${own().join(', ')}.`, {
      exitCode: 2,
    })
  }
  const nodes = await nodeNames(kube, signal)
  if (await docker.answers(signal)) {
    for (const node of nodes) {
      const gateway = (await docker.gateways(node, signal)).find(each => own().includes(each))
      if (gateway !== undefined) return { listen: gateway, reached: gateway }
    }
    for (const node of nodes) {
      const reached = await desktopAddress(docker, node, signal)
      if (reached !== undefined) return { listen: '127.0.0.1', reached }
    }
  }
  throw new CliError(
    'How the cluster reaches this machine cannot be found out.',
    `Say which of its addresses the nodes reach: ${upCommand(name)} --legacy --host-address ADDRESS. Whoever reaches that one reaches the control plane.`,
  )
}

/** A cluster that comes up answers before its node is there. Milliseconds. */
const nodePatience = 60_000

const nodeNames = async (kube: Pick<KubeClient, 'list'>, signal: AbortSignal): Promise<readonly string[]> => {
  const look = async (): Promise<readonly string[] | undefined> => {
    const { items } = await kube.list(kinds.node, { signal })
    return items.length === 0 ? undefined : items.flatMap(({ metadata }) => metadata?.name ?? [])
  }
  return (await poll(look, { every: 200, deadline: nodePatience, signal })) ?? []
}

const desktopAddress = async (docker: Pick<Docker, 'exec'>, node: string, signal: AbortSignal): Promise<string | undefined> => {
  // k3s' nodes have no getent.
  const look = `getent ahostsv4 ${desktopName} || ping -c 1 -W 1 ${desktopName}`
  const { stdout } = await docker.exec(node, ['sh', '-c', look], { signal })
  return /\b(?:\d{1,3}\.){3}\d{1,3}\b/.exec(stdout)?.[0]
}
