import type { AwsApi } from '../../apply/api.ts'
import { type Input, recordsOf, tagsOf, textOf } from '../wanted.ts'
import { type KindContext, chunks, pages } from './kind.ts'

// What the kinds of ELBv2 share: the query protocol, tags that are read apart, attributes that have calls of their own.

const service = 'elasticloadbalancing'

export const elb = (api: AwsApi, operation: string, input: Input): Promise<Input> => api.query(service, operation, input)

/** Every page of a listing of ELBv2. */
export const elbPages = async (api: AwsApi, operation: string, member: string, input: Input = {}): Promise<readonly Input[]> =>
  recordsOf(await pages(Marker => elb(api, operation, { ...input, Marker }), member, 'NextMarker'))

/** Tags by ARN. */
export const elbTags = async (
  { api }: KindContext,
  arns: readonly string[],
): Promise<ReadonlyMap<string, Readonly<Record<string, string>>>> => {
  const answers = await Promise.all(chunks(arns, 20).map(ResourceArns => elb(api, 'DescribeTags', { ResourceArns })))
  return new Map(
    answers
      .flatMap(({ TagDescriptions }) => recordsOf(TagDescriptions))
      .map(each => [textOf(each['ResourceArn']), tagsOf(each['Tags'])] as const),
  )
}

/** `[{Key, Value}]` as members, which is how two lists of attributes compare whatever their order. */
export const attributesOf = (list: unknown): Readonly<Record<string, string>> =>
  Object.fromEntries(recordsOf(list).map(({ Key, Value }) => [textOf(Key), String(Value)]))

/** `app/web/50dc6c495c0c9188` of a load balancer's ARN, `targetgroup/…` of a target group's: what CloudWatch calls them. */
export const fullName = (arn: string): string => arn.slice(arn.lastIndexOf(':') + 1).replace(/^loadbalancer\//, '')

/** Numbers and booleans as texts, which is how the query protocol answers them. */
export const asTexts = (value: unknown): unknown => {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  if (Array.isArray(value)) return value.map(asTexts)
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, asTexts(member)]))
}
export const textMembers = (input: Input): Input =>
  Object.fromEntries(Object.entries(input).map(([name, member]) => [name, asTexts(member)]))
