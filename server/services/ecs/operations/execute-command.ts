// Differs from AWS: the command runs as the container's own user, with a terminal that Kubernetes makes, where AWS runs it
// as root by an agent; nothing has to be in the image but the command, no role is needed, and the session is not encrypted,
// whatever kmsKeyId says. A session is gone with the connection: it cannot be resumed. Sessions are logged when they are over.
import { ServiceError } from '../../../aws/errors.ts'
import type { Container, ExecuteCommandRequest, ExecuteCommandResponse } from '../../../aws/generated/ecs.ts'
import { execLogging } from '../../../domain/exec-logging.ts'
import { commandWords } from '../../../exec/command-words.ts'
import { mostSessions } from '../../../exec/sessions.ts'
import { definitionOf } from '../../../store/runnable-definition.ts'
import { tasks } from '../../../store/tables.ts'
import type { TaskRow } from '../../../store/tables.ts'
import type { EcsContext } from '../context.ts'
import { findCluster } from '../find-cluster.ts'
import { taskArnIn } from '../tasks/find-task.ts'
import { invalidParameter, refuseIf } from '../tasks/invalid-parameter.ts'

/** With the apostrophe that ECS has. */
const notEnabled =
  'The execute command failed because execute command was not enabled when the task was run or the execute command agent isn’t running. Wait and try again or run a new task with execute command enabled and try again.'

/**
 * Opens a session that runs a command in a container. What AWS says to a task of several containers of which none is named
 * is not known.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ExecuteCommand.html
 */
export function executeCommand(context: EcsContext, input: ExecuteCommandRequest): ExecuteCommandResponse {
  const cluster = findCluster(context, input.cluster)
  refuseIf(!input.interactive, 'Interactive is the only mode supported currently.')
  const words = commandWords(input.command)
  if (words === undefined || words.length === 0) throw invalidParameter('The command is empty, or a quote in it does not end.')
  const row = context.store.table(tasks).get(taskArnIn(context, cluster, input.task))
  if (row === undefined) throw invalidParameter('The referenced task was not found.')
  refuseIf(row.task.enableExecuteCommand !== true, notEnabled)
  const container = containerOf(row, input.container)
  refuseIf(row.task.lastStatus === 'STOPPED' || !isReachable(container), notEnabled)

  const { taskArn, taskDefinitionArn, clusterArn } = row.task
  const { name = '', containerArn } = container
  const definition = definitionOf(context.store, taskDefinitionArn)?.taskDefinition
  const logging = execLogging(
    cluster.cluster.configuration?.executeCommandConfiguration,
    definition?.containerDefinitions?.find(each => each.name === name),
  )
  const session = context.sessions.open({
    task: { taskArn, taskId: row.taskId, namespace: row.namespace },
    container: name,
    command: input.command,
    words,
    ...(logging === undefined ? {} : { logging: { ...logging, place: { account: context.account, region: context.region } } }),
  })
  if (session === 'limit') {
    const message = `Unable to start new execute sessions because the maximum session limit of ${mostSessions} has been reached.`
    throw new ServiceError('ClientException', message)
  }
  if (session === 'unreachable') {
    throw new ServiceError('TargetNotConnectedException', 'The execute command failed due to an internal error. Try again later.')
  }
  const { sessionId, tokenValue, path } = session
  return {
    clusterArn,
    containerArn,
    containerName: name,
    interactive: true,
    session: { sessionId, streamUrl: `${context.calledAt.replace(/^http/, 'ws')}${path}`, tokenValue },
    taskArn,
  }
}

const containerOf = ({ task: { containers = [] } }: TaskRow, name: string | undefined): Container => {
  const [only, ...others] = containers
  if (name === undefined || name === '') {
    if (only !== undefined && others.length === 0) return only
    throw invalidParameter('A container must be specified, for the task has more than one.')
  }
  const found = containers.find(each => each.name === name)
  if (found === undefined) throw invalidParameter(`The container ${name} does not exist in the task.`)
  return found
}

const isReachable = ({ managedAgents = [] }: Container): boolean =>
  managedAgents.some(({ name, lastStatus }) => name === 'ExecuteCommandAgent' && lastStatus === 'RUNNING')
