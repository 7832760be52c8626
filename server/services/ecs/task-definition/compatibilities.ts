import type { Compatibility } from '../../../aws/generated/ecs.ts'
import { networkModeOf } from './draft.ts'
import type { Draft, Problems } from './draft.ts'
import { fargateProblems } from './fargate-problems.ts'
import { taskCpuProblems } from './size.ts'

/** Why a task definition cannot run there, in the order in which AWS lists what it is compatible with. */
const problemsOf: ReadonlyMap<Compatibility, (draft: Draft) => Problems> = new Map([
  ['EXTERNAL', externalProblems],
  ['EC2', ec2Problems],
  ['MANAGED_INSTANCES', managedInstancesProblems],
  ['FARGATE', fargateProblems],
])

/** What is wrong with the task definition where it requires to run; where it requires nothing it has to run somewhere. */
export function* requirementProblems(draft: Draft): Problems {
  const required = draft.requiresCompatibilities ?? []
  for (const compatibility of required) yield* problemsOf.get(compatibility)?.(draft) ?? []
  if (required.length === 0 && compatibilitiesOf(draft).length === 0) yield* ec2Problems(draft)
}

/**
 * Where a task definition can run, as AWS finds out by itself.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_TaskDefinition.html
 */
export const compatibilitiesOf = (draft: Draft): readonly Compatibility[] =>
  [...problemsOf].filter(([, problems]) => [...problems(draft)].length === 0).map(([compatibility]) => compatibility)

function* ec2Problems(draft: Draft): Problems {
  if (draft.ephemeralStorage !== undefined) yield 'Tasks using the EC2 launch type do not support EphemeralStorage.'
  yield* taskCpuProblems(draft)
}

/** The text is not AWS'. */
function* externalProblems(draft: Draft): Problems {
  if (networkModeOf(draft) === 'awsvpc') yield "Tasks using the EXTERNAL launch type do not support network mode 'awsvpc'."
  yield* ec2Problems(draft)
}

/** The texts are not AWS'. That these instances need a task's size and its network mode is from the developer guide. */
function* managedInstancesProblems(draft: Draft): Problems {
  const mode = networkModeOf(draft)
  if (mode !== 'awsvpc' && mode !== 'host') yield "Managed Instances only support network modes 'awsvpc' and 'host'."
  if (draft.cpu === undefined) yield "Managed Instances require that 'cpu' be defined at the task level."
  if (draft.memory === undefined) yield "Managed Instances require that 'memory' be defined at the task level."
  yield* taskCpuProblems(draft)
}
