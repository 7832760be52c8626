import { ServiceError } from '../../../aws/errors.ts'
import { requirementProblems } from './compatibilities.ts'
import { containerProblems } from './container-problems.ts'
import { dependencyProblems } from './dependency-problems.ts'
import type { Draft, Problems } from './draft.ts'
import { loggingProblems, roleProblems } from './logging-problems.ts'
import { networkProblems } from './network-problems.ts'
import { portProblems } from './port-problems.ts'
import { withSize } from './size.ts'
import { volumeProblems } from './volume-problems.ts'

/** The largest task definition, in bytes of its JSON. */
const mostBytes = 65_536

/**
 * The draft with its cpu and memory as AWS answers them. Throws ClientException with the first thing that is wrong.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RegisterTaskDefinition.html
 */
export function checkDraft(given: Draft): Draft {
  for (const problem of generalProblems(given)) refuse(problem)
  const draft = withSize(given)
  if ('problem' in draft) refuse(draft.problem)
  for (const problem of problemsOf(draft)) refuse(problem)
  return draft
}

function* problemsOf(draft: Draft): Problems {
  yield* containerProblems(draft)
  yield* networkProblems(draft)
  yield* portProblems(draft)
  yield* dependencyProblems(draft)
  yield* volumeProblems(draft)
  yield* loggingProblems(draft)
  yield* roleProblems(draft)
  yield* requirementProblems(draft)
}

function* generalProblems(draft: Draft): Problems {
  if (draft.family === '') yield 'Family can not be blank.'
  if (!/^[\w-]{1,255}$/.test(draft.family)) yield 'Family contains invalid characters.'
  const bytes = Buffer.byteLength(JSON.stringify(draft))
  if (bytes > mostBytes) yield `Actual length: '${bytes}'. Max allowed length is '${mostBytes}' bytes.`
  if ((draft.inferenceAccelerators?.length ?? 0) > 0) yield "Unsupported field 'inferenceAccelerators'."
}

function refuse(problem: string): never {
  throw new ServiceError('ClientException', problem)
}
