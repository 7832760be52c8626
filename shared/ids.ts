/** Source of identifiers, as it comes in through the composition root. */
export interface Ids {
  /** 32 lower-case hexadecimal digits: the id of a task, in its ARN. */
  hex32(): string
  /** RFC 4122 version 4, lower case: request ids, container and attachment ids. */
  uuid(): string
}

export const randomIds: Ids = {
  hex32: () => crypto.randomUUID().replaceAll('-', ''),
  uuid: () => crypto.randomUUID(),
}
