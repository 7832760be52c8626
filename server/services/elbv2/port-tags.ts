// Tags that say at which port of this machine a listener is reached. Terraform's provider leaves tags out of its plans
// whose keys begin with `aws:`.
import type { Tag } from '../../aws/generated/elbv2.ts'
import { kindOfArn } from '../../domain/elbv2/arns.ts'
import { isPublished } from '../../domain/elbv2/entry-ports.ts'
import { listenerPorts, listeners } from '../../store/elbv2-tables.ts'
import type { Elbv2Context } from './context.ts'

/** Of a listener `aws:kecs:port`, of a load balancer `aws:kecs:ports` such as `80=9020 443=9021`; none of what is not published. */
export function portTags({ store, publishedPorts }: Pick<Elbv2Context, 'store' | 'publishedPorts'>, arn: string): readonly Tag[] {
  if (publishedPorts === undefined) return []
  const table = store.table(listenerPorts)
  const listener = (listenerArn: string) => store.table(listeners).get(listenerArn)?.listener
  switch (kindOfArn(arn)) {
    case 'listener': {
      const port = table.get(arn)?.port
      return port !== undefined && isPublished(port, listener(arn)?.Protocol, publishedPorts)
        ? [{ Key: 'aws:kecs:port', Value: String(port) }]
        : []
    }
    case 'load balancer': {
      const pairs = [...table.by('loadBalancer', arn)].flatMap(({ listenerArn, port }) => {
        const { Port: own, Protocol } = listener(listenerArn) ?? {}
        return own !== undefined && isPublished(port, Protocol, publishedPorts) ? [{ own, port }] : []
      })
      if (pairs.length === 0) return []
      const Value = pairs
        .sort((one, other) => one.own - other.own)
        .map(({ own, port }) => `${own}=${port}`)
        .join(' ')
      return [{ Key: 'aws:kecs:ports', Value }]
    }
    default:
      return []
  }
}
