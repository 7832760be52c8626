import type { KindName } from '../wanted.ts'
import { namespace, discoveryService } from './discovery.ts'
import { capacityProvider, cluster } from './ecs-cluster.ts'
import { service } from './ecs-service.ts'
import type { Kind } from './kind.ts'
import { listener, rule } from './listener.ts'
import { loadBalancer } from './load-balancer.ts'
import { scalableTarget } from './scalable-target.ts'
import { targetGroup } from './target-group.ts'
import { taskDefinition } from './task-definition.ts'

export const kinds: Readonly<Record<KindName, Kind>> = {
  namespace,
  'discovery service': discoveryService,
  'capacity provider': capacityProvider,
  cluster,
  'target group': targetGroup,
  'load balancer': loadBalancer,
  listener,
  rule,
  'task definition': taskDefinition,
  service,
  'scalable target': scalableTarget,
}
