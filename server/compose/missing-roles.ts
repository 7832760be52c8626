import type { Clock } from '../../shared/clock.ts'
import { taskRoleTrust } from '../../shared/task-role-trust.ts'
import type { MissingRole } from '../backend/roles.ts'
import type { Logger } from '../log.ts'

/** How long it is not said again that a role is missing: a service asks every few seconds. Milliseconds. */
const saidAgainMs = 60_000
/** Not more roles than this are remembered. */
const mostRemembered = 1_000

/** What is answered to the caller are AWS' words; what can be done about it here is said in the log, once a minute. */
export const sayMissingRoles = (clock: Clock, log: Logger): ((role: MissingRole) => void) => {
  const saidAt = new Map<string, number>()
  return ({ account, path, name }) => {
    const now = clock.now()
    const key = `${account}/${path}${name}`
    if (now - (saidAt.get(key) ?? -Infinity) < saidAgainMs) return
    if (saidAt.size >= mostRemembered) saidAt.clear()
    saidAt.set(key, now)
    const ofPath = path === '' ? '' : ` --path /${path}`
    log.warn(
      { account, role: `${path}${name}` },
      `The backend's IAM has no role ${path}${name} in account ${account}: what needs it is refused, as on AWS. Create it, ` +
        `aws iam create-role --role-name ${name}${ofPath} --assume-role-policy-document '${taskRoleTrust}', ` +
        'or let roles be taken as they are given, kecs up --unknown-roles accept.',
    )
  }
}
