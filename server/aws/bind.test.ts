import { expect, test } from 'bun:test'
import { bindService } from './bind.ts'
import { model, type Operations as All } from './generated/servicediscovery.ts'
import { notImplemented, type CallContext, type HandlerTable } from './service.ts'

type Operations = Pick<All, 'GetNamespace' | 'ListServices'>

const call: CallContext = {
  account: '000000000000',
  region: 'us-east-1',
  requestId: 'id',
  principal: 'arn',
  calledAt: 'http://localhost:4566',
}

test('a handler is given the context that is made of the call, and its input', async () => {
  const seen: unknown[] = []
  const handlers: HandlerTable<{ tenant: string }, Operations> = {
    ListServices: notImplemented,
    GetNamespace: (context, { Id }) => {
      seen.push(context, Id)
      return { Namespace: { Id } }
    },
  }
  const service = bindService<Operations, { tenant: string }>({ model, handlers, makeContext: ({ account }) => ({ tenant: account }) })
  expect(await service.invoke('GetNamespace', call, { Id: 'ns-1' })).toEqual({ Namespace: { Id: 'ns-1' } })
  expect(seen).toEqual([{ tenant: '000000000000' }, 'ns-1'])
  expect(service.invoke('ListServices', call, {})).toBeUndefined()
  expect(service.invoke('constructor', call, {})).toBeUndefined()
})

test('what a handler throws rejects, even where it throws at once', async () => {
  const handlers: HandlerTable<CallContext, Operations> = {
    ListServices: notImplemented,
    GetNamespace: () => {
      throw new Error('at once')
    },
  }
  const service = bindService<Operations, CallContext>({ model, handlers, makeContext: context => context })
  expect(service.invoke('GetNamespace', call, {})).rejects.toThrow('at once')
})

test('a table that lacks an operation, or has one too many, does not compile', () => {
  type Table = HandlerTable<CallContext, Pick<All, 'GetNamespace' | 'ListNamespaces'>>
  const whole = { GetNamespace: notImplemented, ListNamespaces: () => ({ Namespaces: [] }) } satisfies Table
  // @ts-expect-error ListNamespaces is missing
  const lacking = { GetNamespace: notImplemented } satisfies Table
  // @ts-expect-error there is no such operation
  const orphan = { GetNamespace: notImplemented, ListNamespaces: notImplemented, Explode: notImplemented } satisfies Table
  // @ts-expect-error the output has no such member
  const wrong = { GetNamespace: notImplemented, ListNamespaces: () => ({ Spaces: [] }) } satisfies Table
  expect([whole, lacking, orphan, wrong].map(table => Object.keys(table).length)).toEqual([2, 1, 3, 2])
})
