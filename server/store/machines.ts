// The container instances of a cluster as tasks are placed on them.
import { parseArn } from '../domain/arn.ts'
import { nodeInstanceArn } from '../domain/container-instance.ts'
import { nodeAttributes } from '../domain/node-attributes.ts'
import type { Machine } from '../domain/placement.ts'
import type { RuntimeNode } from '../runtime/runtime.ts'
import { type ContainerInstanceRow, containerInstances } from './ecs-tables.ts'
import type { Store } from './store.ts'
import { tasks } from './tables.ts'

export interface Machines {
  /** Those that are ACTIVE. */
  readonly active: readonly Machine[]
  /** Whether a node takes no tasks, for it is being drained. */
  readonly areSomeDraining: boolean
}

/** Whether a container instance takes tasks. Nodes that nothing was said of are ACTIVE, and what Fargate runs is on none. */
export const takesTasks = (row: ContainerInstanceRow | undefined): boolean => row === undefined || row.status === 'ACTIVE'

export const machinesOf = (store: Store, clusterArn: string, nodes: readonly RuntimeNode[]): Machines => {
  const { region = '' } = parseArn(clusterArn) ?? {}
  const active = nodes.flatMap((node): Machine[] => {
    const arn = nodeInstanceArn(clusterArn, node.name)
    const row = store.table(containerInstances).get(arn)
    if (!takesTasks(row)) return []
    const present = [...store.table(tasks).by('containerInstance', arn)].filter(({ task }) => task.lastStatus !== 'STOPPED')
    return [{ node, attributes: [...nodeAttributes(node, region), ...(row?.attributes ?? [])], tasks: present }]
  })
  return { active, areSomeDraining: active.length < nodes.length }
}
