// The node of the shared instance, from outside of Kubernetes: its processes are killed, and what they leave is counted.
import { execute, type TestInstance } from '../support/instance.ts'
import { until } from '../support/until.ts'

/** `kecs agent` and `kecs serve`. */
export type Program = 'agent' | 'serve'

export interface Size {
  /** Of the process: another one was started in its place where it differs. */
  readonly id: string
  /** That it has open. */
  readonly sockets: number
  /** Of all else that it has open: files, pipes, timers. */
  readonly files: number
  readonly memoryMiB: number
}

export type Sizes = Readonly<Record<Program, Size>>

export interface Node {
  /** SIGKILL. Its pod is taken away with it, as the kubelet waits ever longer before it starts a container again. */
  kill(program: Program): Promise<void>
  /** Of the two programs, once both run. */
  sizes(): Promise<Sizes>
  /** The same once they have opened what they work with: three looks in a row, a second apart, found about as much. */
  settledSizes(): Promise<Sizes>
  /** How many there are: files that the agent keeps, routers' folders, pods of the container runtime (a shim each), networks. */
  leftovers(): Promise<{
    readonly files: number
    readonly routers: number
    readonly sandboxes: number
    readonly networks: number
  }>
}

export const nodeOf = async (kecs: TestInstance): Promise<Node> => {
  // The node's container has the same name as the node, with kind and with k3d.
  const container = (await kecs.kubectl('get', 'nodes', '-o', 'jsonpath={.items[0].metadata.name}')).trim()
  const inside = async (script: string): Promise<string> => (await execute(['docker', 'exec', container, 'sh', '-c', script])).stdout.trim()
  const process = (program: Program): Promise<string> => inside(`pgrep -xf '/kecs ${program}' | head -1`)
  const counted = async (script: string): Promise<number> => Number(await inside(`${script} | wc -l`))

  const sizeOf = async (program: Program): Promise<Size> => {
    const id = await until(`${program} runs`, () => process(program), { withinMs: 120_000 })
    const [sockets, open, memory] = await Promise.all([
      counted(`ls -l /proc/${id}/fd | grep -F socket:`),
      counted(`ls /proc/${id}/fd`),
      inside(`awk '/VmRSS/ { print $2 }' /proc/${id}/status`),
    ])
    return { id, sockets, files: open - sockets, memoryMiB: Math.round(Number(memory) / 1024) }
  }
  const sizes = async (): Promise<Sizes> => ({ agent: await sizeOf('agent'), serve: await sizeOf('serve') })
  const isSettled = (looks: readonly Sizes[]): boolean =>
    (['agent', 'serve'] as const).every(program => {
      const seen = looks.map(look => look[program])
      const spread = (counts: readonly number[]): number => Math.max(...counts) - Math.min(...counts)
      return new Set(seen.map(({ id }) => id)).size === 1 && spread(seen.map(({ sockets, files }) => sockets + files)) <= 2
    })
  const component = { agent: 'agent', serve: 'control-plane' } as const
  const folder = `/var/lib/kecs-agent/${kecs.name}`
  return {
    kill: async program => {
      const id = await process(program)
      if (id === '') return
      await inside(`kill -KILL ${id}`)
      const label = `kecs.dev/component=${component[program]}`
      await kecs.kubectl('-n', 'kecs-system', 'delete', 'pod', '-l', label, '--grace-period=0', '--force', '--wait=false')
    },
    sizes,
    settledSizes: () => {
      const looks: Sizes[] = []
      return until(
        'the agent and the control plane have opened what they work with',
        async () => {
          looks.push(await sizes())
          const last = looks.slice(-3)
          return last.length === 3 && isSettled(last) && last[2]
        },
        { withinMs: 120_000, everyMs: 1_000 },
      )
    },
    leftovers: async () => {
      const [files, routers, sandboxes, networks] = await Promise.all([
        counted(`find ${folder} -type f`),
        counted(`ls ${folder}/routers`),
        counted("pgrep -f '[c]ontainerd-shim-runc-v2'"),
        counted('ls /var/run/netns'),
      ])
      return { files, routers, sandboxes, networks }
    },
  }
}
