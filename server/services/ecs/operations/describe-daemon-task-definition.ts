import type { DescribeDaemonTaskDefinitionRequest, DescribeDaemonTaskDefinitionResponse } from '../../../aws/generated/ecs.ts'
import type { EcsContext } from '../context.ts'
import { findDaemonTaskDefinition, showDaemonTaskDefinition } from '../daemons/find-daemon-task-definition.ts'

/**
 * Describes a revision, or a family's newest ACTIVE one.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeDaemonTaskDefinition.html
 */
export const describeDaemonTaskDefinition = (
  context: EcsContext,
  input: DescribeDaemonTaskDefinitionRequest,
): DescribeDaemonTaskDefinitionResponse => ({
  daemonTaskDefinition: showDaemonTaskDefinition(context, findDaemonTaskDefinition(context, input.daemonTaskDefinition)),
})
