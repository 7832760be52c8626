// Calls of operations by what the generated models say of them: bodies as they go over the wire, and what is read of answers.
import { shapeOf } from '../../server/aws/shape.ts'
import type { ServiceModel } from '../../server/aws/service.ts'
import { formOf } from './model-inputs.ts'

/** What a call answered: the wire's error code and message where it was refused. */
export interface Answer {
  readonly code: string | undefined
  readonly message: string | undefined
  readonly text: string
}

export function wireBody(model: ServiceModel, operation: string, input: object): string {
  const known = model.operations[operation]
  if (known === undefined) throw new Error(`${model.signingName} has no ${operation}`)
  return model.protocol === 'aws-query' ? formOf(operation, model.apiVersion, shapeOf(known.input), input) : JSON.stringify(input)
}

/** The headers that say which service and operation are meant. */
export const wireHeaders = (model: ServiceModel, operation: string, accessKey = 'test'): Readonly<Record<string, string>> => ({
  authorization: `AWS4-HMAC-SHA256 Credential=${accessKey}/20260101/us-east-1/${model.signingName}/aws4_request, SignedHeaders=host, Signature=0`,
  ...(model.targetPrefix === undefined
    ? { 'content-type': 'application/x-www-form-urlencoded' }
    : { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': `${model.targetPrefix}.${operation}` }),
})

export function readAnswer(model: ServiceModel, status: number, text: string): Answer {
  if (status < 400) return { code: undefined, message: undefined, text }
  if (model.protocol === 'aws-query') return { code: textIn(text, 'Code') ?? text, message: textIn(text, 'Message'), text }
  const { __type, message, Message } = JSON.parse(text)
  return { code: String(__type), message: message ?? Message, text }
}

/** The text of the first element of a name. */
export const textIn = (xml: string, element: string): string | undefined =>
  new RegExp(`<${element}>([^]*?)</${element}>`)
    .exec(xml)?.[1]
    ?.replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&apos;', "'")
    .replaceAll('&amp;', '&')
