import { parseClusterQuery } from '../../../domain/cluster-query.ts'
import { ClusterQueryError } from '../../../domain/cluster-query-error.ts'
import type { EcsContext } from '../context.ts'
import { invalidParameter } from '../tasks/invalid-parameter.ts'
import type { Instance } from './instances.ts'
import { showInstance, tasksOn } from './show-instance.ts'

/** Whether an instance is one that an expression of the cluster query language means. Throws InvalidParameterException. */
export function matching(context: EcsContext, expression: string): (instance: Instance) => boolean {
  const query = readQuery(expression)
  return instance =>
    query(subject => {
      const shown = showInstance(context, instance)
      if (subject.startsWith('attribute:')) {
        const name = subject.slice('attribute:'.length)
        return (shown.attributes ?? []).filter(attribute => attribute.name === name).map(({ value = '' }) => value)
      }
      switch (subject) {
        case 'agentConnected':
          return [String(shown.agentConnected)]
        case 'agentVersion':
          return present(shown.versionInfo?.agentVersion)
        case 'ec2InstanceId':
          return present(shown.ec2InstanceId)
        case 'registeredAt':
          return shown.registeredAt === undefined ? [] : [new Date(shown.registeredAt * 1000).toISOString()]
        case 'runningTasksCount':
          return [String(shown.runningTasksCount)]
        default:
          return tasksOn(context, instance).flatMap(({ task }) => (task.lastStatus === 'STOPPED' ? [] : present(task.group)))
      }
    })
}

function readQuery(expression: string) {
  try {
    return parseClusterQuery(expression)
  } catch (error) {
    if (error instanceof ClusterQueryError) throw invalidParameter(error.message)
    throw error
  }
}

const present = (value: string | undefined): readonly string[] => (value === undefined ? [] : [value])
