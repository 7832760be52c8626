import { bindService } from '../../aws/bind.ts'
import { model } from '../../aws/generated/ecs.ts'
import type { Operations } from '../../aws/generated/ecs.ts'
import { notImplemented } from '../../aws/service.ts'
import type { BoundService, HandlerTable } from '../../aws/service.ts'
import type { EcsContext, EcsDependencies } from './context.ts'
import { createCluster } from './operations/create-cluster.ts'
import { deleteCluster } from './operations/delete-cluster.ts'
import { deregisterTaskDefinition } from './operations/deregister-task-definition.ts'
import { describeClusters } from './operations/describe-clusters.ts'
import { describeTaskDefinition } from './operations/describe-task-definition.ts'
import { describeTasks } from './operations/describe-tasks.ts'
import { listClusters } from './operations/list-clusters.ts'
import { listTaskDefinitionFamilies } from './operations/list-task-definition-families.ts'
import { listTaskDefinitions } from './operations/list-task-definitions.ts'
import { listTasks } from './operations/list-tasks.ts'
import { registerTaskDefinition } from './operations/register-task-definition.ts'
import { runTask } from './operations/run-task.ts'
import { stopTask } from './operations/stop-task.ts'

/** Every operation of the model, by its name: the type system refuses a missing one and one that the model lacks. */
export const ecsHandlers = {
  AssociateGatewayWithCluster: notImplemented,
  ContinueServiceDeployment: notImplemented,
  CreateCapacityProvider: notImplemented,
  CreateCluster: createCluster,
  CreateDaemon: notImplemented,
  CreateExpressGatewayService: notImplemented,
  CreateGateway: notImplemented,
  CreateService: notImplemented,
  CreateTaskSet: notImplemented,
  DeleteAccountSetting: notImplemented,
  DeleteAttributes: notImplemented,
  DeleteCapacityProvider: notImplemented,
  DeleteCluster: deleteCluster,
  DeleteDaemon: notImplemented,
  DeleteDaemonTaskDefinition: notImplemented,
  DeleteExpressGatewayService: notImplemented,
  DeleteGateway: notImplemented,
  DeleteService: notImplemented,
  DeleteTaskDefinitions: notImplemented,
  DeleteTaskSet: notImplemented,
  DeregisterContainerInstance: notImplemented,
  DeregisterTaskDefinition: deregisterTaskDefinition,
  DescribeCapacityProviders: notImplemented,
  DescribeClusters: describeClusters,
  DescribeContainerInstances: notImplemented,
  DescribeDaemon: notImplemented,
  DescribeDaemonDeployments: notImplemented,
  DescribeDaemonRevisions: notImplemented,
  DescribeDaemonTaskDefinition: notImplemented,
  DescribeExpressGatewayService: notImplemented,
  DescribeGateway: notImplemented,
  DescribeGatewayResources: notImplemented,
  DescribeGatewayRoute: notImplemented,
  DescribeServiceDeployments: notImplemented,
  DescribeServiceRevisions: notImplemented,
  DescribeServices: notImplemented,
  DescribeTaskDefinition: describeTaskDefinition,
  DescribeTaskSets: notImplemented,
  DescribeTasks: describeTasks,
  DisassociateGatewayFromCluster: notImplemented,
  DiscoverPollEndpoint: notImplemented,
  ExecuteCommand: notImplemented,
  GetTaskProtection: notImplemented,
  ListAccountSettings: notImplemented,
  ListAttributes: notImplemented,
  ListClusters: listClusters,
  ListContainerInstances: notImplemented,
  ListDaemonDeployments: notImplemented,
  ListDaemonTaskDefinitions: notImplemented,
  ListDaemons: notImplemented,
  ListGatewayClusterAssociations: notImplemented,
  ListGatewayRoutes: notImplemented,
  ListGateways: notImplemented,
  ListServiceDeployments: notImplemented,
  ListServices: notImplemented,
  ListServicesByNamespace: notImplemented,
  ListTagsForResource: notImplemented,
  ListTaskDefinitionFamilies: listTaskDefinitionFamilies,
  ListTaskDefinitions: listTaskDefinitions,
  ListTasks: listTasks,
  PutAccountSetting: notImplemented,
  PutAccountSettingDefault: notImplemented,
  PutAttributes: notImplemented,
  PutClusterCapacityProviders: notImplemented,
  RegisterContainerInstance: notImplemented,
  RegisterDaemonTaskDefinition: notImplemented,
  RegisterTaskDefinition: registerTaskDefinition,
  RunTask: runTask,
  StartTask: notImplemented,
  StopServiceDeployment: notImplemented,
  StopTask: stopTask,
  SubmitAttachmentStateChanges: notImplemented,
  SubmitContainerStateChange: notImplemented,
  SubmitTaskStateChange: notImplemented,
  TagResource: notImplemented,
  UntagResource: notImplemented,
  UpdateCapacityProvider: notImplemented,
  UpdateCluster: notImplemented,
  UpdateClusterSettings: notImplemented,
  UpdateContainerAgent: notImplemented,
  UpdateContainerInstancesState: notImplemented,
  UpdateDaemon: notImplemented,
  UpdateExpressGatewayService: notImplemented,
  UpdateGateway: notImplemented,
  UpdateService: notImplemented,
  UpdateServicePrimaryTaskSet: notImplemented,
  UpdateTaskProtection: notImplemented,
  UpdateTaskSet: notImplemented,
} satisfies HandlerTable<EcsContext, Operations>

/** Amazon ECS, ready to be routed to. */
export const ecsService = (dependencies: EcsDependencies): BoundService =>
  bindService<Operations, EcsContext>({ model, handlers: ecsHandlers, makeContext: call => ({ ...dependencies, ...call }) })
