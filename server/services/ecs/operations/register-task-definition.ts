// Differs from AWS: that secrets, volumes and images exist is not looked up.
import { ServiceError } from '../../../aws/errors.ts'
import type { RegisterTaskDefinitionRequest, RegisterTaskDefinitionResponse } from '../../../aws/generated/ecs.ts'
import { epochSeconds } from '../../../../shared/clock.ts'
import { taskDefinitionArn } from '../../../domain/arn.ts'
import { familyKey, scopeOf, taskDefinitionFamilies, taskDefinitions } from '../../../store/tables.ts'
import type { TaskDefinitionRow } from '../../../store/tables.ts'
import { checkTags } from '../check-tags.ts'
import type { EcsContext } from '../context.ts'
import { requiredAttributes } from '../task-definition/attributes.ts'
import { checkDraft } from '../task-definition/check.ts'
import { compatibilitiesOf } from '../task-definition/compatibilities.ts'
import { withDefaults } from '../task-definition/defaults.ts'

/**
 * Makes the next revision of a family, which is ACTIVE; a number is never given twice. Each call makes one, also when
 * nothing differs from the last.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RegisterTaskDefinition.html
 */
export async function registerTaskDefinition(
  context: EcsContext,
  input: RegisterTaskDefinitionRequest,
): Promise<RegisterTaskDefinitionResponse> {
  const { tags: givenTags, ...given } = input
  // Tools that send back what they described run into this; AWS does not take an empty list for none.
  if (givenTags?.length === 0) throw new ServiceError('ClientException', 'Tags can not be empty.')
  const tags = checkTags(givenTags)
  const draft = checkDraft(given)
  const requiresAttributes = requiredAttributes(draft)
  const scope = scopeOf(context.account, context.region)
  const { family } = draft

  const row = await context.store.commit(transaction => {
    const last = context.store.table(taskDefinitionFamilies).get(familyKey(scope, family))?.lastRevision ?? 0
    const revision = last + 1
    const made: TaskDefinitionRow = {
      scope,
      taskDefinition: {
        ...withDefaults(draft),
        taskDefinitionArn: taskDefinitionArn(context, family, revision),
        family,
        revision,
        status: 'ACTIVE',
        ...(requiresAttributes.length === 0 ? {} : { requiresAttributes }),
        compatibilities: compatibilitiesOf(draft),
        registeredAt: epochSeconds(context.clock.now()),
        registeredBy: context.principal,
      },
      tags,
    }
    transaction.put(taskDefinitionFamilies, { scope, family, lastRevision: revision })
    transaction.put(taskDefinitions, made)
    return made
  })
  return { taskDefinition: row.taskDefinition, tags: row.tags }
}
