import { CliError } from '../../shared/errors.ts'
import { version } from '../../shared/version.ts'
import type { Instance } from '../cluster/driver.ts'
import { defineCommand } from '../command.ts'
import { commonFlags } from '../flags.ts'
import type { Host } from '../host.ts'
import { listInstances, upCommand, withName } from '../instance.ts'
import { withLock } from '../instance-lock.ts'
import { keepJournal, readJournal, refuseStale } from '../legacy/journal.ts'
import { migrate as move, type MigrationState, type Side, sideTitle } from '../legacy/migration.ts'
import { takeAlong } from '../legacy/take-along.ts'
import { findSelf } from '../self.ts'
import { readComponents } from '../status.ts'
import { runningTargetOf, type Target } from '../target.ts'
import { freeLegacyPorts } from '../up/settings.ts'

const sides = ['in-cluster', 'legacy'] as const

export const migrate = defineCommand({
  name: 'migrate',
  summary: 'Move the control plane into the cluster or onto this machine, or import the Go implementation.',
  description:
    'Tasks go on meanwhile, and load balancers serve; API calls are not answered for some seconds. The state is a snapshot\n' +
    'first, and the new side checks every table of it. When something fails, or on Ctrl-C, the old side goes on. After this\n' +
    'program was killed, kecs migrate alone goes on where it was.\n\n' +
    'With --from-go what the Go implementation kept in DuckDB (clusters, task definitions, load balancers, services) is made\n' +
    'in this instance, by the same calls that anybody makes; what could not be is told.',
  args: {
    ...commonFlags,
    to: { type: 'enum', options: [...sides], description: 'where the control plane is to be', valueHint: sides.join('|') },
    'host-address': {
      type: 'string',
      description: "this machine's address as the cluster reaches it, with --to legacy",
      valueHint: 'ADDRESS',
    },
    'from-go': { type: 'string', description: "import the Go implementation's data folder, or its DuckDB file", valueHint: 'PATH' },
    'dry-run': { type: 'boolean', description: 'say what would be done, and do nothing' },
  },
  examples: [
    ['kecs migrate --to in-cluster', 'from kecs up --legacy to how kecs runs now'],
    ['kecs migrate --to legacy', 'and back'],
    ['kecs migrate --to legacy --dry-run', 'whether it could be, and how'],
    ['kecs migrate --from-go ~/.kecs/data', 'what the Go implementation kept, into this instance'],
  ],
  run: async (given, host) => {
    const target = await runningTargetOf(given, host, '10m')
    const { instance, output, asJson } = target
    const path = given.text('from-go')
    if (path !== undefined) {
      if (given.text('to') !== undefined) throw new CliError('--from-go or --to, not both.', 'One after the other.', { exitCode: 2 })
      const [{ migrateFromGo }, { readGoState }] = await Promise.all([
        import('../legacy/from-go.ts'),
        import('../../server/store/go-state.ts'),
      ])
      return migrateFromGo({ path, isDryRun: given.flag('dry-run') === true, read: readGoState }, target, host)
    }
    refuseOthers(instance)
    const before = await readJournal(instance)
    const state = before ?? (await beginning({ to: sideNamed(given.text('to')), address: given.text('host-address') }, target, host))
    if (state === undefined) {
      const where = instance.legacy === undefined ? 'in-cluster' : 'legacy'
      if (asJson) return output.json({ name: instance.name, moved: false, side: where })
      return output.note(`The control plane is ${sideTitle(where)} already.`)
    }
    if (before !== undefined) {
      const to = sideNamed(given.text('to'))
      if (to !== undefined && to !== before.to)
        throw new CliError(
          `A migration of this instance, ${sideTitle(before.to)}, was cut off.`,
          `Go on with it first: ${withName('kecs migrate', instance.name)}`,
        )
      if (given.flag('dry-run') !== true) output.note('Going on with a migration that was cut off.')
    }
    if (given.flag('dry-run') === true) return showPlan(state, target)
    const begun = performance.now()
    const done = await withLock(instance.folder, 'migrate', async () => {
      await refuseStale(instance, before)
      return moveIt(state, target, host)
    })
    const seconds = Math.round(performance.now() - begun) / 1000
    const rows = Object.values(done.tables ?? {}).reduce((sum, table) => sum + table.rows, 0)
    if (asJson)
      return output.json({ name: instance.name, moved: true, side: done.to, tables: done.tables, snapshot: done.snapshot, seconds })
    output.note(
      `\n  The control plane is ${sideTitle(done.to)}, with all ${rows} rows. ${done.snapshot === undefined ? '' : `The state of before: snapshot ${done.snapshot}.`}`,
    )
  },
})

