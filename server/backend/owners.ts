// What belongs to other services and is named in calls of ours: asked there, as AWS does. Where there is no backend, or it
// has not that service, every answer is undefined, and what is named is taken as it is given. Where it does not answer,
// the question rejects with `BackendUnreachable`: callers are told to try again, rather than be given what may not be.
import type { Clock } from '../../shared/clock.ts'
import type { UnknownRoles } from '../../shared/unknown-roles.ts'
import { type Backend, BackendError, type BackendPlace } from './backend.ts'
import { hasCertificate } from './certificates.ts'
import { type SecurityGroup, type Subnet, describeDefaultSubnets, describeSecurityGroups, describeSubnets, hasVpc } from './ec2.ts'
import { hasFunction } from './lambda.ts'
import { type MissingRole, RoleBook } from './roles.ts'
import { getObjectText } from './s3.ts'

export interface S3Object {
  readonly bucket: string
  readonly key: string
  readonly version?: string
}

export interface Owners {
  /** Those of the subnets that there are. */
  subnets(ids: readonly string[], place: BackendPlace): Promise<readonly Subnet[] | undefined>
  /** Those of the default VPC. */
  defaultSubnets(place: BackendPlace): Promise<readonly Subnet[] | undefined>
  /** Those of the security groups that there are. */
  securityGroups(ids: readonly string[], place: BackendPlace): Promise<readonly SecurityGroup[] | undefined>
  hasVpc(id: string, place: BackendPlace): Promise<boolean | undefined>
  /** Of ACM or IAM, by ARN. */
  hasCertificate(arn: string, place: BackendPlace): Promise<boolean | undefined>
  hasFunction(arn: string, place: BackendPlace): Promise<boolean | undefined>
  /** By ARN, or by the name of one of the place's account. */
  hasRole(role: string, place: BackendPlace): Promise<boolean | undefined>
  /** An object's text; null where there is none. */
  object(object: S3Object, place: BackendPlace): Promise<string | null | undefined>
}

/** How long what was found is not asked for anew: a launch of tasks names the same subnets every time. Milliseconds. */
const rememberedMs = 30_000
/** Not more answers than this are remembered. */
const mostRemembered = 1_000

export interface OwnersParts {
  readonly backend: Backend | undefined
  readonly clock: Clock
  /** Told of each role that was asked for in vain. */
  readonly onMissingRole?: ((role: MissingRole) => void) | undefined
  /** `accept`: roles are taken as given, and nobody is asked. Refused where absent. */
  readonly unknownRoles?: UnknownRoles | undefined
}

export const createOwners = ({ backend, clock, onMissingRole = () => {}, unknownRoles = 'refuse' }: OwnersParts): Owners => {
  const roles = new RoleBook(clock, onMissingRole)
  const rolesBackend = unknownRoles === 'accept' ? undefined : backend
  const subnets = remembering(clock, ({ subnetId }: Subnet) => subnetId)
  const groups = remembering(clock, ({ groupId }: SecurityGroup) => groupId)
  return {
    subnets: (ids, place) => asked(backend, there => subnets(ids, place, missing => describeSubnets(there, missing, place))),
    defaultSubnets: place => asked(backend, there => describeDefaultSubnets(there, place)),
    securityGroups: (ids, place) => asked(backend, there => groups(ids, place, missing => describeSecurityGroups(there, missing, place))),
    hasVpc: (id, place) => asked(backend, there => hasVpc(there, id, place)),
    hasCertificate: (arn, place) => asked(backend, there => hasCertificate(there, arn, place)),
    hasFunction: (arn, place) => asked(backend, there => hasFunction(there, arn, place)),
    hasRole: (role, place) => asked(rolesBackend, there => roles.has(there, role, place)),
    object: (object, place) =>
      asked(backend, there =>
        getObjectText(there, object, place).catch((error: unknown) => {
          if (error instanceof BackendError && error.status === 404) return null
          throw error
        }),
      ),
  }
}

async function asked<Answer>(backend: Backend | undefined, ask: (backend: Backend) => Promise<Answer>): Promise<Answer | undefined> {
  if (backend === undefined) return undefined
  try {
    return await ask(backend)
  } catch (error) {
    if (error instanceof BackendError && isNoSuchService(error)) return undefined
    throw error
  }
}

/** LocalStack answers 501 for what it has not, kecs without a backend UnsupportedOperation. */
const isNoSuchService = ({ status, code }: BackendError): boolean => status === 501 || code === 'UnsupportedOperation'

/** What was found is remembered for a while, what was not is asked for every time. */
const remembering = <Item>(clock: Clock, idOf: (item: Item) => string) => {
  const known = new Map<string, { readonly item: Item; readonly until: number }>()
  return async (
    ids: readonly string[],
    { account, region }: BackendPlace,
    ask: (missing: readonly string[]) => Promise<readonly Item[]>,
  ): Promise<readonly Item[]> => {
    const now = clock.now()
    const keyOf = (id: string): string => `${account}/${region}/${id}`
    const fresh = ids.flatMap(id => {
      const found = known.get(keyOf(id))
      return found !== undefined && found.until > now ? [found.item] : []
    })
    const freshIds = new Set(fresh.map(idOf))
    const missing = ids.filter(id => !freshIds.has(id))
    if (missing.length === 0) return fresh
    const answered = await ask(missing)
    if (known.size > mostRemembered) known.clear()
    for (const item of answered) known.set(keyOf(idOf(item)), { item, until: now + rememberedMs })
    return [...fresh, ...answered]
  }
}
