import { CliError, messageOf } from '../../shared/errors.ts'
import type { Legacy } from '../cluster/driver.ts'
import { withName } from '../instance.ts'

/** Where an instance's control plane is. */
export type Side = 'legacy' | 'in-cluster'

/** Rows and checksum of each table. */
export type Tables = Readonly<Record<string, { readonly rows: number; readonly sha256: string }>>

export const stepNames = ['hand over', 'start', 'verify', 'gateway'] as const
export type StepName = (typeof stepNames)[number]

/** A migration as its journal has it: enough to go on with it, or back, after whatever end of this program. */
export interface MigrationState {
  readonly id: string
  readonly from: Side
  readonly to: Side
  /** Of the side on this machine, whichever of both it is. */
  readonly legacy: Legacy
  /** `back`: a step failed, and what was done is undone. */
  readonly direction: 'there' | 'back'
  /** Steps that were begun, in their order; the last one may not have come to its end. */
  readonly begun: readonly StepName[]
  /** What the old side left. */
  readonly tables?: Tables
  readonly snapshot?: string
}

/** What moves; each may be repeated, and finds things in whatever state an attempt before left them. */
export interface Sides {
  /** Whether the control plane of a side runs. */
  isRunning(side: Side, signal: AbortSignal): Promise<boolean>
  /** Has a side hold all calls and writes, and say what the state is. */
  hold(side: Side, id: string, signal: AbortSignal): Promise<{ readonly tables: Tables; readonly snapshot: string }>
  /** Has a side go on. */
  release(side: Side, signal: AbortSignal): Promise<void>
  /** Ends a side: nothing of it has the state open then. */
  end(side: Side, signal: AbortSignal): Promise<void>
  /** Makes a side the one that other commands take for the instance's. */
  remember(side: Side): Promise<void>
  /** Starts a side and waits until it is ready. */
  start(side: Side, signal: AbortSignal): Promise<void>
  /** What a side found when it opened the state; undefined where nothing was left to it. */
  taken(side: Side, signal: AbortSignal): Promise<{ readonly id: string; readonly tables: Tables } | undefined>
  /** Leads the gateway to a side and waits until the endpoint answers. */
  lead(side: Side, signal: AbortSignal): Promise<void>
}

export interface MigrationParts {
  /** The instance's. */
  readonly name: string
  readonly sides: Sides
  /** Writes the journal, whole or not at all; undefined: there is no migration any more. */
  readonly keep: (state: MigrationState | undefined) => Promise<void>
  /** Shows a step while it is under way. */
  readonly show: (title: string, work: () => Promise<void>) => Promise<void>
  readonly signal: AbortSignal
  /** For going back, which an interrupt does not end. */
  readonly backSignal: () => AbortSignal
}

export const sideTitle = (side: Side): string => (side === 'legacy' ? 'on this machine (legacy)' : 'in the cluster')

/**
 * Moves a control plane, or goes on with a migration that was cut off. When a step fails, or the user interrupts, what was
 * done is undone: one side works when this ends, unless going back fails too. Then the journal stays, and the next run
 * goes on with going back.
 * @throws CliError saying where the control plane is now
 */
export const migrate = async (begun: MigrationState, parts: MigrationParts): Promise<MigrationState> => {
  let state = begun
  const keep = async (next: MigrationState): Promise<void> => {
    await parts.keep(next)
    state = next
  }
  await keep(state)
  if (state.direction === 'back') {
    await goBack(state, parts, new CliError('The migration was cut off while it went back.', ''))
  }
  for (const name of stepNames) {
    if (state.begun.includes(name) && name !== state.begun.at(-1)) continue
    try {
      parts.signal.throwIfAborted()
      const isAgain = state.begun.includes(name)
      if (!isAgain) await keep({ ...state, begun: [...state.begun, name] })
      const found = await run(name, state, parts, isAgain)
      if (found !== undefined) await keep({ ...state, ...found })
    } catch (error) {
      await keep({ ...state, direction: 'back' })
      await goBack(state, parts, error)
    }
  }
  await parts.keep(undefined)
  return state
}

