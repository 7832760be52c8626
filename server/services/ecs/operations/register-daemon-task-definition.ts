// Differs from AWS: of what a task definition may not be, only sizes, names and the essential container are checked.
import { ServiceError } from '../../../aws/errors.ts'
import type { RegisterDaemonTaskDefinitionRequest, RegisterDaemonTaskDefinitionResponse } from '../../../aws/generated/ecs.ts'
import { epochSeconds } from '../../../../shared/clock.ts'
import { cpuUnits, memoryMiB } from '../../../domain/task-spec-size.ts'
import { daemonFamilies, daemonTaskDefinitions } from '../../../store/ecs-daemon-tables.ts'
import type { DaemonTaskDefinitionRow } from '../../../store/ecs-daemon-tables.ts'
import { familyKey, scopeOf } from '../../../store/tables.ts'
import { checkTags } from '../check-tags.ts'
import type { EcsContext } from '../context.ts'
import { daemonTaskDefinitionArn } from '../daemons/find-daemon-task-definition.ts'

/**
 * Makes the next revision of a family of daemon task definitions.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RegisterDaemonTaskDefinition.html
 */
export async function registerDaemonTaskDefinition(
  context: EcsContext,
  input: RegisterDaemonTaskDefinitionRequest,
): Promise<RegisterDaemonTaskDefinitionResponse> {
  check(input)
  const { tags: given, ...definition } = input
  const tags = checkTags(given)
  const scope = scopeOf(context.account, context.region)
  const { family } = definition
  const arn = await context.store.commit(transaction => {
    const revision = (context.store.table(daemonFamilies).get(familyKey(scope, family))?.lastRevision ?? 0) + 1
    const row: DaemonTaskDefinitionRow = {
      scope,
      daemonTaskDefinition: {
        ...definition,
        containerDefinitions: definition.containerDefinitions.map(container => ({
          cpu: 0,
          essential: true,
          environment: [],
          mountPoints: [],
          ...container,
        })),
        volumes: definition.volumes ?? [],
        daemonTaskDefinitionArn: daemonTaskDefinitionArn(context, family, revision),
        revision,
        status: 'ACTIVE',
        registeredAt: epochSeconds(context.clock.now()),
        registeredBy: context.principal,
      },
      tags,
    }
    transaction.put(daemonFamilies, { scope, family, lastRevision: revision })
    transaction.put(daemonTaskDefinitions, row)
    return row.daemonTaskDefinition.daemonTaskDefinitionArn
  })
  return { daemonTaskDefinitionArn: arn }
}

function check({ family, containerDefinitions, cpu, memory }: RegisterDaemonTaskDefinitionRequest): void {
  if (!/^[a-zA-Z0-9\-_]{1,255}$/.test(family)) refuse('Family contains invalid characters.')
  if (containerDefinitions.length === 0) refuse('Container list cannot be empty.')
  const names = containerDefinitions.map(({ name = '' }) => name)
  if (names.some(name => !/^[a-zA-Z0-9\-_]{1,255}$/.test(name))) refuse('Container name contains invalid characters.')
  if (new Set(names).size < names.length) refuse('Container names must be unique within a task definition.')
  if (containerDefinitions.every(({ essential }) => essential === false)) refuse("Task definition doesn't have any essential container.")
  if (cpu !== undefined && cpuUnits(cpu) === undefined) refuse("Invalid 'cpu' setting for task.")
  if (memory !== undefined && memoryMiB(memory) === undefined) refuse("Invalid 'memory' setting for task.")
}

function refuse(message: string): never {
  throw new ServiceError('ClientException', message)
}
