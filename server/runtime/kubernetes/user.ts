import { TaskRefused } from '../runtime.ts'
import { startError, type StartFailure } from './start-failures.ts'

/**
 * A container's `user`: `uid`, `uid:gid`, `user`, `user:group`, `uid:group` and `user:gid`, read as Docker reads it:
 * what is a number is never a name, the first entry of a name is the one, and a user by name has the group of its entry.
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html (user)
 *
 * Where it differs from ECS: root is 0 also in an image that does not know it; and a user with a group has the
 * supplementary groups that the image gives it too, for Kubernetes gives each user those.
 */
export interface AskedUser {
  readonly user: AskedId
  /** Undefined: the user's own. */
  readonly group?: AskedId
}

export type AskedId = { readonly is: 'number'; readonly text: string } | { readonly is: 'name'; readonly name: string }

/** Names that only the image knows: what to look for in its `/etc/passwd` and `/etc/group`. */
export interface AskedNames {
  readonly user?: string
  readonly group?: string
}

/** What the image says of them, as it is written there; a name that it does not know is not in it. */
export interface FoundNames {
  readonly user?: { readonly uid: string; readonly gid: string }
  readonly group?: { readonly gid: string }
}

export interface UserIds {
  readonly uid: number
  /** Undefined: the one that the image has for the uid, else 0. */
  readonly gid?: number
}

/** What a container is to run as, or why it cannot be. */
export type UserAnswer = { readonly is: 'ids'; readonly ids: UserIds } | { readonly is: 'failed'; readonly failure: StartFailure }

/** Undefined: the image's own user. */
export const askedUser = (text: string | undefined): AskedUser | undefined => {
  if (text === undefined || text === '') return undefined
  const [, user = '', group = ''] = /^([^:]*):?(.*)$/s.exec(text) ?? []
  return { user: idOf(user === '' ? '0' : user), ...(group !== '' && { group: idOf(group) }) }
}

/** A `+` and a `-` are of a number too: https://pkg.go.dev/strconv#Atoi */
const idOf = (text: string): AskedId => {
  if (text === 'root') return { is: 'number', text: '0' }
  return /^[+-]?\d+$/.test(text) ? { is: 'number', text } : { is: 'name', name: text }
}

/** Undefined where nothing has to be looked up. */
export const namesOf = (asked: AskedUser | undefined): AskedNames | undefined => {
  const user = asked?.user.is === 'name' ? { user: asked.user.name } : {}
  const group = asked?.group?.is === 'name' ? { group: asked.group.name } : {}
  const names = { ...user, ...group }
  return 'user' in names || 'group' in names ? names : undefined
}

/** The numbers that are asked for, in Docker's words where there are none. */
export const answerOf = ({ user, group }: AskedUser, found: FoundNames): UserAnswer => {
  if (user.is === 'name' && found.user === undefined) return unknown('user', user.name, 'passwd')
  if (group?.is === 'name' && found.group === undefined) return unknown('group', group.name, 'group')
  const uid = user.is === 'number' ? Number(user.text) : numberIn(found.user?.uid)
  const gid = group?.is === 'number' ? Number(group.text) : group?.is === 'name' ? numberIn(found.group?.gid) : ownGroup(user, found)
  if (!isInRange(uid) || (gid !== undefined && !isInRange(gid))) return failed(`uids and gids must be in range 0-${lastId}`)
  return { is: 'ids', ids: { uid, ...(gid !== undefined && { gid }) } }
}

const ownGroup = (user: AskedId, found: FoundNames): number | undefined => (user.is === 'name' ? numberIn(found.user?.gid) : undefined)

/** What a file has where a number should be counts as 0, to Docker too. */
const numberIn = (text: string | undefined): number => (/^[+-]?\d+$/.test(text ?? '') ? Number(text) : 0)

/** https://pkg.go.dev/github.com/moby/sys/user#ErrRange */
const lastId = 2 ** 31 - 1
const isInRange = (id: number): boolean => id >= 0 && id <= lastId

const unknown = (kind: 'user' | 'group', name: string, file: string): UserAnswer =>
  failed(`unable to find ${kind} ${name}: no matching entries in ${file} file`)

const failed = (message: string): UserAnswer => ({ is: 'failed', failure: startError(`Error response from daemon: ${message}`) })

/** A container's `user` in numbers, for its pod. Throws `TaskRefused` for a name: `withUsers` makes numbers of them. */
export function userOf(user: string | undefined, container: string): { readonly runAsUser?: number; readonly runAsGroup?: number } {
  const asked = askedUser(user)
  if (asked === undefined) return {}
  if (namesOf(asked) !== undefined) {
    throw new TaskRefused(
      `kecs cannot run container '${container}' as user '${user}' where no agent runs on the nodes: Kubernetes takes numeric users and groups only. Use the uid and gid that the image has for them.`,
    )
  }
  const answer = answerOf(asked, {})
  if (answer.is === 'failed') throw new TaskRefused(`${answer.failure.message} (container '${container}')`)
  const { uid, gid } = answer.ids
  return { runAsUser: uid, ...(gid !== undefined && { runAsGroup: gid }) }
}
