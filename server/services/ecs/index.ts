import { bindService } from '../../aws/bind.ts'
import { model } from '../../aws/generated/ecs.ts'
import type { Operations } from '../../aws/generated/ecs.ts'
import { notImplemented } from '../../aws/service.ts'
import type { BoundService, HandlerTable } from '../../aws/service.ts'
import type { EcsContext, EcsDependencies } from './context.ts'
import { createCapacityProvider } from './operations/create-capacity-provider.ts'
import { createCluster } from './operations/create-cluster.ts'
import { deleteAccountSetting } from './operations/delete-account-setting.ts'
import { deleteAttributes } from './operations/delete-attributes.ts'
import { deleteCapacityProvider } from './operations/delete-capacity-provider.ts'
import { deleteCluster } from './operations/delete-cluster.ts'
import { deleteTaskDefinitions } from './operations/delete-task-definitions.ts'
import { deregisterContainerInstance } from './operations/deregister-container-instance.ts'
import { deregisterTaskDefinition } from './operations/deregister-task-definition.ts'
import { describeCapacityProviders } from './operations/describe-capacity-providers.ts'
import { describeClusters } from './operations/describe-clusters.ts'
import { describeContainerInstances } from './operations/describe-container-instances.ts'
import { describeTaskDefinition } from './operations/describe-task-definition.ts'
import { describeTasks } from './operations/describe-tasks.ts'
import { discoverPollEndpoint } from './operations/discover-poll-endpoint.ts'
import { getTaskProtection } from './operations/get-task-protection.ts'
import { listAccountSettings } from './operations/list-account-settings.ts'
import { listAttributes } from './operations/list-attributes.ts'
import { listClusters } from './operations/list-clusters.ts'
import { listContainerInstances } from './operations/list-container-instances.ts'
import { listTagsForResource } from './operations/list-tags-for-resource.ts'
import { listTaskDefinitionFamilies } from './operations/list-task-definition-families.ts'
import { listTaskDefinitions } from './operations/list-task-definitions.ts'
import { listTasks } from './operations/list-tasks.ts'
import { putAccountSettingDefault } from './operations/put-account-setting-default.ts'
import { putAccountSetting } from './operations/put-account-setting.ts'
import { putAttributes } from './operations/put-attributes.ts'
import { putClusterCapacityProviders } from './operations/put-cluster-capacity-providers.ts'
import { registerContainerInstance } from './operations/register-container-instance.ts'
import { registerTaskDefinition } from './operations/register-task-definition.ts'
import { runTask } from './operations/run-task.ts'
import { startTask } from './operations/start-task.ts'
import { stopTask } from './operations/stop-task.ts'
import { submitAttachmentStateChanges } from './operations/submit-attachment-state-changes.ts'
import { submitContainerStateChange } from './operations/submit-container-state-change.ts'
import { submitTaskStateChange } from './operations/submit-task-state-change.ts'
import { tagResource } from './operations/tag-resource.ts'
import { untagResource } from './operations/untag-resource.ts'
import { updateCapacityProvider } from './operations/update-capacity-provider.ts'
import { updateClusterSettings } from './operations/update-cluster-settings.ts'
import { updateCluster } from './operations/update-cluster.ts'
import { updateContainerAgent } from './operations/update-container-agent.ts'
import { updateContainerInstancesState } from './operations/update-container-instances-state.ts'
import { updateTaskProtection } from './operations/update-task-protection.ts'

/** Every operation of the model, by its name: the type system refuses a missing one and one that the model lacks. */
export const ecsHandlers = {
  AssociateGatewayWithCluster: notImplemented,
  ContinueServiceDeployment: notImplemented,
  CreateCapacityProvider: createCapacityProvider,
  CreateCluster: createCluster,
  CreateDaemon: notImplemented,
  CreateExpressGatewayService: notImplemented,
  CreateGateway: notImplemented,
  CreateService: notImplemented,
  CreateTaskSet: notImplemented,
  DeleteAccountSetting: deleteAccountSetting,
  DeleteAttributes: deleteAttributes,
  DeleteCapacityProvider: deleteCapacityProvider,
  DeleteCluster: deleteCluster,
  DeleteDaemon: notImplemented,
  DeleteDaemonTaskDefinition: notImplemented,
  DeleteExpressGatewayService: notImplemented,
  DeleteGateway: notImplemented,
  DeleteService: notImplemented,
  DeleteTaskDefinitions: deleteTaskDefinitions,
  DeleteTaskSet: notImplemented,
  DeregisterContainerInstance: deregisterContainerInstance,
  DeregisterTaskDefinition: deregisterTaskDefinition,
  DescribeCapacityProviders: describeCapacityProviders,
  DescribeClusters: describeClusters,
  DescribeContainerInstances: describeContainerInstances,
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
  DiscoverPollEndpoint: discoverPollEndpoint,
  ExecuteCommand: notImplemented,
  GetTaskProtection: getTaskProtection,
  ListAccountSettings: listAccountSettings,
  ListAttributes: listAttributes,
  ListClusters: listClusters,
  ListContainerInstances: listContainerInstances,
  ListDaemonDeployments: notImplemented,
  ListDaemonTaskDefinitions: notImplemented,
  ListDaemons: notImplemented,
  ListGatewayClusterAssociations: notImplemented,
  ListGatewayRoutes: notImplemented,
  ListGateways: notImplemented,
  ListServiceDeployments: notImplemented,
  ListServices: notImplemented,
  ListServicesByNamespace: notImplemented,
  ListTagsForResource: listTagsForResource,
  ListTaskDefinitionFamilies: listTaskDefinitionFamilies,
  ListTaskDefinitions: listTaskDefinitions,
  ListTasks: listTasks,
  PutAccountSetting: putAccountSetting,
  PutAccountSettingDefault: putAccountSettingDefault,
  PutAttributes: putAttributes,
  PutClusterCapacityProviders: putClusterCapacityProviders,
  RegisterContainerInstance: registerContainerInstance,
  RegisterDaemonTaskDefinition: notImplemented,
  RegisterTaskDefinition: registerTaskDefinition,
  RunTask: runTask,
  StartTask: startTask,
  StopServiceDeployment: notImplemented,
  StopTask: stopTask,
  SubmitAttachmentStateChanges: submitAttachmentStateChanges,
  SubmitContainerStateChange: submitContainerStateChange,
  SubmitTaskStateChange: submitTaskStateChange,
  TagResource: tagResource,
  UntagResource: untagResource,
  UpdateCapacityProvider: updateCapacityProvider,
  UpdateCluster: updateCluster,
  UpdateClusterSettings: updateClusterSettings,
  UpdateContainerAgent: updateContainerAgent,
  UpdateContainerInstancesState: updateContainerInstancesState,
  UpdateDaemon: notImplemented,
  UpdateExpressGatewayService: notImplemented,
  UpdateGateway: notImplemented,
  UpdateService: notImplemented,
  UpdateServicePrimaryTaskSet: notImplemented,
  UpdateTaskProtection: updateTaskProtection,
  UpdateTaskSet: notImplemented,
} satisfies HandlerTable<EcsContext, Operations>

/** Amazon ECS, ready to be routed to. */
export const ecsService = (dependencies: EcsDependencies): BoundService =>
  bindService<Operations, EcsContext>({ model, handlers: ecsHandlers, makeContext: call => ({ ...dependencies, ...call }) })
