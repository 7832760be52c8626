// What a service says of violations: the code and the words differ between services.
import { ServiceError } from '../errors.ts'
import type { Place, Violation } from './check.ts'

/** The error that `service` (its signing name) gives for violations in an operation's input; there is at least one. */
export function violationError(service: string, operation: string, violations: readonly Violation[]): ServiceError {
  if (service === 'ecs') return new ServiceError(ecsCode(operation), ecsWords(violations) ?? modelWords(violations))
  return new ServiceError(codes[service] ?? 'ValidationException', modelWords(violations))
}

const codes: Readonly<Record<string, string>> = {
  elasticloadbalancing: 'ValidationError',
  servicediscovery: 'InvalidInput',
  'application-autoscaling': 'ValidationException',
}

/** ECS gives ClientException for what is wrong with a task definition, InvalidParameterException for the rest. */
const ecsCode = (operation: string): string =>
  /^(Register|Deregister|Describe|Delete)TaskDefinitions?$/.test(operation) ? 'ClientException' : 'InvalidParameterException'

/** ECS has its own words for some of what its model demands, and says one thing at a time. */
function ecsWords(violations: readonly Violation[]): string | undefined {
  const missing = violations.find(({ place, value }) => value === undefined && place.parent === undefined)
  if (missing) return missingWords(missing)
  const driver = violations.find(({ place }) => place.segment === 'logDriver')
  const values = driver && /\[.*\]$/.exec(driver.constraint)?.[0]
  return values ? `${javaText(driver.value)} is not a valid log driver. Must be one of ${values}` : undefined
}

/** "TaskDefinition can not be blank." */
function missingWords({ place: { segment }, kind }: Violation): string {
  if (segment === 'containerDefinitions') return 'Container list cannot be empty.'
  const name = segment.charAt(0).toUpperCase() + segment.slice(1)
  return kind === 'list' ? `${name} cannot be empty.` : `${name} can not be blank.`
}

/** AWS prints no more than this of them. */
const mostShown = 10

/** The words of AWS's model validator. */
function modelWords(violations: readonly Violation[]): string {
  const shown = violations.slice(0, mostShown).map(({ place, value, constraint }) => {
    const what = value === undefined ? 'Value null' : `Value '${javaText(value)}'`
    return `${what} at '${pathOf(place)}' failed to satisfy constraint: ${constraint}`
  })
  const count = violations.length
  return `${count} validation error${count === 1 ? '' : 's'} detected: ${shown.join('; ')}`
}

/** List members are `tags.1.member.key`. */
const pathOf = ({ parent, segment }: Place): string => (parent ? `${pathOf(parent)}.${segment}` : segment)

/** As Java prints it. */
function javaText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(javaText).join(', ')}]`
  if (typeof value !== 'object' || value === null) return String(value)
  const members = Object.entries(value).map(([name, member]) => `${name}=${javaText(member)}`)
  return `{${members.join(', ')}}`
}
