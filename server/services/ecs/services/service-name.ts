import type { Place } from '../../../domain/arn.ts'
import { identifyInCluster } from '../../../domain/identifier.ts'
import { serviceArn } from '../../../domain/services/records.ts'
import type { ClusterRow } from '../../../store/tables.ts'
import { invalidParameter, refuseIf } from '../tasks/invalid-parameter.ts'

const namePattern = /^[a-zA-Z0-9\-_]{1,255}$/

/** Throws InvalidParameterException unless a service can have that name. */
export function checkServiceName(serviceName: string): void {
  refuseIf(!namePattern.test(serviceName), `ServiceName must match ${namePattern.source}, but was ${serviceName}`)
}

/**
 * The ARN of the service of a cluster that a call names by name, short or long ARN, whether or not there is one. Throws
 * InvalidParameterException for what can be no service of the cluster.
 */
export function serviceArnIn(place: Place, { cluster }: ClusterRow, nameOrArn: string): string {
  refuseIf(nameOrArn.trim() === '', 'Service can not be blank.')
  const found = identifyInCluster(nameOrArn, 'service', cluster.clusterName, place)
  if ('problem' in found) throw invalidParameter(found.problem)
  checkServiceName(found.id)
  return serviceArn(place, cluster.clusterName, found.id)
}
