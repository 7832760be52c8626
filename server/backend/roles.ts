import type { Clock } from '../../shared/clock.ts'
import type { Backend, BackendPlace } from './backend.ts'
import { findRole } from './iam.ts'

/**
 * How long a role that was found is not asked for anew: short, so that one that is deleted is soon missed, and long enough
 * for a burst of launches to ask once. Milliseconds.
 */
const rememberedMs = 5_000
/** Not more roles than this are remembered. */
const mostRemembered = 1_000

/** A role that IAM has not. */
export interface MissingRole {
  /** 12 digits. */
  readonly account: string
  /** Empty, or with a slash at its end: `team/`. */
  readonly path: string
  readonly name: string
}

interface Known {
  readonly answer: Promise<boolean>
  readonly until: number
}

/** Which roles IAM has. What is asked at the same time is asked once; what was not found is asked for every time. */
export class RoleBook {
  readonly #clock: Clock
  readonly #onMissing: (role: MissingRole) => void
  readonly #known = new Map<string, Known>()

  constructor(clock: Clock, onMissing: (role: MissingRole) => void) {
    this.#clock = clock
    this.#onMissing = onMissing
  }

  /** By ARN, or by the name of one of the place's account. */
  has(backend: Backend, role: string, place: BackendPlace): Promise<boolean> {
    const { account, path, name } = roleIn(role, place)
    // AWS makes these itself, when a service needs one first.
    if (path?.startsWith('aws-service-role/') === true) return Promise.resolve(true)
    const key = `${account}/${path ?? ''}${name}`
    const known = this.#known.get(key)
    if (known !== undefined && known.until > this.#clock.now()) return known.answer
    const answer = this.#ask(backend, { account, region: place.region }, { path, name })
    if (this.#known.size >= mostRemembered) this.#known.clear()
    this.#known.set(key, { answer, until: Infinity })
    const settle = (isFound: boolean): void => {
      if (isFound) this.#known.set(key, { answer, until: this.#clock.now() + rememberedMs })
      else this.#known.delete(key)
    }
    answer.then(settle, () => settle(false))
    return answer
  }

  async #ask(backend: Backend, place: BackendPlace, { path, name }: Pick<RoleParts, 'path' | 'name'>): Promise<boolean> {
    const arn = await findRole(backend, name, place)
    const isFound = arn !== undefined && (path === undefined || arn.slice(arn.indexOf(':role/') + 6) === `${path}${name}`)
    if (!isFound) this.#onMissing({ account: place.account, path: path ?? '', name })
    return isFound
  }
}

interface RoleParts {
  /** 12 digits. */
  readonly account: string
  /** Without a slash at its beginning, and with one at its end where it is not empty; undefined where only a name is given. */
  readonly path: string | undefined
  readonly name: string
}

const roleIn = (role: string, { account }: BackendPlace): RoleParts => {
  const [, owner, whole] = /^arn:[^:]+:iam::(\d{12}):role\/(.+)$/.exec(role) ?? []
  const text = whole ?? role
  const slash = text.lastIndexOf('/') + 1
  return { account: owner ?? account, path: whole === undefined ? undefined : text.slice(0, slash), name: text.slice(slash) }
}
