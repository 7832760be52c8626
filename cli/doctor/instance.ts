import { messageOf } from '../../shared/errors.ts'
import { version } from '../../shared/version.ts'
import type { Instance } from '../cluster/driver.ts'
import type { Host } from '../host.ts'
import { upCommand, withName } from '../instance.ts'
import { sideTitle } from '../legacy/migration.ts'
import { readStatus } from '../status.ts'
import { type Finding, failing, ok, skipped, warning } from './finding.ts'
import { checkKubeconfig } from './leftovers.ts'
import { checkNetwork } from './network.ts'
import { checkPorts, checkShell } from './machine.ts'

// What is looked at of an instance that was made.

export const checkInstance = async (instance: Instance, host: Host): Promise<readonly Finding[]> => {
  const what = 'Instance'
  try {
    const status = await readStatus(instance, host)
    const mend = `Mend it with: ${upCommand(instance.name)}`
    if (status.state === 'stopped') {
      const remedy = `Start it with: ${withName('kecs start', instance.name)}`
      return [{ ...skipped(what, `${instance.name} is stopped`), remedy }, checkVersion(instance)]
    }
    if (status.state === 'absent') return [skipped(what, `${instance.name} is down`), await checkPorts(instance)]
    if (status.state === 'foreign') {
      return [
        failing(what, 'a cluster of that name was not made by this kecs', 'Remove that cluster, or use another name: kecs up --name NAME'),
      ]
    }
    // One for all: what several findings ask for is done once.
    const mending = (): Promise<string> => bringUp(instance, host)
    const components = status.components.map(({ component, state, why, restarts = 0 }) => {
      const says = `${state}${why === undefined ? '' : `: ${why}`}${restarts === 0 ? '' : `, restarted ${restarts === 1 ? 'once' : `${restarts} times`}`}`
      if (state !== 'ready') {
        return {
          ...failing(component, says, `See: ${withName('kecs logs', instance.name)} ${component}. ${mend}`),
          fix: mending,
        }
      }
      return restarts > 2 ? warning(component, says, `See why: ${withName('kecs logs', instance.name)} ${component}`) : ok(component, says)
    })
    return [
      ok(what, `${instance.name} runs on ${instance.driver}${status.legacy ? ', legacy: its control plane is on this machine' : ''}`),
      ...(status.migratingTo === undefined
        ? []
        : [
            warning(
              'Migration',
              `one that was to end with the control plane ${sideTitle(status.migratingTo)} was cut off`,
              `Go on with it: ${withName('kecs migrate', instance.name)}`,
            ),
          ]),
      ...components,
      ...(await checkEndpoint(instance, status.endpoint, host)),
      await checkBackend(instance, status, host.signal),
      ...(instance.driver === 'simulated' ? [] : await checkNetwork(instance, host, mending)),
      checkVersion(instance),
      await checkKubeconfig(instance, host),
      checkShell(host, { name: instance.name, endpoint: status.endpoint }),
    ]
  } catch (error) {
    host.signal.throwIfAborted()
    return [failing(what, messageOf(error), `See: ${withName('kecs status', instance.name)}`)]
  }
}

/** What `kecs up` does: puts in place what is missing, the cluster's DNS among it, and waits until it is ready. */
const bringUp = async (instance: Instance, host: Host): Promise<string> => {
  const { up } = await import('../commands/up.ts')
  await up.execute(['--name', instance.name, '--quiet', '--no-apply'], { ...host, output: host.output.quiet() })
  return `ran ${upCommand(instance.name)}`
}

const checkVersion = (instance: Instance): Finding =>
  instance.version === version
    ? ok('Version', version)
    : warning(
        'Version',
        `this is kecs ${version}, the instance was brought up by ${instance.version}`,
        `Bring it to this one: ${upCommand(instance.name)}`,
      )

/** Seconds by which signatures may be off before AWS' SDKs and services refuse them. */
const mostSkew = 60

const checkEndpoint = async ({ name }: Instance, endpoint: string, { signal, clock }: Host): Promise<readonly Finding[]> => {
  const what = 'Endpoint'
  try {
    const response = await fetch(`${endpoint}/_kecs/health`, { signal: AbortSignal.any([signal, AbortSignal.timeout(5000)]) })
    if (!response.ok) {
      const see = `See: ${withName('kecs logs traefik', name)}, ${withName('kecs logs control-plane', name)}`
      return [failing(what, `${endpoint} answers ${response.status}`, see)]
    }
    const date = Date.parse(response.headers.get('date') ?? '')
    const skew = Number.isNaN(date) ? 0 : Math.abs(clock.now() - date) / 1000
    return [
      ok(what, endpoint),
      skew > mostSkew
        ? warning(
            'Clock',
            `the cluster's differs by ${Math.round(skew)} s from this machine's`,
            'Restart Docker: its virtual machine lost time asleep.',
          )
        : ok('Clock', 'the same here and in the control plane'),
    ]
  } catch (error) {
    signal.throwIfAborted()
    const see = `See: ${withName('kecs status', name)}, ${withName('kecs logs traefik', name)}`
    return [failing(what, `${endpoint} does not answer: ${messageOf(error)}`, see)]
  }
}

const checkBackend = async (
  { name }: Instance,
  { endpoint, backend }: { readonly endpoint: string; readonly backend: string },
  signal: AbortSignal,
): Promise<Finding> => {
  const what = 'Backend'
  const see = `See: ${withName('kecs logs localstack', name)}`
  if (backend === 'none') return skipped(what, 'none: other AWS services answer with an error')
  try {
    const response = await fetch(`${endpoint}/_localstack/health`, { signal: AbortSignal.any([signal, AbortSignal.timeout(10_000)]) })
    if (response.ok) return ok(what, `${backend} answers`)
    return /^https?:/.test(backend)
      ? skipped(what, `${backend} does not say how it is`)
      : failing(what, `${backend} answers ${response.status}`, see)
  } catch (error) {
    signal.throwIfAborted()
    return failing(what, `${backend} does not answer: ${messageOf(error)}`, see)
  }
}
