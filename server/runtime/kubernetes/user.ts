import { TaskRefused } from '../runtime.ts'

/**
 * A container's `user`: `uid`, `uid:gid`, `user`, `user:group` and the mixed forms.
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html (user)
 *
 * Where it differs from ECS: Kubernetes takes numbers alone and only the image knows what numbers its names have, so
 * a name other than `root` is refused (throws `TaskRefused`). A user that the image itself sets may be a name.
 */
export function userOf(user: string | undefined, container: string): { readonly runAsUser?: number; readonly runAsGroup?: number } {
  if (user === undefined || user === '') return {}
  const [name = '', group] = user.split(':')
  return {
    runAsUser: numberOf(name, user, container),
    ...(group !== undefined && { runAsGroup: numberOf(group, user, container) }),
  }
}

function numberOf(name: string, user: string, container: string): number {
  if (name === 'root') return 0
  if (/^\d+$/.test(name)) return Number(name)
  throw new TaskRefused(
    `kecs cannot run container '${container}' as user '${user}': Kubernetes takes numeric users and groups only. Use the uid and gid that the image has for them.`,
  )
}
