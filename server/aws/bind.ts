import {
  notImplemented,
  type BoundService,
  type CallContext,
  type Handler,
  type HandlerTable,
  type OperationModel,
  type ServiceModel,
} from './service.ts'

export interface ServiceBinding<Operations, Context> {
  readonly model: ServiceModel & { readonly operations: { readonly [Name in keyof Operations]: OperationModel } }
  readonly handlers: HandlerTable<Context, Operations>
  /** Makes an operation's context of a call's; called once a request. */
  readonly makeContext: (call: CallContext) => Context
}

/** Joins a service's model and its handlers: what the router routes to. */
export function bindService<Operations, Context>({ model, handlers, makeContext }: ServiceBinding<Operations, Context>): BoundService {
  const table = new Map<string, Handler<Context, never, unknown>>()
  for (const [name, handler] of Object.entries<Handler<Context, never, unknown> | typeof notImplemented>(handlers)) {
    if (handler !== notImplemented) table.set(name, handler)
  }
  return {
    model,
    invoke(operation, call, input) {
      const handler = table.get(operation)
      if (!handler) return undefined
      return run(handler, makeContext(call), input)
    },
  }
}

async function run<Context>(handler: Handler<Context, never, unknown>, context: Context, input: unknown): Promise<unknown> {
  // The pipeline has read the input by the operation's own schema: here bytes have become the handler's type.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return await handler(context, input as never)
}
