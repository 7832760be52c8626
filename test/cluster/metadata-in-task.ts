// Runs in a task's container, on Node: asks its agent all that there is to ask, and leaves in a file what of the answers
// is not as documented.
import { writeFileSync } from 'node:fs'
import { faultsIn, metadataQuestions } from '../support/metadata-questions.ts'

const [, , launchType, report = ''] = process.argv
const { ECS_CONTAINER_METADATA_URI: v3 = '', ECS_CONTAINER_METADATA_URI_V4: v4 = '', AWS_EXECUTION_ENV: environment } = process.env
const agent = 'http://169.254.170.2'
const faults: string[] = []
const ask = async (path: string): Promise<unknown> => {
  const response = await fetch(`${agent}${path}`)
  if (!response.ok) faults.push(`${path}: ${response.status} ${await response.clone().text()}`)
  return response.json()
}

const kind = launchType === 'FARGATE' ? 'FARGATE' : 'EC2'
if (environment !== `AWS_ECS_${kind}`) faults.push(`AWS_EXECUTION_ENV is ${environment}`)
const id = v4.slice(v4.lastIndexOf('/') + 1)
if (v4 !== `${agent}/v4/${id}` || v3 !== `${agent}/v3/${id}`) faults.push(`the addresses are ${v4} and ${v3}`)
/** Kubernetes tells of the image up to a second after the container began: until then its id is empty. */
const whole = async (): Promise<Record<string, unknown>> => {
  for (let look = 0; ; look++) {
    const told: Record<string, unknown> = Object(await ask(`/v4/${id}`))
    if (told['ImageID'] !== '' || look === 300) return told
    await new Promise(resolve => setTimeout(resolve, 100))
  }
}
const own = await whole()
for (const question of metadataQuestions(id, String(own['DockerId']), kind)) faults.push(...faultsIn(question, await ask(question.path)))

// What the answers say is the same in all of them.
const task = Object(await ask(`/v4/${id}/task`))
const stats = Object(await ask(`/v4/${id}/task/stats`))
if (Object.keys(stats).join() !== own['DockerId']) faults.push(`the stats are of ${Object.keys(stats).join()}`)
if (task.Containers?.[0]?.DockerId !== own['DockerId']) faults.push('the task has another container')
if (Object(own['Labels'])['com.amazonaws.ecs.task-arn'] !== task.TaskARN) faults.push('the container has another task')
writeFileSync(report, JSON.stringify({ faults, task }))
process.exit(faults.length === 0 ? 0 : 1)
