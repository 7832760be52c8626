import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { CliError } from '../../shared/errors.ts'
import { stopProcess } from '../cluster/control-process.ts'
import type { Instance, StepOptions } from '../cluster/driver.ts'
import { foreignError } from '../cluster/names.ts'
import { clusterTitle, kindOf } from '../cluster/title.ts'
import { defineCommand } from '../command.ts'
import { commonFlags, instanceName } from '../flags.ts'
import type { Host } from '../host.ts'
import { readInstance, upCommand } from '../instance.ts'
import { withLock } from '../instance-lock.ts'
import { keepJournal } from '../legacy/journal.ts'
import { targetOf } from '../target.ts'
import { shortPath } from '../short-path.ts'

export const down = defineCommand({
  name: 'down',
  summary: 'Remove an instance; its data is kept.',
  description:
    'Removes the cluster with all that runs in it. ECS clusters, task definitions and what LocalStack holds stay in the\n' +
    'data folder, and the next kecs up finds them. With --delete-data they are deleted too.',
  args: {
    ...commonFlags,
    'delete-data': { type: 'boolean', description: 'delete the state and settings of the instance too; asks first' },
    yes: { type: 'boolean', alias: 'y', description: 'do not ask' },
  },
  examples: [
    ['kecs down', 'remove the cluster, keep the state'],
    ['kecs down --delete-data --yes', 'leave nothing behind'],
  ],
  run: async (given, host) => {
    const name = instanceName(given.text('name'), host.env)
    const asJson = given.flag('json') === true
    const deleteData = given.flag('delete-data') === true
    if ((await readInstance(host.home, name)) === undefined) {
      host.output.note(`There is no instance ${name}: nothing to remove.`)
      if (asJson) host.output.json({ name, state: 'absent', dataDeleted: false })
      return
    }
    const { instance, driver, output, signal } = await targetOf(given, host, '5m')
    if (deleteData && given.flag('yes') !== true) await confirm(instance, host)
    const steps = output.steps(host.signal)
    await withLock(instance.folder, 'down', async () => {
      const title = clusterTitle(instance)
      await steps.run(title, async ({ progress, done }) => {
        const state = await driver.state(instance, signal)
        if (state.is === 'foreign') throw foreignError(instance, state)
        if (deleteData && driver.name === 'context') {
          await stopProcess(instance, signal)
          await uninstallWithData(await driver.kubeconfig(instance, signal), instance, { signal, progress })
        } else await driver.remove(instance, { signal, progress })
        await rm(join(instance.folder, 'kubeconfig'), { force: true })
        await keepJournal(instance, undefined)
        done(`${title}: ${state.is === 'absent' ? 'was not there' : 'removed'}`)
      })
      if (deleteData)
        await steps.run(`Data in ${shortPath(instance.folder)}`, step =>
          deleteFolder(instance).then(() => step.done(`Data in ${shortPath(instance.folder)}: deleted`)),
        )
    })
    if (asJson) return output.json({ name, ...kindOf(instance), state: 'absent', dataDeleted: deleteData })
    if (!deleteData) output.note(`\n  The state is kept in ${shortPath(instance.dataDir)}; ${upCommand(name)} finds it again.`)
  },
})

const confirm = async (instance: Instance, host: Host): Promise<void> => {
  const what = `the state of instance ${instance.name} in ${shortPath(instance.folder)}`
  if (!host.canAsk) {
    throw new CliError(`--delete-data deletes ${what}, and nobody is at the terminal to be asked.`, 'Add --yes if that is what you want.', {
      exitCode: 2,
    })
  }
  const { consola } = await import('consola')
  const isAgreed: unknown = await consola.prompt(`Delete ${what}? This cannot be undone.`, {
    type: 'confirm',
    initial: false,
    cancel: 'undefined',
  })
  if (isAgreed !== true) throw new CliError('Nothing was removed.', '', { exitCode: 130 })
}

/** In a cluster that was there before, the state lies in the cluster. */
const uninstallWithData = async (kubeconfig: string, instance: Instance, options: StepOptions): Promise<void> => {
  const [{ connect }, { uninstall }] = await Promise.all([import('../../shared/kube/index.ts'), import('../install/uninstall.ts')])
  const kube = await connect({ kubeconfig })
  await uninstall(kube, instance, { ...options, deleteData: true }).finally(() => kube.close())
}

/** All of the instance's folder; the lock in it goes with it. */
const deleteFolder = async (instance: Instance): Promise<void> => {
  try {
    await rm(instance.folder, { recursive: true, force: true })
  } catch (error) {
    throw new CliError(
      `${shortPath(instance.folder)} cannot be deleted whole: some of it belongs to another user, as containers wrote it.`,
      `Delete the rest with: sudo rm -rf ${instance.folder}`,
      { cause: error },
    )
  }
}
