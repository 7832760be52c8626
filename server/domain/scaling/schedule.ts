// When scheduled actions run.
// https://docs.aws.amazon.com/autoscaling/application/userguide/scheduled-scaling-using-cron-expressions.html
import type { ScheduledAction } from '../../aws/generated/application-autoscaling.ts'

const minuteMs = 60_000
const unitMs = { minute: minuteMs, hour: 60 * minuteMs, day: 24 * 60 * minuteMs } as const

type Scheduled = Pick<ScheduledAction, 'Schedule' | 'Timezone' | 'StartTime' | 'EndTime' | 'CreationTime'>

/**
 * Whether an action runs within the minute that begins at `minute`, in milliseconds since the epoch. Only for schedules that
 * were checked.
 */
export const runsAt = (action: Scheduled, minute: number): boolean => {
  const { Schedule, Timezone = 'UTC', StartTime, EndTime, CreationTime } = action
  const [, form, body = ''] = /^(at|rate|cron)\((.*)\)$/.exec(Schedule) ?? []
  if (form === 'at') return localMinute(minute, Timezone) === body.slice(0, 16)
  if (StartTime !== undefined && minute + minuteMs <= StartTime * 1000) return false
  if (EndTime !== undefined && minute > EndTime * 1000) return false
  return form === 'rate' ? matchesRate(body, StartTime ?? CreationTime, minute) : matchesCron(body, minute, Timezone)
}

const matchesRate = (body: string, from: number, minute: number): boolean => {
  const [, count = '1', unit = 'minute'] = /^(\d+)\s?(minute|hour|day)s?$/.exec(body) ?? []
  const everyMs = Number(count) * (unit === 'hour' ? unitMs.hour : unit === 'day' ? unitMs.day : unitMs.minute)
  const passed = minute - Math.floor((from * 1000) / minuteMs) * minuteMs
  return passed >= everyMs && passed % everyMs === 0
}

interface Local {
  readonly year: number
  readonly month: number
  readonly day: number
  readonly hour: number
  readonly minute: number
  /** From 1, Sunday. */
  readonly weekday: number
}

const local = (time: number, timeZone: string): Local => {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
  })
  const parts = new Map(format.formatToParts(time).map(({ type, value }) => [type, Number(value)]))
  const of = (type: Intl.DateTimeFormatPartTypes): number => parts.get(type) ?? 0
  const [year, month, day] = [of('year'), of('month'), of('day')]
  const weekday = new Date(Date.UTC(year, month - 1, day)).getUTCDay() + 1
  return { year, month, day, hour: of('hour'), minute: of('minute'), weekday }
}

const localMinute = (time: number, timeZone: string): string => {
  const { year, month, day, hour, minute } = local(time, timeZone)
  const two = (value: number): string => String(value).padStart(2, '0')
  return `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}T${two(hour)}:${two(minute)}`
}

const months = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC']
const weekdays = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT']

const matchesCron = (body: string, time: number, timeZone: string): boolean => {
  const now = local(time, timeZone)
  const [minutes = '', hours = '', days = '', month = '', weekday = '', year = '*'] = body.trim().split(/\s+/)
  return (
    fits(minutes, now.minute, 0, 59) &&
    fits(hours, now.hour, 0, 23) &&
    fits(named(month, months, 1), now.month, 1, 12) &&
    fits(year, now.year, 1970, 2199) &&
    days.split(',').some(each => fitsDay(each, now)) &&
    named(weekday, weekdays, 1)
      .split(',')
      .some(each => fitsWeekday(each, now))
  )
}

const named = (field: string, names: readonly string[], first: number): string =>
  field.toUpperCase().replaceAll(/[A-Z]{3}/g, name => (names.includes(name) ? String(names.indexOf(name) + first) : name))

const fits = (field: string, value: number, from: number, to: number): boolean =>
  field.split(',').some(part => {
    const [range = '', step] = part.split('/')
    const [low = '', high] = range.split('-')
    const isAny = low === '*' || low === '?'
    const start = isAny ? from : Number(low)
    const end = high !== undefined ? Number(high) : isAny || step !== undefined ? to : start
    return value >= start && value <= end && (value - start) % Number(step ?? 1) === 0
  })

const lastDayOf = ({ year, month }: Local): number => new Date(Date.UTC(year, month, 0)).getUTCDate()

/** `L` is the month's last day, `15W` the weekday that is nearest to the 15th, within the month. */
const fitsDay = (field: string, now: Local): boolean => {
  if (field === 'L') return now.day === lastDayOf(now)
  const [, which] = /^(\d+|L)W$/.exec(field) ?? []
  if (which === undefined) return fits(field, now.day, 1, 31)
  const last = lastDayOf(now)
  const wanted = which === 'L' ? last : Math.min(Number(which), last)
  const weekday = new Date(Date.UTC(now.year, now.month - 1, wanted)).getUTCDay()
  const moved = weekday === 6 ? (wanted === 1 ? 2 : -1) : weekday === 0 ? (wanted === last ? -2 : 1) : 0
  return now.day === wanted + moved
}

/** `L` is Saturday, `5L` the month's last Thursday, `3#2` its second Tuesday. */
const fitsWeekday = (field: string, now: Local): boolean => {
  if (field === 'L') return now.weekday === 7
  const [, day, form, count] = /^(\d)(L|#)(\d)?$/.exec(field) ?? []
  if (day === undefined) return fits(field, now.weekday, 1, 7)
  if (now.weekday !== Number(day)) return false
  return form === 'L' ? now.day + 7 > lastDayOf(now) : Math.ceil(now.day / 7) === Number(count)
}
