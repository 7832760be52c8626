/** An error of a service, as its model names it. Protocols give it its wire form; the HTTP status comes from the service's error table. */
export class ServiceError extends Error {
  /** The shape's name in the model, such as ClusterNotFoundException. */
  readonly code: string
  /** Members beside the message, such as ConflictException's resourceIds. */
  readonly members: Readonly<Record<string, unknown>>

  constructor(code: string, message: string, members: Readonly<Record<string, unknown>> = {}) {
    super(message)
    this.name = code
    this.code = code
    this.members = members
  }
}
