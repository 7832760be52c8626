// What can be scaled: for each dimension the form of its resources' ids and the metrics that AWS has for it.
// https://docs.aws.amazon.com/autoscaling/application/APIReference/API_RegisterScalableTarget.html
import type { MetricType, ScalableDimension, ServiceNamespace } from '../../aws/generated/application-autoscaling.ts'

export interface Dimension {
  readonly resource: RegExp
  readonly metrics: readonly MetricType[]
}

const cassandra = /^keyspace\/[^/]+\/table\/[^/]+$/
const table = /^table\/[^/]+$/
const index = /^table\/[^/]+\/index\/[^/]+$/
const comprehend = (type: string): RegExp => new RegExp(`^arn:[^:]+:comprehend:[^:]*:[^:]*:${type}/.+$`)
const cluster = /^cluster:.+$/
const variant = /^endpoint\/[^/]+\/variant\/[^/]+$/
const replicationGroup = /^replication-group\/[^/]+$/

export const dimensions: Readonly<Record<ScalableDimension, Dimension>> = {
  'appstream:fleet:DesiredCapacity': { resource: /^fleet\/[^/]+$/, metrics: ['AppStreamAverageCapacityUtilization'] },
  'cassandra:table:ReadCapacityUnits': { resource: cassandra, metrics: ['CassandraReadCapacityUtilization'] },
  'cassandra:table:WriteCapacityUnits': { resource: cassandra, metrics: ['CassandraWriteCapacityUtilization'] },
  'comprehend:document-classifier-endpoint:DesiredInferenceUnits': {
    resource: comprehend('document-classifier-endpoint'),
    metrics: ['ComprehendInferenceUtilization'],
  },
  'comprehend:entity-recognizer-endpoint:DesiredInferenceUnits': {
    resource: comprehend('entity-recognizer-endpoint'),
    metrics: ['ComprehendInferenceUtilization'],
  },
  'custom-resource:ResourceType:Property': { resource: /^.+$/, metrics: [] },
  'dynamodb:index:ReadCapacityUnits': { resource: index, metrics: ['DynamoDBReadCapacityUtilization'] },
  'dynamodb:index:WriteCapacityUnits': { resource: index, metrics: ['DynamoDBWriteCapacityUtilization'] },
  'dynamodb:table:ReadCapacityUnits': { resource: table, metrics: ['DynamoDBReadCapacityUtilization'] },
  'dynamodb:table:WriteCapacityUnits': { resource: table, metrics: ['DynamoDBWriteCapacityUtilization'] },
  'ec2:spot-fleet-request:TargetCapacity': {
    resource: /^spot-fleet-request\/[^/]+$/,
    metrics: [
      'EC2SpotFleetRequestAverageCPUUtilization',
      'EC2SpotFleetRequestAverageNetworkIn',
      'EC2SpotFleetRequestAverageNetworkOut',
      'ALBRequestCountPerTarget',
    ],
  },
  'ecs:service:DesiredCount': {
    resource: /^service\/[^/]+\/[^/]+$/,
    metrics: [
      'ECSServiceAverageCPUUtilization',
      'ECSServiceAverageMemoryUtilization',
      'ALBRequestCountPerTarget',
      'ECSServiceAverageCPUUtilizationHighResolution',
      'ECSServiceAverageMemoryUtilizationHighResolution',
    ],
  },
  'elasticache:cache-cluster:Nodes': {
    resource: /^cache-cluster\/[^/]+$/,
    metrics: ['ElastiCacheEngineCPUUtilization', 'ElastiCacheDatabaseMemoryUsagePercentage'],
  },
  'elasticache:replication-group:NodeGroups': {
    resource: replicationGroup,
    metrics: [
      'ElastiCachePrimaryEngineCPUUtilization',
      'ElastiCacheDatabaseMemoryUsageCountedForEvictPercentage',
      'ElastiCacheDatabaseCapacityUsageCountedForEvictPercentage',
    ],
  },
  'elasticache:replication-group:Replicas': { resource: replicationGroup, metrics: ['ElastiCacheReplicaEngineCPUUtilization'] },
  'elasticmapreduce:instancegroup:InstanceCount': { resource: /^instancegroup\/[^/]+\/[^/]+$/, metrics: [] },
  'kafka:broker-storage:VolumeSize': { resource: /^arn:[^:]+:kafka:.+$/, metrics: ['KafkaBrokerStorageUtilization'] },
  'lambda:function:ProvisionedConcurrency': { resource: /^function:[^:]+:[^:]+$/, metrics: ['LambdaProvisionedConcurrencyUtilization'] },
  'neptune:cluster:ReadReplicaCount': { resource: cluster, metrics: ['NeptuneReaderAverageCPUUtilization'] },
  'rds:cluster:ReadReplicaCount': {
    resource: cluster,
    metrics: ['RDSReaderAverageCPUUtilization', 'RDSReaderAverageDatabaseConnections'],
  },
  'sagemaker:inference-component:DesiredCopyCount': {
    resource: /^inference-component\/[^/]+$/,
    metrics: ['SageMakerInferenceComponentInvocationsPerCopy', 'SageMakerInferenceComponentConcurrentRequestsPerCopyHighResolution'],
  },
  'sagemaker:variant:DesiredInstanceCount': {
    resource: variant,
    metrics: ['SageMakerVariantInvocationsPerInstance', 'SageMakerVariantConcurrentRequestsPerModelHighResolution'],
  },
  'sagemaker:variant:DesiredProvisionedConcurrency': {
    resource: variant,
    metrics: ['SageMakerVariantProvisionedConcurrencyUtilization'],
  },
  'workspaces:workspacespool:DesiredUserSessions': {
    resource: /^workspacespool\/[^/]+$/,
    metrics: ['WorkSpacesAverageUserSessionsCapacityUtilization'],
  },
}

/** The names of the service-linked roles; EMR has none. */
export const linkedRoles: Readonly<Partial<Record<ServiceNamespace, string>>> = {
  appstream: 'AppStreamFleet',
  cassandra: 'CassandraTable',
  comprehend: 'ComprehendEndpoint',
  'custom-resource': 'CustomResource',
  dynamodb: 'DynamoDBTable',
  ec2: 'EC2SpotFleetRequest',
  ecs: 'ECSService',
  elasticache: 'ElastiCacheRG',
  kafka: 'KafkaCluster',
  lambda: 'LambdaConcurrency',
  neptune: 'NeptuneCluster',
  rds: 'RDSCluster',
  sagemaker: 'SageMakerEndpoint',
  workspaces: 'WorkSpacesPool',
}

/** What cannot be scaled to nothing. */
export const neverNone: ReadonlySet<ServiceNamespace> = new Set(['cassandra', 'comprehend', 'dynamodb', 'elasticache', 'kafka', 'neptune'])

/** What has no step scaling. */
export const withoutSteps: ReadonlySet<ServiceNamespace> = new Set([...neverNone, 'lambda'])
