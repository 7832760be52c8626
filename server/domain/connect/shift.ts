import type { ServiceDeploymentRow } from '../../store/service-tables.ts'
import { isStaged } from '../services/stages.ts'
import type { ServedEndpoint } from './routing.ts'

/** A task behind an endpoint. */
export interface ConnectServer {
  /** `address:port`. */
  readonly address: string
  /** The digits of its deployment, which are its revision's too. */
  readonly deployment: string
}

const digitsOf = (arn: string): string => arn.slice(arn.lastIndexOf('/') + 1)

/**
 * How an endpoint's requests are shared while its service is deployed by a strategy that shifts traffic: the target
 * revision gets its percent, the one that it takes the place of the rest. What is left of others gets none, unless there
 * is nobody else. All serve alike otherwise.
 * @param newest the service's newest service deployment, whether or not it is over
 */
export function sharesOf(
  servers: readonly ConnectServer[],
  newest: ServiceDeploymentRow | undefined,
): Pick<ServedEndpoint, 'servers' | 'shift'> {
  const addressesOf = (those: readonly ConnectServer[]): readonly string[] => those.map(({ address }) => address)
  if (newest?.progress === undefined || !isStaged(newest)) return { servers: addressesOf(servers) }
  const { production, test, sourceRevisionArn } = newest.progress
  const targetDigits = digitsOf(newest.serviceDeployment.targetServiceRevision.arn)
  const target = servers.filter(({ deployment }) => deployment === targetDigits)
  const others = servers.filter(({ deployment }) => deployment !== targetDigits)
  const source = others.filter(({ deployment }) => deployment === digitsOf(sourceRevisionArn ?? ''))
  // Once it is alone there is nothing to share: the deployment is over, or the service's first.
  if (others.length === 0 && production >= 100) return { servers: addressesOf(target) }
  return {
    servers: addressesOf(source.length > 0 ? source : others),
    shift: { servers: addressesOf(target), production, isTested: test > 0 },
  }
}
