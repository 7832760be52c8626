import { spawn } from 'node:child_process'
import { CliError } from '../../shared/errors.ts'
import { instanceVariables } from '../commands/env.ts'
import type { ClusterDriver, Instance } from '../cluster/driver.ts'
import type { Declared } from '../config-file.ts'
import type { Host } from '../host.ts'
import type { Steps } from '../output/steps.ts'
import { ecsApi } from './api.ts'
import { type Applied, applyFixture, readFixtures } from './fixtures.ts'

export interface ApplyOptions {
  readonly declared: Declared
  readonly instance: Instance
  readonly driver: ClusterDriver
  readonly endpoint: string
  readonly host: Host
  readonly steps: Steps
}

/**
 * What kecs.yaml declares beside settings, once the endpoint answers: images go into the cluster, what fixtures need is
 * prepared, they are made or changed, then scripts run. As often as `up` does: what is as declared is left alone. Throws
 * `CliError`.
 */
export const applyDeclared = async (options: ApplyOptions): Promise<void> => {
  const { declared, host, steps, endpoint } = options
  const variables: Readonly<Record<string, string>> = {
    ...instanceVariables(options.instance),
    AWS_ENDPOINT_URL: endpoint,
    KECS_NAME: options.instance.name,
  }
  const run = async (scripts: readonly string[]): Promise<void> => {
    for (const script of scripts) {
      await steps.run(script, ({ progress }) => runScript(script, { ...host.env, ...variables }, host, progress))
    }
  }
  if (declared.load.length > 0) await loadImages(options)
  await run(declared.prepare)
  if (declared.fixtures !== undefined) {
    const { fixtures } = declared
    await steps.run('Fixtures', async ({ progress, done }) => {
      const [accessKeyId = '', secretAccessKey = ''] = [variables['AWS_ACCESS_KEY_ID'], variables['AWS_SECRET_ACCESS_KEY']]
      const api = ecsApi({ endpoint, accessKeyId, secretAccessKey, signal: host.signal, instance: options.instance.name })
      const applied: Applied[] = []
      for (const fixture of await readFixtures(fixtures)) {
        const one = await applyFixture(api, fixture)
        applied.push(one)
        progress(`${one.what}: ${one.did}`)
      }
      done(`Fixtures: ${summaryOf(applied)}`)
    })
  }
  await run(declared.init)
}

const summaryOf = (applied: readonly Applied[]): string =>
  (['made', 'changed', 'unchanged'] as const)
    .map(did => [applied.filter(each => each.did === did).length, did] as const)
    .filter(([count]) => count > 0)
    .map(([count, did]) => `${count} ${did}`)
    .join(', ')

const loadImages = async ({ declared, instance, driver, host, steps }: ApplyOptions): Promise<void> => {
  // Simulated tasks take any image's name.
  if (driver.name === 'simulated') return
  await steps.run(`Images: ${declared.load.join(', ')}`, async ({ progress }) => {
    const missing = await driver.missingImages(instance, declared.load, host.signal)
    if (missing.length > 0) await driver.loadImages(instance, missing, { signal: host.signal, progress })
  })
}

/** Runs a program of the user's with the endpoint in its environment; its last lines are shown where it fails. */
const runScript = (
  script: string,
  env: Readonly<Record<string, string | undefined>>,
  host: Host,
  progress: (line: string) => void,
): Promise<void> =>
  new Promise((resolve, reject) => {
    const child = spawn(script, { shell: true, cwd: host.cwd, env, signal: host.signal, stdio: ['ignore', 'pipe', 'pipe'] })
    const lines: string[] = []
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        for (const line of text.split('\n').filter(each => each.trim() !== '')) {
          lines.push(line)
          progress(line)
        }
      })
    }
    child.once('error', error => reject(host.signal.aborted ? host.signal.reason : error))
    child.once('close', code => {
      if (code === 0) resolve()
      else
        reject(
          new CliError(`${script} ended with exit code ${code ?? 'none'}.`, 'Mend it and run the command again; the instance is up.', {
            details: lines.slice(-15),
          }),
        )
    })
  })