const sideNamed = (text: string | undefined): Side | undefined => sides.find(side => side === text)

const refuseOthers = ({ driver, name, legacy }: Instance): void => {
  if (driver === 'simulated')
    throw new CliError(
      'A simulated instance has no cluster that its control plane could move into.',
      `For one with a cluster: ${withName('kecs down', name)} && ${withName('kecs up --driver k3d', name)}`,
    )
  if (driver !== 'context') return
  throw new CliError(
    'An instance by --driver context cannot be moved while its tasks go on.',
    takeAlong(name, legacy === undefined ? 'legacy' : 'in-cluster'),
  )
}

/** A migration to begin; undefined where the control plane is there already. */
const beginning = async (
  { to, address }: { readonly to: Side | undefined; readonly address: string | undefined },
  target: Target,
  host: Host,
): Promise<MigrationState | undefined> => {
  const { instance, driver, signal } = target
  const from: Side = instance.legacy === undefined ? 'in-cluster' : 'legacy'
  if (to === undefined) {
    throw new CliError(
      `The control plane is ${sideTitle(from)}; where is it to be?`,
      `Say --to ${from === 'legacy' ? 'in-cluster' : 'legacy'}.`,
      {
        exitCode: 2,
      },
    )
  }
  if (to === from) return undefined
  if (instance.version !== version) {
    throw new CliError(
      `This is kecs ${version}, and the instance was brought up by ${instance.version}: both sides have to be one version.`,
      `Bring it to this one first: ${upCommand(instance.name)}`,
    )
  }
  const ailing = (await readComponents(instance, driver, signal)).filter(({ state }) => state !== 'ready')
  if (ailing.length > 0) {
    throw new CliError(
      `Not all of the instance is ready: ${ailing.map(({ component, why }) => (why === undefined ? component : `${component} (${why})`)).join(', ')}.`,
      `Mend it first: ${upCommand(instance.name)}`,
    )
  }
  const others = (await listInstances(host.home)).filter(({ name }) => name !== instance.name)
  const legacy = instance.legacy ?? { ports: await freeLegacyPorts(instance, others), ...(address === undefined ? {} : { address }) }
  return { id: crypto.randomUUID(), from, to, legacy, direction: 'there', begun: [] }
}

const showPlan = (state: MigrationState, { output, asJson, instance }: Target): void => {
  const { from, to, legacy } = state
  const { first, last } = legacy.ports
  if (state.direction === 'back') {
    if (asJson) return output.json({ name: instance.name, from: to, to: from, ports: legacy.ports, dryRun: true, goesBack: true })
    return output.print(`The migration that was cut off goes back: the control plane is ${sideTitle(from)} again then. Nothing was done.`)
  }
  if (asJson) return output.json({ name: instance.name, from, to, ports: legacy.ports, dryRun: true })
  for (const line of [
    `The control plane ${sideTitle(from)} holds still, takes a snapshot and ends.`,
    `The control plane ${sideTitle(to)} starts with the state in ${instance.dataDir} and checks every table.`,
    to === 'legacy'
      ? `The gateway, the agents and the cluster's DNS ask this machine, at ports ${first}-${last}.`
      : "The gateway, the agents and the cluster's DNS ask the cluster.",
    'Tasks go on; load balancers serve. Nothing was done.',
  ])
    output.print(line)
}

const moveIt = async (state: MigrationState, { instance, driver, output, signal }: Target, host: Host): Promise<MigrationState> => {
  const [{ connect }, { sidesOf }, { localDocker }, { explainKube }] = await Promise.all([
    import('../../shared/kube/index.ts'),
    import('../legacy/sides.ts'),
    import('../cluster/docker.ts'),
    import('../up/api.ts'),
  ])
  const kube = await connect({ kubeconfig: await driver.kubeconfig(instance, signal) })
  const steps = output.steps(host.signal)
  try {
    const { legacy } = state
    const parts = { instance, legacy, driver, kube, docker: localDocker(), self: findSelf(), env: host.env }
    return await move(state, {
      name: instance.name,
      sides: sidesOf(parts),
      keep: next => keepJournal(instance, next),
      show: (title, work) =>
        steps.run(title, () =>
          work().catch((error: unknown) => {
            throw explainKube(error, instance)
          }),
        ),
      signal,
      backSignal: () => AbortSignal.timeout(backMs),
    })
  } finally {
    steps.close()
    kube.close()
  }
}

/** For going back. Milliseconds. */
const backMs = 300_000
