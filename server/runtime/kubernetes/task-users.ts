import type { TaskSpec } from '../runtime.ts'
import { refusedImage, type StartFailure, type StartFailures } from './start-failures.ts'
import { pullSecretsFor } from './task-secret.ts'
import { answerOf, askedUser, namesOf, type UserIds } from './user.ts'
import type { UserQuestion } from './user-lookup-pod.ts'
import type { Lookup } from './user-lookups.ts'

/** A task whose containers' users are numbers; those that cannot start have no image. */
export interface UsersKnown {
  readonly spec: TaskSpec
  readonly startFailures: StartFailures
}

/**
 * A task with the numbers of its containers' users, as far as they are known: `coming` while a name is looked up. Without
 * an agent on the nodes nothing is, and its pod is refused. The spec's images are as nodes name them.
 */
export const withUsers = (spec: TaskSpec, lookUp: (question: UserQuestion) => Lookup): UsersKnown | 'coming' => {
  if (spec.areLogsDelivered !== true) return { spec, startFailures: new Map() }
  const failures = new Map<string, StartFailure>()
  // All at once: none waits for the other.
  const containers = spec.containers.map(container => {
    const { name = '', image = '', user } = container
    const asked = askedUser(user)
    if (asked === undefined) return container
    const names = namesOf(asked)
    const how = { image, namespace: spec.namespace, pullSecrets: pullSecretsFor(spec, name), placement: spec }
    const looked: Lookup = names === undefined ? { is: 'found', found: {} } : lookUp({ names, ...how })
    if (looked.is === 'coming') return 'coming'
    const answer = looked.is === 'found' ? answerOf(asked, looked.found) : looked
    if (answer.is === 'ids') return { ...container, user: textOf(answer.ids) }
    failures.set(name, answer.failure)
    const { user: _, ...rest } = container
    return { ...rest, image: refusedImage() }
  })
  const known = containers.filter(container => container !== 'coming')
  return known.length < containers.length ? 'coming' : { spec: { ...spec, containers: known }, startFailures: failures }
}

const textOf = ({ uid, gid }: UserIds): string => (gid === undefined ? String(uid) : `${uid}:${gid}`)

/** The images in which users are to be looked up. */
export const imagesWithNames = ({ containers, areLogsDelivered }: TaskSpec): readonly string[] =>
  areLogsDelivered === true ? containers.flatMap(({ image = '', user }) => (namesOf(askedUser(user)) === undefined ? [] : [image])) : []
