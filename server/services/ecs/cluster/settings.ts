import { ServiceError } from '../../../aws/errors.ts'
import type { ClusterConfiguration, ClusterSetting } from '../../../aws/generated/ecs.ts'

const insights: ReadonlySet<string> = new Set(['enabled', 'disabled', 'enhanced'])

/**
 * A cluster's settings; `containerInsights` is what is there for what is not given. Throws InvalidParameterException.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ClusterSetting.html
 */
export function clusterSettings(given: readonly ClusterSetting[], containerInsights = 'disabled'): readonly ClusterSetting[] {
  const value = given.findLast(setting => setting.name === 'containerInsights')?.value ?? containerInsights
  if (!insights.has(value)) {
    throw new ServiceError('InvalidParameterException', "Invalid setting 'value'")
  }
  return [{ name: 'containerInsights', value }]
}

/**
 * Throws InvalidParameterException when ECS Exec's logging contradicts itself.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ExecuteCommandConfiguration.html
 */
export function checkClusterConfiguration(configuration: ClusterConfiguration): void {
  const exec = configuration.executeCommandConfiguration
  const log = exec?.logConfiguration
  if (log !== undefined && exec?.logging !== 'OVERRIDE') {
    throw new ServiceError('InvalidParameterException', "You must set logging to 'OVERRIDE' when you supply a log configuration.")
  }
  if (exec?.logging === 'OVERRIDE' && log?.cloudWatchLogGroupName === undefined && log?.s3BucketName === undefined) {
    throw new ServiceError(
      'InvalidParameterException',
      'A CloudWatch log group name or S3 bucket name must be specified when overriding the default log configuration.',
    )
  }
}
