import type { DeleteAccountSettingRequest, DeleteAccountSettingResponse } from '../../../aws/generated/ecs.ts'
import { accountSettingKey, accountSettings } from '../../../store/ecs-tables.ts'
import { scopeOf } from '../../../store/tables.ts'
import { effectiveSetting, principalOf } from '../account-settings/settings.ts'
import type { EcsContext } from '../context.ts'

/**
 * Takes back what was set for a principal; the answer is what holds for it from now on.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeleteAccountSetting.html
 */
export async function deleteAccountSetting(context: EcsContext, input: DeleteAccountSettingRequest): Promise<DeleteAccountSettingResponse> {
  const principalArn = principalOf(context, input.principalArn)
  const key = accountSettingKey(scopeOf(context.account, context.region), input.name, principalArn)
  await context.store.commit(transaction => transaction.remove(accountSettings, key))
  return { setting: effectiveSetting(context, input.name, principalArn) }
}
