import { doorHost } from '../../../shared/names.ts'

/** AWS' are below `ecs.REGION.on.aws`; these are below the door's own, so that they resolve on the host and in the cluster. */
const suffix = (region: string): string => `.ecs.${region}.${doorHost}`

/** The host name of an Express service. `id`: 12 hexadecimal digits, so that no two services have the same. */
export const expressHost = (serviceName: string, region: string, id: string): string => {
  const label = serviceName
    .toLowerCase()
    .replaceAll(/[^a-z0-9-]/g, '-')
    .slice(0, 48)
  return `${label}-${id}${suffix(region)}`
}

export const isExpressHost = (host: string): boolean => /^[a-z0-9-]+\.ecs\.[a-z0-9-]+\./.test(host) && host.endsWith(`.${doorHost}`)

/** What is made for Express services has these tags, as on AWS. */
export const managedTags = [{ Key: 'AmazonECSManaged', Value: 'true' }] as const
