import { type Backend, type BackendPlace, type CallOptions } from './backend.ts'
import { listOf, memberOf, textOf } from './read-answer.ts'

/** How many names one call takes. */
const mostNames = 10

/**
 * Values of parameters, decrypted, by the names that were asked for; those that are not there are left out.
 * https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameters.html
 */
export const getParameters = async (
  backend: Backend,
  names: readonly string[],
  place: BackendPlace,
  options?: CallOptions,
): Promise<ReadonlyMap<string, string>> => {
  const asked = [...new Set(names)]
  const calls = Array.from({ length: Math.ceil(asked.length / mostNames) }, (_, index) =>
    asked.slice(index * mostNames, (index + 1) * mostNames),
  )
  const answers = await Promise.all(
    calls.map(async part => backend.json('ssm', 'AmazonSSM.GetParameters', { Names: part, WithDecryption: true }, place, options)),
  )
  return new Map(
    answers.flatMap(answer =>
      listOf(memberOf(answer, 'Parameters')).map(each => {
        const selector = textOf(each, 'Selector') ?? ''
        const name = `${textOf(each, 'Name') ?? ''}${selector}`
        return [name, textOf(each, 'Value') ?? ''] as const
      }),
    ),
  )
}
