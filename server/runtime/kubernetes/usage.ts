// What pods use, as their node's kubelet tells it.
// https://kubernetes.io/docs/reference/instrumentation/node-metrics/
import type { TaskUsage } from '../runtime.ts'

/** By task id: a pod's name ends with it. What is not a task's, and what has no numbers yet, is left out. */
export const usageIn = (summary: unknown): ReadonlyMap<string, TaskUsage> => {
  const found = new Map<string, TaskUsage>()
  for (const pod of listIn(summary, 'pods')) {
    const name = memberIn(memberIn(pod, 'podRef'), 'name')
    const taskId = typeof name === 'string' ? /(?:^|-)([0-9a-f]{32})$/.exec(name)?.[1] : undefined
    const nanoCores = memberIn(memberIn(pod, 'cpu'), 'usageNanoCores')
    const bytes = memberIn(memberIn(pod, 'memory'), 'workingSetBytes')
    if (taskId === undefined || typeof nanoCores !== 'number' || typeof bytes !== 'number') continue
    found.set(taskId, { cpu: (nanoCores * 1024) / 1e9, memory: bytes / 1024 ** 2 })
  }
  return found
}

const memberIn = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Object.entries(value).find(([key]) => key === name)?.[1] : undefined

const listIn = (value: unknown, name: string): readonly unknown[] => {
  const found = memberIn(value, name)
  return Array.isArray(found) ? found : []
}
