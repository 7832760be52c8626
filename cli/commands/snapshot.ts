import { readFile, writeFile } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { CliError, messageOf } from '../../shared/errors.ts'
import { type AdminChannel, notUnderstood, openAdminChannel, withChannel } from '../admin-channel.ts'
import { defineCommand } from '../command.ts'
import { commonFlags } from '../flags.ts'
import { withName, writeAtomically } from '../instance.ts'
import { tableLines } from '../output/table.ts'
import { type Target, runningTargetOf, targetOf } from '../target.ts'

const name = { type: 'positional', description: "the snapshot's name" } as const
const timeout = '5m'

export const create = defineCommand({
  name: 'snapshot create',
  summary: 'Keep the state as it is now.',
  description:
    'The instance goes on meanwhile: the snapshot is of one moment. It has the state without its history, and lies in the\n' +
    "instance's data folder. What containers wrote to volumes is not in it, nor what the backend keeps.",
  args: { ...commonFlags, snapshot: { ...name, required: false, description: 'its name (default the time)' } },
  examples: [['kecs snapshot create before-migration', 'to come back by: kecs snapshot restore before-migration']],
  run: async (given, host) =>
    withChannel(await runningTargetOf(given, host, timeout), async (channel, { output, asJson, instance }) => {
      const wanted = given.text('snapshot')
      const taken = readSnapshot(await send(channel, 'take', wanted === undefined ? {} : { name: wanted }))
      if (asJson) return output.json(taken)
      output.print(taken.name)
      output.note(
        `${taken.rows} rows, ${size(taken.bytes)}. Come back to it: ${withName('kecs snapshot restore', instance.name)} ${taken.name}`,
      )
    }),
})

export const list = defineCommand({
  name: 'snapshot list',
  summary: 'Show what snapshots there are, the newest first.',
  description: 'Those called before-… were taken before a restoration or an upgrade; the newest ten of these are kept.',
  args: commonFlags,
  examples: [['kecs snapshot list', 'names, times and sizes']],
  run: async (given, host) =>
    withChannel(await runningTargetOf(given, host, timeout), async (channel, { instance, output, asJson }) => {
      const answer = await channel.json({ method: 'GET', path: '/snapshots' })
      const found = Array.isArray(answer) ? answer.map(readSnapshot) : []
      if (asJson) return output.json(found)
      if (found.length === 0) return output.note(`There is none yet: ${withName('kecs snapshot create', instance.name)}`)
      const rows = found.map(each => [
        each.name,
        each.isDamaged === true ? 'damaged' : each.takenAt,
        size(each.bytes),
        each.reason,
        `${each.instance ?? ''} (kecs ${each.version ?? '?'})`,
      ])
      for (const line of tableLines(['name', 'taken', 'size', 'why', 'of'], rows)) output.print(line)
    }),
})

export const restore = defineCommand({
  name: 'snapshot restore',
  summary: 'Go back to a snapshot.',
  description:
    'Its rows are all that there is then; what was there before is kept as a snapshot of its own. Tasks that it does not know\n' +
    'are stopped, services come back to their desired count. Where the control plane cannot start, as with a damaged file, the\n' +
    'snapshot is restored when it next does.',
  args: { ...commonFlags, snapshot: name },
  examples: [['kecs snapshot restore before-migration', 'as it was then']],
  run: async (given, host) => {
    const target = await targetOf(given, host, timeout)
    const wanted = given.text('snapshot') ?? ''
    const channel = await answeringChannel(target)
    if (channel === undefined) return orderRestoration(target, wanted)
    try {
      const done = await send(channel, 'restore', { name: wanted })
      if (target.asJson) return target.output.json(done)
      const before = isRecord(done) && isRecord(done['before']) ? String(done['before']['name']) : ''
      target.output.note(`Restored ${wanted}. What was there before is the snapshot ${before}.`)
    } finally {
      channel.close()
    }
  },
})

export const exportTo = defineCommand({
  name: 'snapshot export',
  summary: 'Write a snapshot to a file.',
  description: 'Any kecs of the same version or a newer one takes it, whatever it runs on. A file that is there is not overwritten.',
  args: {
    ...commonFlags,
    snapshot: name,
    file: { type: 'positional', description: 'where to; - is standard output' },
    force: { type: 'boolean', description: 'overwrite the file' },
  },
  examples: [['kecs snapshot export before-migration state.kecs-snapshot', 'to hand it on']],
  run: async (given, host) =>
    withChannel(await runningTargetOf(given, host, timeout), async (channel, { output, asJson }) => {
      const answer = await send(channel, 'export', { name: given.text('snapshot') })
      const content = isRecord(answer) && typeof answer['content'] === 'string' ? Buffer.from(answer['content'], 'base64') : undefined
      if (content === undefined) throw notUnderstood()
      const file = given.text('file') ?? '-'
      if (file === '-') return output.bytes(content)
      const path = resolve(host.cwd, file)
      const flag = given.flag('force') === true ? 'w' : 'wx'
      await writeFile(path, content, { mode: 0o600, flag }).catch((cause: unknown) => {
        if (cause instanceof Error && 'code' in cause && cause.code === 'EEXIST') {
          throw new CliError(`${path} is there already.`, 'Choose another file, or overwrite it with --force.', { cause })
        }
        throw new CliError(`${path} cannot be written: ${messageOf(cause)}`, 'Choose another file.', { cause })
      })
      if (asJson) return output.json({ file: path, bytes: content.length })
      output.note(`Wrote ${size(content.length)} to ${path}.`)
    }),
})

