// What is kept with a running task, so that a state that lost it can take it back.
import type { ClusterRow, TaskDefinitionRow, TaskRow } from '../store/tables.ts'

/** A task as it was started, and what its row refers to. */
export interface TaskMemo {
  readonly row: TaskRow
  readonly cluster: ClusterRow
  /** Absent for a task of a daemon, whose definition is kept elsewhere. */
  readonly definition?: TaskDefinitionRow
}

/** A memo that was written otherwise is not read. */
const format = 1

export const writeMemo = ({ row, cluster, definition }: TaskMemo): string =>
  JSON.stringify({ format, row, cluster, ...(row.daemonArn === undefined ? { definition } : {}) })

/** Undefined for what is no memo of this format. */
export const readMemo = (text: string): TaskMemo | undefined => {
  const value = parsed(text)
  if (!isRecord(value) || value['format'] !== format) return undefined
  const { row, cluster, definition } = value
  if (!isTask(row) || !isCluster(cluster)) return undefined
  return { row, cluster, ...(isDefinition(definition) ? { definition } : {}) }
}

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

type Fields = Readonly<Record<string, unknown>>

const isRecord = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value)

const hasTexts = (value: unknown, names: readonly string[]): boolean =>
  isRecord(value) && names.every(name => typeof value[name] === 'string')

const isTask = (value: unknown): value is TaskRow =>
  isRecord(value) &&
  hasTexts(value, ['scope', 'taskId', 'namespace', 'epoch']) &&
  hasTexts(value['task'], ['taskArn', 'clusterArn', 'taskDefinitionArn', 'lastStatus', 'desiredStatus']) &&
  Array.isArray(value['tags'])

const isCluster = (value: unknown): value is ClusterRow =>
  isRecord(value) &&
  hasTexts(value, ['scope', 'namespace']) &&
  hasTexts(value['cluster'], ['clusterArn', 'clusterName', 'status']) &&
  Array.isArray(value['tags'])

const isDefinition = (value: unknown): value is TaskDefinitionRow =>
  isRecord(value) &&
  hasTexts(value, ['scope']) &&
  hasTexts(value['taskDefinition'], ['taskDefinitionArn', 'family', 'status']) &&
  isRecord(value['taskDefinition']) &&
  typeof value['taskDefinition']['revision'] === 'number' &&
  Array.isArray(value['tags'])
