import type { Draft, Problems } from './draft.ts'

export function* loggingProblems(draft: Draft): Problems {
  const hasRouter = draft.containerDefinitions.some(container => container.firelensConfiguration !== undefined)
  for (const { logConfiguration } of draft.containerDefinitions) {
    if (logConfiguration === undefined) continue
    const { logDriver, options = {} } = logConfiguration
    if (logDriver === 'awsfirelens' && !hasRouter) {
      yield 'When awsfirelens log driver is specified in log configuration, a firelens configuration object must be configured in one of the containers.'
    }
    if (logDriver === 'awslogs' && options['awslogs-group'] === undefined) yield 'Log driver awslogs requires options: awslogs-group'
  }
}

export function* roleProblems(draft: Draft): Problems {
  for (const role of [draft.taskRoleArn, draft.executionRoleArn]) {
    if (role !== undefined && !/^(arn:[^:]+:iam::\d{12}:role\/)?[\w+=,.@/-]+$/.test(role)) yield 'Role is not valid'
  }
  const hasSecrets = draft.containerDefinitions.some(container => (container.secrets?.length ?? 0) > 0)
  if (hasSecrets && draft.executionRoleArn === undefined) {
    yield "When you are specifying container secrets, you must also specify a value for 'executionRoleArn'."
  }
}
