import type { Input } from '../wanted.ts'
import type { Kind, KindContext } from './kind.ts'
import { elb } from './load-balancing.ts'

type Tags = Readonly<Record<string, string>>

const upper = (tags: Tags): readonly Input[] => Object.entries(tags).map(([Key, Value]) => ({ Key, Value }))
const lower = (tags: Tags): readonly Input[] => Object.entries(tags).map(([key, value]) => ({ key, value }))

/** The input of Create… with tags in the form of its service. */
export const withTags = ({ service }: Kind, input: Input, tags: Tags): Input => {
  if (service === 'ecs') return { ...input, tags: lower(tags) }
  return { ...input, Tags: service === 'application-autoscaling' ? tags : upper(tags) }
}

/** Adds tags to a resource that is there. */
export const addTags = async ({ api }: KindContext, { service }: Kind, arn: string, tags: Tags): Promise<void> => {
  if (service === 'ecs') await api.json('ecs', 'TagResource', { resourceArn: arn, tags: lower(tags) })
  if (service === 'elbv2') await elb(api, 'AddTags', { ResourceArns: [arn], Tags: upper(tags) })
  if (service === 'application-autoscaling') await api.json(service, 'TagResource', { ResourceARN: arn, Tags: tags })
  if (service === 'servicediscovery') await api.json('servicediscovery', 'TagResource', { ResourceARN: arn, Tags: upper(tags) })
}