type Found = Pick<MigrationState, 'tables' | 'snapshot'>

/** @param isAgain the step was begun by a run before, which was cut off in it */
const run = async (name: StepName, state: MigrationState, parts: MigrationParts, isAgain: boolean): Promise<Found | void> => {
  const { from, to } = state
  const { sides, show, signal } = parts
  if (name === 'hand over') {
    let found: Found | undefined
    await show(`Control plane ${sideTitle(from)}: holds still, takes a snapshot, ends`, async () => {
      // One that has ended already has said what it left.
      if (await sides.isRunning(from, signal)) found = await leave(state, parts, isAgain)
      await sides.end(from, signal)
    })
    return found
  }
  if (name === 'start') {
    return show(`Control plane ${sideTitle(to)}: starts with the state`, async () => {
      await sides.remember(to)
      await sides.start(to, signal)
    })
  }
  if (name === 'verify') {
    let tables: Tables | undefined
    await show('Every table as it was left: rows and checksums', async () => {
      tables = await verify(state, sides, signal)
    })
    return tables === undefined ? undefined : { tables }
  }
  return show('Gateway, agents and DNS ask it', () => sides.lead(to, signal))
}

/** What a side leaves; undefined of one that the run before told to end, which answers no more: it has said what it left. */
const leave = async ({ from, id }: MigrationState, { sides, signal }: MigrationParts, isAgain: boolean): Promise<Found | undefined> => {
  try {
    return await sides.hold(from, id, signal)
  } catch (error) {
    // Were it not so, the new side would find nothing of this migration's, and be no new side.
    if (!isAgain || signal.aborted) throw error
    return undefined
  }
}

const verify = async ({ to, id, tables }: MigrationState, sides: Sides, signal: AbortSignal): Promise<Tables> => {
  const taken = await sides.taken(to, signal)
  if (taken?.id !== id) throw new CliError('The new side has another state than the one that was handed over.', '')
  // Where the old side had ended before its word was in the journal, the new side has checked it all the same.
  if (tables === undefined) return taken.tables
  const differing = [...new Set([...Object.keys(tables), ...Object.keys(taken.tables)])].filter(
    name => tables[name]?.rows !== taken.tables[name]?.rows || tables[name]?.sha256 !== taken.tables[name]?.sha256,
  )
  if (differing.length > 0) throw new CliError(`The new side has other rows in ${differing.join(', ')}.`, '')
  return taken.tables
}

/** Undoes what was begun, the last first; the state's folder goes back as it is, with all that was acknowledged meanwhile. */
const goBack = async (state: MigrationState, { name, sides, keep, show, backSignal }: MigrationParts, why: unknown): Promise<never> => {
  const { from, to, begun } = state
  const signal = backSignal()
  try {
    if (begun.length > 0) {
      await show(`Going back: control plane ${sideTitle(from)}`, async () => {
        await sides.remember(from)
        if (begun.includes('start')) await sides.end(to, signal)
        if (await sides.isRunning(from, signal)) await sides.release(from, signal)
        await sides.start(from, signal)
        await sides.lead(from, signal)
      })
    }
  } catch (failure) {
    throw new CliError(
      `The control plane could not be moved (${messageOf(why)}), nor be started again ${sideTitle(from)}: ${messageOf(failure)}`,
      `What it knows is whole, in the instance's data folder${state.snapshot === undefined ? '' : ` and in the snapshot ${state.snapshot}`}. Run ${withName('kecs migrate', name)} again: it goes on with going back.`,
      { cause: failure, details: failure instanceof CliError ? failure.details : [] },
    )
  }
  await keep(undefined)
  const told = why instanceof CliError ? why : undefined
  throw new CliError(
    `The control plane was not moved: ${messageOf(why)}`,
    `It is ${sideTitle(from)} as before, and nothing was lost.${told?.remedy === undefined || told.remedy === '' ? '' : `\n${told.remedy}`}`,
    { cause: why, ...(told === undefined ? {} : { exitCode: told.exitCode, details: told.details }) },
  )
}
