// Differs from AWS: of the settings, containerInsights is the default of new clusters; the others are kept only.
import type { PutAccountSettingDefaultRequest, PutAccountSettingDefaultResponse } from '../../../aws/generated/ecs.ts'
import { putSetting } from '../account-settings/put-setting.ts'
import { rootOf } from '../account-settings/settings.ts'
import type { EcsContext } from '../context.ts'

/**
 * Sets something for all of the account that have not set it themselves.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_PutAccountSettingDefault.html
 */
export async function putAccountSettingDefault(
  context: EcsContext,
  input: PutAccountSettingDefaultRequest,
): Promise<PutAccountSettingDefaultResponse> {
  return { setting: await putSetting(context, input.name, input.value, rootOf(context)) }
}
