import type { ContainerDefinition } from '../../aws/generated/ecs.ts'
import { labelPrefix } from '../../../shared/names.ts'
import type { ProbeOutcome } from '../../probing/prober.ts'
import { TaskRefused } from '../runtime.ts'
import { type Course, courseOf, durationMs } from './command.ts'

/** How a container shall behave; docs/simulated.md tells users of it. */
export interface Plan {
  /** Kubernetes' reason and message when the container shall not start. */
  readonly failure?: { readonly reason: 'ErrImagePull' | 'StartError'; readonly message: string }
  /** Milliseconds more than usual until it runs. */
  readonly startDelayMs: number
  readonly course: Course
  /** When it runs out of memory, in milliseconds since it runs. */
  readonly oomAtMs?: number
  readonly ignoresStopSignal: boolean
  /** What a health check finds when the container starts, and when that turns to the opposite: milliseconds since it runs. */
  readonly health: { readonly startsWell: boolean; readonly turnsAtMs?: number }
  readonly answers: Answers
}

/** What its ports answer; well, unless asked otherwise. Milliseconds since it runs. */
export interface Answers {
  /** Until then nobody listens. */
  readonly listensAtMs: number
  readonly ill?: { readonly fromMs: number; readonly outcome: ProbeOutcome }
}

const prefix = `${labelPrefix}/simulate-`

/** Docker labels on a container definition that ask for a behaviour. */
const known = [
  'exit-code',
  'exit-after',
  'pull-error',
  'start-error',
  'oom',
  'start-delay',
  'ignore-sigterm',
  'healthy-after',
  'unhealthy-after',
  'listens-after',
  'answer',
  'answer-after',
] as const

/** What a container does: as its labels ask, else as its command says. Throws `TaskRefused` for labels that make no sense. */
export const planOf = (container: ContainerDefinition): Plan => {
  const wish = wishesOf(container)
  const pullError = wish('pull-error')
  const startError = wish('start-error')
  const oom = wish('oom')
  return {
    ...(startError === undefined ? {} : { failure: { reason: 'StartError', message: startError } }),
    ...(pullError === undefined ? {} : { failure: { reason: 'ErrImagePull', message: pullError } }),
    startDelayMs: duration('start-delay', wish('start-delay')) ?? 0,
    course: askedCourse(wish) ?? commandCourse(container),
    ...(oom === undefined ? {} : { oomAtMs: oom === 'true' ? 0 : (duration('oom', oom) ?? 0) }),
    ignoresStopSignal: wish('ignore-sigterm') === 'true',
    health: healthOf(wish),
    answers: answersOf(wish),
  }
}

type Wish = (name: (typeof known)[number]) => string | undefined

const wishesOf = ({ dockerLabels = {} }: ContainerDefinition): Wish => {
  const names: readonly string[] = known.map(name => `${prefix}${name}`)
  for (const label of Object.keys(dockerLabels)) {
    if (label.startsWith(prefix) && !names.includes(label)) {
      throw new TaskRefused(`The simulated runtime does not know the label ${label}; it knows ${names.join(', ')}.`)
    }
  }
  return name => dockerLabels[`${prefix}${name}`]
}

const askedCourse = (wish: Wish): Course | undefined => {
  const code = wish('exit-code')
  const after = wish('exit-after')
  if (code === undefined && after === undefined) return undefined
  if (code !== undefined && !/^\d{1,3}$/.test(code)) throw notUnderstood('exit-code', code, 'a number from 0 to 255')
  return { lines: [], exit: { atMs: duration('exit-after', after) ?? 0, code: Number(code ?? 0) & 255 } }
}

/** Well from the start, unless asked otherwise. */
const healthOf = (wish: Wish): Plan['health'] => {
  const ill = duration('unhealthy-after', wish('unhealthy-after'))
  const well = wish('healthy-after')
  if (well === 'never') return { startsWell: false }
  const wellAt = duration('healthy-after', well)
  if (wellAt !== undefined) return { startsWell: false, turnsAtMs: wellAt }
  return ill === undefined ? { startsWell: true } : { startsWell: true, turnsAtMs: ill }
}

const answersOf = (wish: Wish): Answers => {
  const answer = wish('answer')
  const listensAtMs = duration('listens-after', wish('listens-after')) ?? 0
  if (answer === undefined) return { listensAtMs }
  return { listensAtMs, ill: { fromMs: duration('answer-after', wish('answer-after')) ?? 0, outcome: outcomeOf(answer) } }
}

const outcomeOf = (answer: string): ProbeOutcome => {
  if (answer === 'timeout') return { is: 'timedOut' }
  if (answer === 'refused') return { is: 'failed', why: 'as its label asks' }
  if (!/^[1-5]\d\d$/.test(answer)) throw notUnderstood('answer', answer, 'a status code of HTTP, timeout or refused')
  return { is: 'answered', code: Number(answer) }
}

const commandCourse = ({ entryPoint = [], command = [], environment = [] }: ContainerDefinition): Course =>
  courseOf([...entryPoint, ...command], new Map(environment.map(({ name, value }) => [name ?? '', value ?? ''])))

const duration = (name: (typeof known)[number], text: string | undefined): number | undefined => {
  if (text === undefined) return undefined
  const milliseconds = durationMs(text)
  if (milliseconds === undefined || milliseconds === Infinity) throw notUnderstood(name, text, 'a time such as 5, 1.5s or 200ms')
  return milliseconds
}

const notUnderstood = (name: string, value: string, wanted: string): TaskRefused =>
  new TaskRefused(`The label ${prefix}${name} is ${wanted}, not "${value}".`)
