import type { ClusterRow } from '../../../store/tables.ts'
import { identifyInCluster } from '../../../domain/identifier.ts'
import { containerInstanceArn, nodeInstanceArn } from '../../../domain/container-instance.ts'
import type { RuntimeNode } from '../../../runtime/runtime.ts'
import { containerInstances } from '../../../store/ecs-tables.ts'
import type { ContainerInstanceRow } from '../../../store/ecs-tables.ts'
import type { EcsContext } from '../context.ts'
import { invalidParameter } from '../tasks/invalid-parameter.ts'

type Within = Pick<EcsContext, 'nodes' | 'store'>

/** A container instance: a node that tasks run on, or one that RegisterContainerInstance made. */
export interface Instance {
  readonly row: ContainerInstanceRow
  /** Absent for one that was registered by a call: nothing can be run there. */
  readonly node?: RuntimeNode
}

/** Every container instance of a cluster, INACTIVE ones too, by ARN. Of nodes that are gone, nothing is left. */
export function instancesOf(context: Within, { scope, cluster }: Pick<ClusterRow, 'cluster' | 'scope'>): readonly Instance[] {
  const { clusterArn } = cluster
  const rows = new Map([...context.store.table(containerInstances).by('cluster', clusterArn)].map(row => [row.containerInstanceArn, row]))
  const ofNodes = context.nodes().map((node): Instance => {
    const arn = nodeInstanceArn(clusterArn, node.name)
    const unsaid: ContainerInstanceRow = {
      scope,
      clusterArn,
      containerInstanceArn: arn,
      status: 'ACTIVE',
      attributes: [],
      tags: [],
      version: 1,
    }
    return { node, row: rows.get(arn) ?? unsaid }
  })
  const registered = [...rows.values()].filter(row => row.registered !== undefined).map((row): Instance => ({ row }))
  return [...ofNodes, ...registered].sort((one, other) => (one.row.containerInstanceArn < other.row.containerInstanceArn ? -1 : 1))
}

/** How many a cluster has, as DescribeClusters counts them. */
export const countInstances = (context: Within, row: ClusterRow): number =>
  row.cluster.status === 'ACTIVE' ? instancesOf(context, row).filter(instance => instance.row.status !== 'INACTIVE').length : 0

/** The ARN that a call means by an id or an ARN. Throws InvalidParameterException for what can be none of the cluster. */
export function instanceArnIn(context: EcsContext, { cluster }: ClusterRow, idOrArn: string): string {
  const found = identifyInCluster(idOrArn, 'container-instance', cluster.clusterName, context)
  if ('problem' in found) throw invalidParameter(found.problem)
  return containerInstanceArn(context, cluster.clusterName, found.id)
}

export const findInstance = (context: EcsContext, cluster: ClusterRow, arn: string): Instance | undefined =>
  instancesOf(context, cluster).find(({ row }) => row.containerInstanceArn === arn)
