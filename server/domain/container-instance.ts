import { createHash } from 'node:crypto'
import { ecsArn, parseArn } from './arn.ts'
import type { Place } from './arn.ts'

/** `id` is 32 hexadecimal digits. */
export const containerInstanceArn = (place: Place, clusterName: string, id: string): string =>
  ecsArn(place, `container-instance/${clusterName}/${id}`)

/**
 * The container instance that a node is to a cluster. Made of the names alone, so that it is the same after a restart,
 * and when the Kubernetes cluster is made anew under the same name.
 */
export function nodeInstanceArn(clusterArn: string, nodeName: string): string {
  const place = parseArn(clusterArn)
  const clusterName = clusterArn.slice(clusterArn.lastIndexOf('/') + 1)
  const id = createHash('sha256')
    .update(JSON.stringify(['container-instance', clusterArn, nodeName]))
    .digest('hex')
    .slice(0, 32)
  return containerInstanceArn(place ?? { account: '', region: '' }, clusterName, id)
}

/** An id such as EC2 gives its instances, of a node: the same for every cluster. */
export const nodeMachineId = (nodeName: string): string =>
  `i-${createHash('sha256')
    .update(JSON.stringify(['machine', nodeName]))
    .digest('hex')
    .slice(0, 17)}`
