import { notUnderstood, withChannel } from '../admin-channel.ts'
import { defineCommand } from '../command.ts'
import { commonFlags } from '../flags.ts'
import { runningTargetOf, type CommonValues } from '../target.ts'
import type { Host } from '../host.ts'

const args = { ...commonFlags, task: { type: 'positional', description: "a task's ARN or whole id" } } as const

export const interrupt = defineCommand({
  name: 'task interrupt',
  summary: 'Take the Spot capacity of tasks back.',
  description:
    'As AWS does: the containers get their stop signal now and are killed after their stop timeout, the stop code is\n' +
    'SpotInterruption, and a service replaces its task. The task has to run on the capacity provider FARGATE_SPOT.',
  args,
  rest: 'TASK',
  examples: [
    ['kecs task interrupt "$(aws ecs list-tasks --query taskArns[0] --output text)"', 'how does it shut down?'],
    ['kecs task interrupt 0123456789abcdef0123456789abcdef --json', 'by its id; what it was told, as JSON'],
  ],
  run: (given, host) => remove('interrupt', given, host),
})

export const retire = defineCommand({
  name: 'task retire',
  summary: 'Retire tasks, as for maintenance of what they run on.',
  description:
    'The stop code is TerminationNotice, with the reason that AWS gives on Fargate, or for a terminated instance elsewhere.\n' +
    'A service replaces its task. Protection from scaling in does not protect from it.',
  args,
  rest: 'TASK',
  examples: [['kecs task retire "$(aws ecs list-tasks --query taskArns[0] --output text)"', 'does the service stay up?']],
  run: (given, host) => remove('retire', given, host),
})

const remove = async (
  what: 'interrupt' | 'retire',
  given: CommonValues & { readonly words: readonly string[] },
  host: Host,
): Promise<void> => {
  const target = await runningTargetOf(given, host, '2m')
  await withChannel(target, async channel => {
    const told = []
    for (const task of given.words) {
      const answer = readAnswer(await channel.json({ method: 'POST', path: `/tasks/${what}`, body: { task } }))
      told.push(answer)
      target.output.note(`${answer.taskArn} stops: ${answer.stopCode}, ${answer.stoppedReason}`)
    }
    if (target.asJson) target.output.json(told)
  })
}

interface Answer {
  readonly taskArn: string
  readonly stopCode: string
  readonly stoppedReason: string
}

const readAnswer = (value: unknown): Answer => {
  if (typeof value === 'object' && value !== null && 'taskArn' in value && 'stopCode' in value && 'stoppedReason' in value) {
    const { taskArn, stopCode, stoppedReason } = value
    if (typeof taskArn === 'string' && typeof stopCode === 'string' && typeof stoppedReason === 'string') {
      return { taskArn, stopCode, stoppedReason }
    }
  }
  throw notUnderstood()
}
