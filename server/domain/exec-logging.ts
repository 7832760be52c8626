import type { ContainerDefinition, ExecuteCommandConfiguration } from '../aws/generated/ecs.ts'

/** Where what a session of ECS Exec shows is written. */
export interface ExecLogging {
  /** A CloudWatch log group, in `region` or the task's own. */
  readonly logGroup?: string
  readonly region?: string
  readonly bucket?: string
  /** Of the object's key, without a slash at the end. */
  readonly keyPrefix?: string
}

/**
 * What a cluster's settings ask for: by default what the container's own `awslogs` has, and nothing where its log driver
 * is another. Undefined when nothing is logged.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ExecuteCommandConfiguration.html
 */
export const execLogging = (
  configuration: ExecuteCommandConfiguration | undefined,
  container: ContainerDefinition | undefined,
): ExecLogging | undefined => {
  switch (configuration?.logging ?? 'DEFAULT') {
    case 'NONE':
      return undefined
    case 'OVERRIDE': {
      const { cloudWatchLogGroupName: logGroup, s3BucketName: bucket, s3KeyPrefix } = configuration?.logConfiguration ?? {}
      const keyPrefix = s3KeyPrefix?.replace(/\/+$/, '') ?? ''
      return {
        ...(logGroup === undefined ? {} : { logGroup }),
        ...(bucket === undefined ? {} : { bucket }),
        ...(keyPrefix === '' ? {} : { keyPrefix }),
      }
    }
    case 'DEFAULT': {
      const { logDriver, options = {} } = container?.logConfiguration ?? {}
      const logGroup = options['awslogs-group']
      const region = options['awslogs-region']
      if (logDriver !== 'awslogs' || logGroup === undefined) return undefined
      return { logGroup, ...(region === undefined ? {} : { region }) }
    }
  }
}
