import { readdir, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { CliError } from '../../shared/errors.ts'
import { awsApi } from '../apply/api.ts'
import { instanceVariables } from '../commands/env.ts'
import type { Host } from '../host.ts'
import type { Target } from '../target.ts'
import { endpointOf } from '../up/summary.ts'
import { importGo, type GoReport } from './go-import.ts'
import { type GoPlan, planGoImport } from './go-plan.ts'

type Tables = Parameters<typeof planGoImport>[0]

export interface FromGo {
  /** The file, or the folder that it lies in. */
  readonly path: string
  readonly isDryRun: boolean
  readonly read: (file: string) => Promise<Tables>
}

/** Brings what the Go implementation kept into a running instance, and tells what could not be. Answers the exit code. */
export const migrateFromGo = async ({ path, isDryRun, read }: FromGo, target: Target, host: Host): Promise<number> => {
  const { instance, output, asJson, signal } = target
  const file = await fileAt(resolve(host.cwd, path))
  const plan = planGoImport(await read(file))
  if (isDryRun) return showPlan(plan, target)
  const { AWS_SECRET_ACCESS_KEY: secretAccessKey = '' } = instanceVariables(instance)
  const [key] = instance.keys ?? []
  const steps = output.steps(host.signal)
  const title = `What the Go implementation kept in ${file}`
  const report = await steps.run(title, async ({ progress, done }) => {
    const found = await importGo(plan, {
      // With strict signatures an account is a key's own.
      apiOf: (account, region) =>
        awsApi({
          endpoint: endpointOf(instance),
          accessKeyId: key?.accessKeyId ?? account,
          secretAccessKey,
          region,
          signal,
          instance: instance.name,
        }),
      progress,
    })
    done(`${title}: ${found.imported.length} imported, ${found.left.length} left out`)
    return found
  })
  steps.close()
  if (asJson) output.json({ name: instance.name, file, ...report })
  else for (const line of reportLines(report)) output.print(line)
  return 0
}

const fileAt = async (path: string): Promise<string> => {
  const found = await stat(path).catch(() => undefined)
  if (found === undefined)
    throw new CliError(`There is no ${path}.`, 'Name the data folder of the Go implementation, or the DuckDB file in it.', { exitCode: 2 })
  if (!found.isDirectory()) return path
  const files = (await readdir(path)).filter(name => /\.(db|duckdb)$/.test(name))
  const [only] = files
  if (only !== undefined && files.length === 1) return join(path, only)
  throw new CliError(
    files.length === 0 ? `${path} has no DuckDB file.` : `${path} has several files: ${files.join(', ')}.`,
    'Name the file itself.',
    { exitCode: 2 },
  )
}

const showPlan = ({ calls, left }: GoPlan, { output, asJson, instance }: Target): number => {
  const imported = calls.map(({ what, notes }) => ({ what, notes }))
  if (asJson) output.json({ name: instance.name, dryRun: true, imported, left })
  else for (const line of [...reportLines({ imported, left }), '', 'Nothing was done.']) output.print(line)
  return 0
}

const reportLines = ({ imported, left }: GoReport): readonly string[] => [
  ...imported.map(({ what, notes }) => `+ ${what}${notes.length === 0 ? '' : `  (${notes.join('; ')})`}`),
  ...left.map(({ what, why }) => `- ${what}: ${why}`),
]
