import { epochSeconds } from '../../shared/clock.ts'
import type { TaskRow } from '../store/tables.ts'
import { hostGone, type Stop } from './task-lifecycle-stop.ts'

/** What AWS does to a task of its own accord: it takes Spot capacity back, or renews what the task runs on. */
export type Removal = 'interrupt' | 'retire'

const interruption: Stop = { stopCode: 'SpotInterruption', stoppedReason: 'Your Spot Task was interrupted.' }
/** https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-maintenance.html */
export const retirement: Stop = {
  stopCode: 'TerminationNotice',
  stoppedReason: 'ECS is performing maintenance on the underlying infrastructure hosting the task',
}

/** The task's row, and what it stops with, now or once it is replaced. */
export interface Removed {
  readonly row: TaskRow
  readonly stop: Stop
}

/**
 * The task asked to stop, as AWS does it: its containers get their stop signal now and are killed after their stop
 * timeout, of which two minutes is the most on Fargate; its service replaces it, before it stops where the task retires
 * from Fargate; protection is from scaling in and from
 * deployments alone. Or why AWS would not do that to it. `now` in milliseconds since the epoch.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-capacity-providers.html
 */
export const removed = (row: TaskRow, removal: Removal, now: number): Removed | { readonly refused: string } => {
  const { task } = row
  if (task.desiredStatus === 'STOPPED') return { refused: `${task.taskArn} stops already, or has.` }
  if (removal === 'interrupt' && task.capacityProviderName !== 'FARGATE_SPOT') {
    return { refused: `${task.taskArn} is on no Spot capacity.\nRun it with the capacity provider FARGATE_SPOT; or retire it.` }
  }
  const stop = removal === 'interrupt' ? interruption : task.launchType === 'FARGATE' ? retirement : hostGone(row)
  // One that runs for a service is that service's to replace.
  if (stop === retirement && row.serviceArn !== undefined && task.lastStatus === 'RUNNING') {
    return row.retires === true ? { refused: `${task.taskArn} retires already.` } : { row: { ...row, retires: true }, stop }
  }
  return {
    stop,
    row: { ...row, task: { ...task, ...stop, desiredStatus: 'STOPPED', stoppingAt: epochSeconds(now), version: task.version + 1 } },
  }
}
