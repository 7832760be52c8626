// Differs from AWS: acknowledged and passed over: attachments are what the runtime sees, and no task runs under an agent of
// ECS.
import type { SubmitAttachmentStateChangesRequest, SubmitAttachmentStateChangesResponse } from '../../../aws/generated/ecs.ts'
import { acknowledge } from '../container-instances/acknowledge.ts'
import type { EcsContext } from '../context.ts'

/**
 * Takes what ECS' agent says of attachments.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_SubmitAttachmentStateChanges.html
 */
export const submitAttachmentStateChanges = (
  context: EcsContext,
  input: SubmitAttachmentStateChangesRequest,
): SubmitAttachmentStateChangesResponse => acknowledge(context, input)
