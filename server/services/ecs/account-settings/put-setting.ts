import type { Setting, SettingName } from '../../../aws/generated/ecs.ts'
import { accountSettings } from '../../../store/ecs-tables.ts'
import { scopeOf } from '../../../store/tables.ts'
import type { EcsContext } from '../context.ts'
import { checkSetting, shownSetting } from './settings.ts'

/** Keeps a setting for a principal. Throws InvalidParameterException for a value that it cannot have. */
export async function putSetting(context: EcsContext, name: SettingName, value: string, principalArn: string): Promise<Setting> {
  checkSetting(name, value)
  const scope = scopeOf(context.account, context.region)
  await context.store.commit(transaction => transaction.put(accountSettings, { scope, name, principalArn, value }))
  return shownSetting(name, value, principalArn)
}
