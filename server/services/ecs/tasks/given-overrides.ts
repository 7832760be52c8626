import type { ContainerOverride, RunTaskRequest } from '../../../aws/generated/ecs.ts'

/**
 * A call without those overrides that say nothing. Terraform sends every field of an override: an empty text, or a memory
 * of 0, where none was given; ECS takes neither for a value. A container's cpu of 0 is one.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_TaskOverride.html
 */
export function withGivenOverrides(request: RunTaskRequest): RunTaskRequest {
  if (request.overrides === undefined) return request
  const { cpu, memory, taskRoleArn, executionRoleArn, containerOverrides, ...rest } = request.overrides
  const overrides = {
    ...rest,
    ...(containerOverrides === undefined ? {} : { containerOverrides: containerOverrides.map(givenOverride) }),
    ...(cpu === undefined || cpu === '' ? {} : { cpu }),
    ...(memory === undefined || memory === '' ? {} : { memory }),
    ...(taskRoleArn === undefined || taskRoleArn === '' ? {} : { taskRoleArn }),
    ...(executionRoleArn === undefined || executionRoleArn === '' ? {} : { executionRoleArn }),
  }
  return { ...request, overrides }
}

function givenOverride({ memory, memoryReservation, ...rest }: ContainerOverride): ContainerOverride {
  return {
    ...rest,
    ...(memory === undefined || memory === 0 ? {} : { memory }),
    ...(memoryReservation === undefined || memoryReservation === 0 ? {} : { memoryReservation }),
  }
}
