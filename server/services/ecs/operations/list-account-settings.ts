import type { ListAccountSettingsRequest, ListAccountSettingsResponse, Setting } from '../../../aws/generated/ecs.ts'
import { scopeOf } from '../../../store/tables.ts'
import { effectiveSetting, ownSetting, principalOf, settingNames, shownSetting } from '../account-settings/settings.ts'
import type { EcsContext } from '../context.ts'
import { listPage } from '../list-page.ts'
import { refuseIf } from '../tasks/invalid-parameter.ts'

const mostResults = 10

/**
 * What is set for a principal, by name; with `effectiveSettings` what holds for it.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ListAccountSettings.html
 */
export function listAccountSettings(context: EcsContext, input: ListAccountSettingsRequest): ListAccountSettingsResponse {
  const { name, value, effectiveSettings = false } = input
  const principalArn = principalOf(context, input.principalArn)
  refuseIf(value !== undefined && name === undefined, 'You must specify a setting name when you specify a value.')
  const settings = settingNames
    .filter(each => name === undefined || each === name)
    .flatMap((each): readonly Setting[] => {
      if (effectiveSettings) return [effectiveSetting(context, each, principalArn)]
      const own = ownSetting(context, each, principalArn)
      return own === undefined ? [] : [shownSetting(each, own.value, principalArn)]
    })
    .filter(setting => value === undefined || setting.value === value)
  const page = listPage<Setting>({
    operation: 'ListAccountSettings',
    filters: [scopeOf(context.account, context.region), principalArn, name, value, String(effectiveSettings)],
    nextToken: input.nextToken,
    maxResults: input.maxResults,
    mostResults,
    rows: after => settings.filter(setting => after === undefined || (setting.name ?? '') > after),
    orderOf: setting => setting.name ?? '',
  })
  return { settings: page.rows, nextToken: page.nextToken }
}
