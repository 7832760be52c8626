import type { Tag } from '../aws/generated/ecs.ts'

/** A resource has at most so many tags. */
export const maxTags = 50

const characters = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u

/**
 * What is wrong with tags that a caller gives, as the message of an InvalidParameterException; undefined when
 * nothing is. Only the text on characters is known to be AWS'; the rules are those of its documentation.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-using-tags.html
 */
export function problemWithTags(tags: readonly Tag[]): string | undefined {
  if (tags.length > maxTags) return `Tags can have at most ${maxTags} items.`
  const keys = new Set<string>()
  for (const { key = '', value = '' } of tags) {
    if (key === '') return 'Tag key can not be blank.'
    if (key.length > 128) return 'Tag key length must be at most 128 characters.'
    if (value.length > 256) return 'Tag value length must be at most 256 characters.'
    if (!characters.test(key) || !characters.test(value)) {
      return 'Some tags contain invalid characters. Valid characters: UTF-8 letters, spaces, numbers and _ . / = + - : @.'
    }
    // In any case of letters, and in values as well as in keys.
    if (/^aws:/i.test(key) || /^aws:/i.test(value)) return "Tag keys and values must not start with the reserved prefix 'aws:'."
    if (keys.has(key)) return `Duplicate tag key: ${key}`
    keys.add(key)
  }
  return undefined
}

/** Tags as they are shown: a value that was left out is empty. */
export const shownTags = (tags: readonly Tag[]): readonly Tag[] => tags.map(({ key, value }) => ({ key, value: value ?? '' }))
