import { createHash } from 'node:crypto'

import { labelPrefix } from '../../../shared/names.ts'
import { slugOf } from '../../domain/namespace.ts'

/** On pods: JSON, Kubernetes' name of each container to its name in the task definition. */
export const containersAnnotation = `${labelPrefix}/containers`
/** On pods: what the state knew of the task as it was started. Kept there, and not in this process' memory. */
export const memoAnnotation = `${labelPrefix}/memo`
/** On pods: what the task definition asks for and this runtime does not give, for whoever looks at the pod. */
export const notAppliedAnnotation = `${labelPrefix}/not-applied`

const labelLength = 63
const digestLength = 8
const dnsLabel = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/

const digestOf = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, digestLength)

/** `FAMILY-TASKID`: at most 20 characters of the family, so that there is room for what Kubernetes adds to host names. */
export const podNameOf = (family: string, taskId: string): string => {
  const slug = slugOf(family, 20)
  return slug === '' ? `task-${taskId}` : `${slug}-${taskId}`
}

/**
 * A DNS label for a container or a volume: the name itself where it is one, else what is left of it and a digest,
 * so that `web_1` and `web-1` stay two.
 */
export const dnsLabelOf = (name: string): string => {
  if (name.length <= labelLength && dnsLabel.test(name)) return name
  const slug = slugOf(name, labelLength - digestLength - 1)
  return slug === '' ? `c-${digestOf(name)}` : `${slug}-${digestOf(name)}`
}

/** A label's value: at most 63 letters, digits, `-`, `_` and `.`; begins and ends with a letter or digit. */
export const labelValueOf = (text: string): string => {
  const allowed = /^[A-Za-z0-9]([A-Za-z0-9_.-]*[A-Za-z0-9])?$/
  if (text.length <= labelLength && allowed.test(text)) return text
  const kept = text
    .replace(/[^A-Za-z0-9_.-]+/g, '-')
    .replace(/^[^A-Za-z0-9]+/, '')
    .slice(0, labelLength - digestLength - 1)
  return kept === '' ? digestOf(text) : `${kept}-${digestOf(text)}`
}
