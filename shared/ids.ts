/** Source of identifiers, as it comes in through the composition root. */
export interface Ids {
  /** 32 lower-case hexadecimal digits: the id of a task, in its ARN. */
  hex32(): string
  /** RFC 4122 version 4, lower case: request ids, container and attachment ids. */
  uuid(): string
}

/** Random numbers from 0 up to 1, of ids. */
export const randomOf =
  (ids: Ids): (() => number) =>
  () =>
    Number.parseInt(ids.hex32().slice(0, 8), 16) / 2 ** 32

export const randomIds: Ids = {
  hex32: () => crypto.randomUUID().replaceAll('-', ''),
  uuid: () => crypto.randomUUID(),
}
