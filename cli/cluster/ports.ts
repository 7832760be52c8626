import { CliError } from '../../shared/errors.ts'
import { portTaken } from '../ports.ts'
import type { Docker } from './docker.ts'
import type { Instance } from './driver.ts'

/** A host port that something else listens on. */
export interface TakenPort {
  readonly port: number
  /** What kecs wants it for. */
  readonly what?: 'door' | 'api' | 'published' | 'listener'
  /** Who has it, where that can be told: `container web`, `program node (pid 4711)`. */
  readonly holder?: string
}

/** The Kubernetes API is bound to loopback whatever `--bind` says: nobody else needs it. */
export const apiAddress = '127.0.0.1'

/** Ports that an instance's cluster publishes on the host. */
export const wantedPorts = (instance: Instance): readonly { port: number; what: NonNullable<TakenPort['what']>; address: string }[] => [
  { port: instance.port, what: 'door', address: instance.bind },
  { port: instance.apiPort, what: 'api', address: apiAddress },
  ...publishedPorts(instance).map(port => ({ port, what: 'published' as const, address: instance.bind })),
  ...listenerPorts(instance).map(port => ({ port, what: 'listener' as const, address: instance.bind })),
]

/** The range of published ports, one by one. */
export const publishedPorts = (instance: Instance): readonly number[] => portsIn(instance.publishedPorts)

/** The range of load balancers' listeners, one by one. */
export const listenerPorts = (instance: Instance): readonly number[] => portsIn(instance.listenerPorts)

/** The part of that range that is published for UDP too. */
export const udpListenerRange = ({
  listenerPorts: { first, last },
  udpListeners,
}: Pick<Instance, 'listenerPorts' | 'udpListeners'>): Instance['listenerPorts'] => ({
  first: udpListeners === undefined ? first : Math.max(first, last - udpListeners + 1),
  last,
})

/** What of it is published: each port with its protocols, as Kubernetes names them. */
export const listenerProtocols = (
  instance: Pick<Instance, 'listenerPorts' | 'udpListeners'>,
): readonly { readonly port: number; readonly protocol: 'TCP' | 'UDP' }[] => {
  const udp = new Set(portsIn(udpListenerRange(instance)))
  return portsIn(instance.listenerPorts).flatMap(port => [
    { port, protocol: 'TCP' as const },
    ...(udp.has(port) ? [{ port, protocol: 'UDP' as const }] : []),
  ])
}

const portsIn = ({ first, last }: Instance['publishedPorts']): readonly number[] =>
  Array.from({ length: Math.max(0, last - first + 1) }, (_, at) => first + at)

/** Which of the instance's ports cannot be had, and who has them. Ask only before its cluster exists. */
export const takenPorts = async (docker: Docker, instance: Instance, signal: AbortSignal): Promise<readonly TakenPort[]> => {
  const containers = await docker.publishedPorts(signal)
  const asked = await Promise.all(
    wantedPorts(instance).map(async ({ port, what, address }): Promise<readonly TakenPort[]> => {
      const container = containers.get(port)
      if (container) return [{ port, what, holder: `the container ${container}` }]
      const taken = await portTaken(address, port)
      return taken ? [{ port, what, ...taken }] : []
    }),
  )
  return asked.flat()
}

const flags = { door: '--port', api: '--api-port', published: '--publish', listener: '--listeners' } as const

/** @param name the instance that wants them; for the default one, whose ports are never evaded, one beside it is a way too */
export const portTakenError = (taken: readonly TakenPort[], name?: string): CliError => {
  const byHolder = Map.groupBy(runsOf(taken), ([{ holder }]) => holder)
  const named = [...byHolder].map(([holder, runs]) => {
    const isOne = runs.length === 1 && runs[0]?.length === 1
    return `${listed(runs.map(nameOf))} ${isOne ? 'is' : 'are'} taken${holder ? ` by ${holder}` : ''}`
  })
  const wanted = [...new Set(taken.flatMap(({ what }) => (what === undefined ? [] : [flags[what]])))]
  const choice =
    wanted.length === 0
      ? 'choose others with --port, --api-port, --publish or --listeners'
      : `choose ${wanted.length === 1 ? 'another' : 'others'} with ${listed(wanted)}`
  const text = named.join('; ')
  const beside = name === 'kecs' ? '\nOr make another instance, which takes free ports: kecs up --name NAME' : ''
  return new CliError(
    `${text.charAt(0).toUpperCase()}${text.slice(1)}.`,
    `Stop what holds ${taken.length === 1 ? 'it' : 'them'}, or ${choice}.${beside}`,
  )
}

type Run = [TakenPort, ...TakenPort[]]

/** `port 4566 (the AWS endpoint)`, `ports 9000-9019`. */
const nameOf = (run: Run): string => {
  const [{ port, what }] = run
  const last = run.at(-1)?.port ?? port
  const purpose = what === 'door' ? ' (the AWS endpoint)' : what === 'api' ? ' (the Kubernetes API)' : ''
  return last === port ? `port ${port}${purpose}` : `ports ${port}-${last}`
}

const listed = (names: readonly string[]): string =>
  names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1) ?? ''}`

/** Ports that follow each other, with one holder and one purpose, together. */
const runsOf = (taken: readonly TakenPort[]): readonly Run[] => {
  const runs: Run[] = []
  for (const each of taken) {
    const last = runs.at(-1)?.at(-1)
    const follows = last?.port === each.port - 1 && last.holder === each.holder && last.what === each.what
    if (follows) runs.at(-1)?.push(each)
    else runs.push([each])
  }
  return runs
}
