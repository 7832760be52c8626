// Differs from AWS: acknowledged and passed over: what becomes of tasks is what the runtime sees, and no task runs under an
// agent of ECS.
import type { SubmitContainerStateChangeRequest, SubmitContainerStateChangeResponse } from '../../../aws/generated/ecs.ts'
import { acknowledge } from '../container-instances/acknowledge.ts'
import type { EcsContext } from '../context.ts'

/**
 * Takes what ECS' agent says of a container.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_SubmitContainerStateChange.html
 */
export const submitContainerStateChange = (
  context: EcsContext,
  input: SubmitContainerStateChangeRequest,
): SubmitContainerStateChangeResponse => acknowledge(context, input)
