import { expect, test } from 'bun:test'
import { memoryStore } from '../../store/memory.ts'
import { FakeClock } from '../../../test/support/fake-clock.ts'
import { HeldJournal } from '../../../test/support/held-journal.ts'
import { refusalOf } from '../../../test/support/refusal.ts'
import { countingIds, place } from '../../../test/support/task-rows.ts'
import type { DiscoveryContext } from './context.ts'
import { InFlight } from './in-flight.ts'
import { createHttpNamespace } from './operations/create-http-namespace.ts'
import { deleteNamespace } from './operations/delete-namespace.ts'
import { getNamespace } from './operations/get-namespace.ts'
import { getOperation } from './operations/get-operation.ts'
import { listNamespaces } from './operations/list-namespaces.ts'
import { listOperations } from './operations/list-operations.ts'

function context(journal = new HeldJournal()): DiscoveryContext & { readonly journal: HeldJournal; readonly clock: FakeClock } {
  const clock = new FakeClock(1_700_000_000_000)
  const store = memoryStore({ clock, journal })
  return {
    ...place,
    requestId: 'r',
    principal: 'p',
    calledAt: 'http://localhost:4566',
    store,
    clock,
    ids: countingIds,
    inFlight: new InFlight(),
    journal,
  }
}

const idOfOnly = (within: DiscoveryContext): string => listNamespaces(within, {}).Namespaces?.[0]?.Id ?? ''

test('an operation is SUBMITTED until what it did is on disk, then PENDING for a moment; until then nobody else changes the same', async () => {
  const within = context()
  within.journal.hold()
  const creating = createHttpNamespace(within, { Name: 'app' })
  const [listed] = listOperations(within, {}).Operations ?? []
  expect(listed?.Status).toBe('SUBMITTED')
  const OperationId = listed?.Id ?? ''
  expect(getOperation(within, { OperationId }).Operation).toMatchObject({ Type: 'CREATE_NAMESPACE', Status: 'SUBMITTED' })
  expect(await refusalOf(() => createHttpNamespace(within, { Name: 'app' }))).toBe(
    `DuplicateRequest: Another operation of type CreateHttpNamespace and id ${OperationId} is in progress`,
  )
  within.journal.release()
  expect(await creating).toEqual({ OperationId })
  expect(getOperation(within, { OperationId }).Operation?.Status).toBe('PENDING')
  await within.clock.advance(500)
  expect(getOperation(within, { OperationId }).Operation?.Status).toBe('SUCCESS')
  expect(await refusalOf(() => createHttpNamespace(within, { Name: 'app' }))).toBe(
    `NamespaceAlreadyExists: Another operation of type CreateHttpNamespace and id ${OperationId} has completed`,
  )
})

test('what the disk refuses did not happen', async () => {
  const within = context()
  within.journal.hold()
  const creating = createHttpNamespace(within, { Name: 'app' })
  within.journal.release(new Error('the disk is full'))
  await expect(creating).rejects.toThrow()
  expect(listNamespaces(within, {}).Namespaces).toEqual([])
  expect(listOperations(within, {}).Operations).toEqual([])
})

test('a token means one request', async () => {
  const within = context()
  const first = await createHttpNamespace(within, { Name: 'app', CreatorRequestId: 't' })
  expect(await createHttpNamespace(within, { CreatorRequestId: 't', Name: 'app' })).toEqual(first)
  expect(await refusalOf(() => createHttpNamespace(within, { Name: 'other', CreatorRequestId: 't' }))).toBe(
    `DuplicateRequest: Another operation of type CreateHttpNamespace and id ${first.OperationId} has completed`,
  )
})

test('operations on a namespace that is gone are known by their id alone', async () => {
  const within = context()
  await createHttpNamespace(within, { Name: 'app' })
  const Id = idOfOnly(within)
  const { OperationId = '' } = await deleteNamespace(within, { Id })
  expect(listOperations(within, {}).Operations).toEqual([])
  await within.clock.advance(500)
  expect(getOperation(within, { OperationId }).Operation).toMatchObject({ Status: 'SUCCESS', Targets: { NAMESPACE: Id } })
  expect(await refusalOf(() => getNamespace(within, { Id }))).toStartWith('NamespaceNotFound: ')
})

test('operations are found by when they changed last', async () => {
  const within = context()
  await createHttpNamespace(within, { Name: 'a' })
  await within.clock.advance(60_000)
  const { OperationId } = await createHttpNamespace(within, { Name: 'b' })
  const Values = ['1700000060', '1700000061']
  await within.clock.advance(500)
  const found = listOperations(within, { Filters: [{ Name: 'UPDATE_DATE', Values, Condition: 'BETWEEN' }] }).Operations
  expect(found).toEqual([{ Id: OperationId ?? '', Status: 'SUCCESS' }])
  expect(await refusalOf(() => listOperations(within, { Filters: [{ Name: 'UPDATE_DATE', Values }] }))).toBe(
    'InvalidInput: Filter condition EQ is not supported for filter UPDATE_DATE.',
  )
})

test('the oldest of more than a thousand operations are forgotten', async () => {
  const within = context()
  const first = await createHttpNamespace(within, { Name: 'n0' })
  await within.clock.advance(1)
  await Promise.all(Array.from({ length: 1_000 }, (_, index) => createHttpNamespace(within, { Name: `n${index + 1}` })))
  expect(await refusalOf(() => getOperation(within, { OperationId: first.OperationId ?? '' }))).toStartWith('OperationNotFound: ')
})