export const importFrom = defineCommand({
  name: 'snapshot import',
  summary: 'Take a snapshot from a file, of another instance too.',
  description: 'It is checked whole before it is taken. Nothing changes until it is restored.',
  args: {
    ...commonFlags,
    file: { type: 'positional', description: 'what `kecs snapshot export` wrote' },
    snapshot: { type: 'positional', required: false, description: "its name here (default the file's)" },
  },
  examples: [['kecs snapshot import state.kecs-snapshot && kecs snapshot restore state', 'go on where another instance was']],
  run: async (given, host) =>
    withChannel(await runningTargetOf(given, host, timeout), async (channel, { output, asJson, instance }) => {
      const file = resolve(host.cwd, given.text('file') ?? '')
      const content = await readFile(file).catch((cause: unknown) => {
        throw new CliError(`${file} cannot be read: ${messageOf(cause)}`, 'Name what `kecs snapshot export` wrote.', { cause })
      })
      const wanted = given.text('snapshot') ?? basename(file).replace(/\.kecs-snapshot$/, '')
      const taken = readSnapshot(await send(channel, 'import', { name: wanted, content: content.toString('base64') }))
      if (asJson) return output.json(taken)
      output.note(`Took ${taken.name}. Go to it: ${withName('kecs snapshot restore', instance.name)} ${taken.name}`)
    }),
})

export const remove = defineCommand({
  name: 'snapshot delete',
  summary: 'Remove a snapshot.',
  args: { ...commonFlags, snapshot: name },
  examples: [['kecs snapshot delete before-migration', 'for good']],
  run: async (given, host) =>
    withChannel(await runningTargetOf(given, host, timeout), async (channel, { output, asJson }) => {
      const done = await send(channel, 'delete', { name: given.text('snapshot') })
      if (asJson) return output.json(done)
      output.note(`Removed ${given.text('snapshot')}.`)
    }),
})

const send = (channel: AdminChannel, verb: string, body: object): Promise<unknown> =>
  channel.json({ method: 'POST', path: `/snapshots/${verb}`, body })

/** Undefined where nobody answers: the instance is down, or its control plane does not come up. */
const answeringChannel = async (target: Target): Promise<AdminChannel | undefined> => {
  if ((await target.driver.state(target.instance, target.signal)).is !== 'running') return undefined
  const channel = await openAdminChannel(target)
  const isThere = await channel.text({ method: 'GET', path: '/health' }).then(
    () => true,
    () => false,
  )
  if (isThere) return channel
  channel.close()
  return undefined
}

/** Leaves word in the data folder, which the control plane reads before it opens the state. See server/store/restore-order.ts. */
const orderRestoration = async ({ instance, output, asJson }: Target, snapshot: string): Promise<void> => {
  if (instance.driver === 'context') {
    throw new CliError(
      'The control plane does not answer, and its data folder is in the cluster.',
      `See why: ${withName('kecs logs', instance.name)}`,
    )
  }
  const file = join(instance.dataDir, 'snapshots', `${snapshot}.kecs-snapshot`)
  await readFile(file).catch((cause: unknown) => {
    throw new CliError(
      `There is no snapshot ${snapshot}: ${file} cannot be read.`,
      `See what there is: ls ${join(instance.dataDir, 'snapshots')}`,
      {
        cause,
      },
    )
  })
  await writeAtomically(join(instance.dataDir, 'kecs.restore.json'), `${JSON.stringify({ snapshot })}\n`)
  if (asJson) return output.json({ ordered: snapshot })
  output.note(
    `The control plane does not answer: ${snapshot} is restored when it starts. Start it with: ${withName('kecs up', instance.name)}`,
  )
}

interface ShownSnapshot {
  readonly name: string
  readonly bytes: number
  readonly rows?: number
  readonly takenAt?: string
  readonly reason?: string
  readonly instance?: string
  readonly version?: string
  readonly isDamaged?: boolean
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null

const isSnapshot = (value: unknown): value is ShownSnapshot =>
  isRecord(value) && typeof value['name'] === 'string' && typeof value['bytes'] === 'number'

const readSnapshot = (value: unknown): ShownSnapshot => {
  if (isSnapshot(value)) return value
  throw notUnderstood()
}

const size = (bytes: number): string =>
  bytes < 10_000 ? `${bytes} B` : bytes < 10_000_000 ? `${Math.round(bytes / 1000)} kB` : `${Math.round(bytes / 1e6)} MB`
