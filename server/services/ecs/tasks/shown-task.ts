import type { Task } from '../../../aws/generated/ecs.ts'
import type { TaskRow } from '../../../store/tables.ts'

/** A task as answers show it: without its tags unless they are asked for. */
export const shownTask = ({ task, tags }: TaskRow, options: { readonly withTags: boolean }): Task => ({
  ...task,
  tags: options.withTags ? tags : [],
})
