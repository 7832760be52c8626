import type { Backend } from '../backend/backend.ts'
import { alarmsInAlarm } from '../backend/cloudwatch.ts'
import { parseArn } from '../domain/arn.ts'
import { sameJson } from '../domain/same-json.ts'
import { isOngoing } from '../domain/services/records.ts'
import { type ServiceDeploymentRow, type ServiceRow, serviceDeployments } from '../store/service-tables.ts'
import type { Store } from '../store/store.ts'
import type { Logger } from '../log.ts'
import type { Reconciler, Wake } from './reconciler.ts'

export interface DeploymentAlarmsParts {
  readonly store: Store
  readonly log: Logger
  readonly wake: Wake
  readonly backend: Backend | undefined
}

/** How often alarms are looked at. Milliseconds. */
const lookAgainMs = 10_000

/** The alarms that decide about a deployment; none where they are off, or do not matter any more. */
export const watchedAlarms = (row: ServiceDeploymentRow): readonly string[] => {
  const { alarms } = row.serviceDeployment.deploymentConfiguration ?? {}
  const isWatched = alarms?.enable === true && isOngoing(row) && row.serviceDeployment.rollback === undefined
  return isWatched && row.progress?.stage !== 'CLEAN_UP' ? alarms.alarmNames : []
}

/**
 * Asks for the alarms of deployments that go on or bake. Keys are ARNs of service deployments. Where one is in ALARM when
 * a deployment begins, its alarms are not monitored, so that what is broken can be mended by deploying.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-alarm-failure.html
 */
export class DeploymentAlarms implements Reconciler {
  readonly kind = 'deployment-alarms'
  readonly #parts: DeploymentAlarmsParts
  /** Names of alarms in ALARM, by the service deployment's ARN. */
  readonly #found = new Map<string, readonly string[]>()

  constructor(parts: DeploymentAlarmsParts) {
    this.#parts = parts
  }

  *keys(): Iterable<string> {
    for (const row of this.#parts.store.table(serviceDeployments).all()) {
      if (watchedAlarms(row).length > 0) yield row.serviceDeployment.serviceDeploymentArn
    }
  }

  /** Which of a service's alarms were in ALARM when they were last looked at. */
  readonly inAlarm = ({ serviceDeploymentArn }: ServiceRow, alarmNames: readonly string[]): readonly string[] =>
    (this.#found.get(serviceDeploymentArn ?? '') ?? []).filter(name => alarmNames.includes(name))

  forget(): void {
    this.#found.clear()
  }

  async reconcile(key: string, signal: AbortSignal): Promise<number | undefined> {
    const { store, backend, log, wake } = this.#parts
    const row = store.table(serviceDeployments).get(key)
    const names = row === undefined ? [] : watchedAlarms(row)
    if (row === undefined || names.length === 0 || row.serviceDeployment.alarms?.status === 'DISABLED') {
      this.#found.delete(key)
      return undefined
    }
    if (backend === undefined) {
      log.warn({ serviceDeploymentArn: key }, 'no backend is configured: the alarms of a deployment are not monitored')
      return this.#begin(key, names, undefined)
    }
    const { account = '', region = '' } = parseArn(key) ?? {}
    const found = await alarmsInAlarm(backend, names, { account, region }, { signal })
    if (row.serviceDeployment.alarms === undefined) return this.#begin(key, names, found)
    if (!sameJson(found, this.#found.get(key) ?? [])) {
      this.#found.set(key, found)
      wake('service', row.serviceDeployment.serviceArn)
    }
    return lookAgainMs
  }

  /** `found`: undefined where nobody can be asked. */
  async #begin(key: string, alarmNames: readonly string[], found: readonly string[] | undefined): Promise<number | undefined> {
    const { store } = this.#parts
    const isMonitored = found?.length === 0
    await store.commit(transaction => {
      const row = store.table(serviceDeployments).get(key)
      if (row === undefined || !isOngoing(row) || row.serviceDeployment.alarms !== undefined) return
      const status = isMonitored ? 'MONITORING' : 'DISABLED'
      const alarms = { status, alarmNames, triggeredAlarmNames: found ?? [] } as const
      transaction.put(serviceDeployments, { ...row, serviceDeployment: { ...row.serviceDeployment, alarms } })
    })
    return isMonitored ? lookAgainMs : undefined
  }
}
