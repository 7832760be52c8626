import type { Setting, SettingName } from '../../../aws/generated/ecs.ts'
import type { AccountSettingRow } from '../../../store/ecs-tables.ts'
import { accountSettingKey, accountSettings } from '../../../store/ecs-tables.ts'
import { scopeOf } from '../../../store/tables.ts'
import type { EcsContext } from '../context.ts'
import { invalidParameter, refuseIf } from '../tasks/invalid-parameter.ts'

interface SettingRule {
  readonly standard: string
  readonly values: readonly string[]
}

const toggle = (standard: 'enabled' | 'disabled'): SettingRule => ({ standard, values: ['enabled', 'disabled'] })

/**
 * Every setting with what holds where nothing is set, and the values that it takes.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-account-settings.html
 */
const rules: Readonly<Record<SettingName, SettingRule>> = {
  awsvpcTrunking: toggle('disabled'),
  containerInsights: { standard: 'disabled', values: ['enabled', 'disabled', 'enhanced'] },
  containerInstanceLongArnFormat: toggle('enabled'),
  defaultLogDriverMode: { standard: 'non-blocking', values: ['blocking', 'non-blocking'] },
  fargateEventWindows: toggle('disabled'),
  fargateFIPSMode: toggle('disabled'),
  fargateTaskRetirementWaitPeriod: { standard: '7', values: ['0', '7', '14'] },
  // Set by GuardDuty alone.
  guardDutyActivate: { standard: 'off', values: [] },
  serviceLongArnFormat: toggle('enabled'),
  tagResourceAuthorization: { standard: 'on', values: ['on', 'off'] },
  taskLongArnFormat: toggle('enabled'),
}

export const settingNames: readonly SettingName[] = [
  'awsvpcTrunking',
  'containerInsights',
  'containerInstanceLongArnFormat',
  'defaultLogDriverMode',
  'fargateEventWindows',
  'fargateFIPSMode',
  'fargateTaskRetirementWaitPeriod',
  'guardDutyActivate',
  'serviceLongArnFormat',
  'tagResourceAuthorization',
  'taskLongArnFormat',
]

export const rootOf = ({ account }: Pick<EcsContext, 'account'>): string => `arn:aws:iam::${account}:root`

/** Throws InvalidParameterException unless the setting can have that value. */
export function checkSetting(name: SettingName, value: string): void {
  refuseIf(name === 'guardDutyActivate', 'The account setting guardDutyActivate is read-only.')
  refuseIf(!rules[name].values.includes(value), "Invalid setting 'value'")
  refuseIf(name.endsWith('LongArnFormat') && value === 'disabled', 'You can no longer disable Long Arn settings')
}

/** Whose settings a call is about: its caller's unless it names another user or role, or the root user, of the account. */
export function principalOf(context: EcsContext, principalArn: string | undefined): string {
  if (principalArn === undefined || principalArn === '') return context.principal
  const match = /^arn:[^:]+:(?:iam|sts)::(\d{12}):(?:root|user\/.+|role\/.+|assumed-role\/.+)$/.exec(principalArn)
  if (match === null) throw invalidParameter('Invalid principalArn')
  refuseIf(match[1] !== context.account, `Invalid identifier: Identifier is for ${match[1] ?? ''}. Your accountId is ${context.account}`)
  return principalArn
}

/** What was set for that principal itself. */
export const ownSetting = (context: EcsContext, name: SettingName, principalArn: string): AccountSettingRow | undefined =>
  context.store.table(accountSettings).get(accountSettingKey(scopeOf(context.account, context.region), name, principalArn))

/** What holds for a principal: its own, else the root user's, else AWS' own default, which is shown as the principal's. */
export function effectiveSetting(context: EcsContext, name: SettingName, principalArn: string): Setting {
  const set = ownSetting(context, name, principalArn) ?? ownSetting(context, name, rootOf(context))
  return shownSetting(name, set?.value ?? rules[name].standard, set?.principalArn ?? principalArn)
}

export const shownSetting = (name: SettingName, value: string, principalArn: string): Setting => ({
  name,
  value,
  principalArn,
  type: name === 'guardDutyActivate' ? 'aws_managed' : 'user',
})
