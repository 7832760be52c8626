// Differs from AWS: of the settings, containerInsights is the default of new clusters; the others are kept only.
import type { PutAccountSettingRequest, PutAccountSettingResponse } from '../../../aws/generated/ecs.ts'
import { putSetting } from '../account-settings/put-setting.ts'
import { principalOf } from '../account-settings/settings.ts'
import type { EcsContext } from '../context.ts'

/**
 * Sets something for a user or role, or, as the root user, for all that have not set it themselves.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_PutAccountSetting.html
 */
export async function putAccountSetting(context: EcsContext, input: PutAccountSettingRequest): Promise<PutAccountSettingResponse> {
  return { setting: await putSetting(context, input.name, input.value, principalOf(context, input.principalArn)) }
}
